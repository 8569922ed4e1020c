from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sample_store import ERROR, FAILED, HANDLED, WELL

pytestmark = pytest.mark.usefixtures("project")


def test_the_latest_failure_is_told_on_one_page(call: Any) -> None:
    said = call("bundle", FAILED)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("# KeyError in checkout\n\n## What went wrong\n\n**KeyError**, in ")
    assert "## Code" in said.out
    assert "- `prices` = {'toaster': 30}" in said.out


@pytest.mark.parametrize("tokens", [500, 800, 8_000])
def test_a_page_is_never_larger_than_its_budget(call: Any, tokens: int) -> None:
    for form in ([], ["--json"]):
        said = call("bundle", FAILED, "--budget", str(tokens), *form)
        assert said.code == 0
        assert len(said.out.rstrip("\n")) <= tokens * 4


def test_json_is_the_same_page(call: Any) -> None:
    page = call("bundle", FAILED, "--json").json
    shown = call("bundle", FAILED).out
    assert (page["trace_id"], page["error_id"]) == (FAILED, ERROR)
    for section in page["sections"]:
        assert f"## {section['title']}\n\n{section['text']}" in shown


def test_the_error_that_is_named_is_told(call: Any) -> None:
    assert call("bundle", HANDLED, "--json").json["error_id"] == HANDLED


def test_a_trace_without_an_error_has_a_page_too(call: Any) -> None:
    said = call("bundle", WELL)
    assert said.code == 0
    assert "No error was recorded." in said.out


def test_what_has_no_room_is_named_with_its_command(call: Any) -> None:
    said = call("bundle", FAILED, "--budget", "500")
    assert f"`backtrail show {FAILED[:12]} --all`" in said.out.partition("## Left out")[2]


def test_a_page_is_written_to_a_file_for_its_owner(call: Any, tmp_path: Path) -> None:
    assert call("bundle", FAILED, "--json", "-o", "page.json").out == ""
    path = tmp_path / "page.json"
    assert json.loads(path.read_text())["trace_id"] == FAILED
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "page.json.part").exists()


@pytest.mark.parametrize(
    ("arguments", "code"), [(["zz"], 4), (["--budget", "499"], 2), (["--budget", "many"], 2)]
)
def test_what_cannot_be_is_refused(call: Any, arguments: list[str], code: int) -> None:
    assert call("bundle", *arguments).code == code
