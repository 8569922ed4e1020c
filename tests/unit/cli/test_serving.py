from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.cli.invocation import Invocation
from backtrail.cli.serving import has_credentials, part, project_of
from backtrail.model.errors import MissingPartError
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.users import add_user


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


def test_whether_a_server_asks_who_asks_is_known_before_it_starts(tmp_path: Path) -> None:
    project = project_of(Invocation(cwd=str(tmp_path), environ={}))
    assert not has_credentials(project)
    assert not project.home.exists()
    accounts = Accounts(project.home)
    with accounts.writing() as writing:
        add_user(
            writing, name="ada", password_hash="h", project="default", role="read", now_unix_ns=1
        )
    accounts.close()
    assert has_credentials(project)
