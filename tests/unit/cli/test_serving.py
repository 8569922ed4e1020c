from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.cli.invocation import Invocation
from backtrail.cli.serving import part, project_of
from backtrail.model.errors import MissingPartError


def test_the_project_is_that_of_the_folder_with_its_names_of_secrets(tmp_path: Path) -> None:
    (tmp_path / ".backtrail").mkdir()
    below = tmp_path / "src"
    below.mkdir()
    found = project_of(Invocation(cwd=str(below), environ={}))
    assert found.home == tmp_path / ".backtrail"


def test_a_part_that_is_not_installed_is_named_with_its_extra() -> None:
    with pytest.raises(MissingPartError, match="`backtrail brew` needs no_such_kettle") as caught:
        part("no_such_kettle.spout", command="brew", extra="tea")
    assert caught.value.hint == 'pip install "backtrail[tea]"'
    assert part("backtrail.model.version", command="brew", extra="tea").__name__.endswith("version")


def test_a_fault_of_ours_is_no_missing_part() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"backtrail\.no_such_part"):
        part("backtrail.no_such_part", command="brew", extra="tea")
