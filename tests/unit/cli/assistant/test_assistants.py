from __future__ import annotations

import pytest

from backtrail.cli.assistant.assistants import ASSISTANTS, entry


def test_each_is_known_by_its_name() -> None:
    assert list(ASSISTANTS) == ["claude-code", "codex", "cursor"]
    assert all(name == assistant.name for name, assistant in ASSISTANTS.items())


@pytest.mark.parametrize("name", list(ASSISTANTS))
def test_an_assistant_is_told_to_start_the_server(name: str) -> None:
    told = entry(ASSISTANTS[name], "/opt/bin/backtrail")
    assert told["command"] == "/opt/bin/backtrail"
    assert told["args"][-1] == "mcp"


def test_no_file_lies_outside_of_its_folder() -> None:
    for assistant in ASSISTANTS.values():
        for file in (assistant.project_file, assistant.user_file):
            assert not file.startswith(("/", "..", "~"))
