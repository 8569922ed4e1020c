from __future__ import annotations

import pytest

from backtrail.model.errors import NotFoundError, RefusedError, UsageError
from backtrail.store.accounts import projects
from backtrail.store.accounts.database import Accounts


def made(accounts: Accounts, name: str) -> None:
    with accounts.writing() as writing:
        projects.create_project(writing, name, now_unix_ns=5)


def test_a_project_is_known_once_it_is_made(accounts: Accounts) -> None:
    assert projects.known_project(accounts, "default") == "default"
    with pytest.raises(NotFoundError, match="there is no project 'kiln'"):
        projects.known_project(accounts, "kiln")
    made(accounts, "kiln")
    assert projects.known_project(accounts, "kiln") == "kiln"
    assert [each.name for each in projects.projects(accounts)] == ["kiln"]


@pytest.mark.parametrize("name", ["default", "kiln"])
def test_a_name_is_taken_once(accounts: Accounts, name: str) -> None:
    made(accounts, "kiln")
    with pytest.raises(RefusedError, match="already"):
        made(accounts, name)


def test_a_name_leads_nowhere_else(accounts: Accounts) -> None:
    with pytest.raises(UsageError):
        made(accounts, "../kiln")


def test_projects_are_bounded(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "PROJECTS_MAX", 1)
    made(accounts, "kiln")
    with pytest.raises(RefusedError, match="there are 1 projects already"):
        made(accounts, "shop")
