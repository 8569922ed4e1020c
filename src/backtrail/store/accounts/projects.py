"""Projects: each is a store of its own, so that nothing of one can be found in another."""

from __future__ import annotations

from backtrail.model.errors import NotFoundError, RefusedError
from backtrail.model.limits.reading import PROJECTS_MAX
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.names import DEFAULT, checked
from backtrail.store.accounts.rows import ProjectRow


def create_project(writing: Writing, name: str, *, now_unix_ns: int) -> None:
    """Add a project.

    Raises:
        UsageError: that is no name.
        RefusedError: there is one of that name, or there are too many.
    """
    checked("project", name)
    if name == DEFAULT or writing.row("project", name=name) is not None:
        raise RefusedError(f"there is a project {name!r} already", hint="take another name")
    if writing.number("count_projects") >= PROJECTS_MAX:
        raise RefusedError(f"there are {PROJECTS_MAX} projects already", hint="use one of them")
    writing.run("add_project", name=name, created_unix_ns=now_unix_ns)


def projects(accounts: Accounts) -> list[ProjectRow]:
    """Return all projects besides `default`, by name."""
    return [ProjectRow(**dict(row)) for row in accounts.rows("projects")]


def known_project(accounts: Accounts, name: str) -> str:
    """Return the name of a project that there is.

    Raises:
        NotFoundError: there is none.
    """
    if name != DEFAULT and accounts.row("project", name=name) is None:
        raise NotFoundError(
            f"there is no project {name[:80]!r}", hint="`backtrail projects list` lists them"
        )
    return name
