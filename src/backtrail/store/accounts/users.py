"""Users and their roles; the first one comes without an invitation."""

from __future__ import annotations

import sqlite3

from backtrail.model.errors import NotFoundError, RefusedError
from backtrail.model.limits.reading import USERS_MAX
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.names import DEFAULT, checked
from backtrail.store.accounts.rows import Role, User


def has_credentials(accounts: Accounts) -> bool:
    """Tell whether there is any user or key."""
    row = accounts.row("has_credentials")
    return row is not None and bool(row["found"])


def has_users(accounts: Accounts) -> bool:
    """Tell whether there is any user."""
    row = accounts.row("has_users")
    return row is not None and bool(row["found"])


def add_user(
    writing: Writing, *, name: str, password_hash: str, project: str, role: Role, now_unix_ns: int
) -> None:
    """Add a user with a role in a project.

    Raises:
        UsageError: that is no name.
        RefusedError: there is one of that name, or there are too many.
    """
    checked("user", name)
    if writing.row("user_by_name", name=name) is not None:
        raise RefusedError(f"there is a user {name!r} already", hint="take another name")
    if writing.number("count_users") >= USERS_MAX:
        raise RefusedError(f"there are {USERS_MAX} users already", hint="remove one first")
    done = writing.run(
        "add_user", name=name, password_hash=password_hash, created_unix_ns=now_unix_ns
    )
    writing.run("set_role", user_id=done.lastrowid, project=project, role=role)


def give_role(writing: Writing, *, name: str, project: str, role: Role) -> None:
    """Give a user another role in a project.

    Raises:
        NotFoundError: there is no such user.
    """
    user = _known(writing, name)
    writing.run("set_role", user_id=user["user_id"], project=project, role=role)


def remove_user(writing: Writing, name: str, *, must_leave_admin: bool) -> None:
    """Remove a user with all sessions.

    Raises:
        NotFoundError: there is no such user.
        RefusedError: nobody who may administer would be left, and somebody must be.
    """
    user_id = _known(writing, name)["user_id"]
    for statement in ("drop_user", "drop_roles", "drop_sessions_of_user"):
        writing.run(statement, user_id=user_id)
    if must_leave_admin:
        refuse_without_admin(writing, f"user {name!r}")


def refuse_without_admin(writing: Writing, gone: str) -> None:
    """Refuse a removal after which nobody could administer the server.

    Raises:
        RefusedError: so it is.
    """
    if not writing.number("administrators", project=DEFAULT):
        raise RefusedError(
            f"{gone} is the last that may administer this server",
            hint="make another admin first, or use the command line on the server's machine",
        )


def user_by_name(accounts: Accounts, name: str) -> User | None:
    """Return a user."""
    return _user(accounts, accounts.row("user_by_name", name=name))


def user_by_id(accounts: Accounts, user_id: int) -> User | None:
    """Return a user."""
    return _user(accounts, accounts.row("user_by_id", user_id=user_id))


def users_page(accounts: Accounts, *, after: int, limit: int) -> list[User]:
    """Return users from behind one on, the oldest first."""
    found = (_user(accounts, row) for row in accounts.rows("users_page", after=after, limit=limit))
    return [user for user in found if user is not None]


def _known(writing: Writing, name: str) -> sqlite3.Row:
    user = writing.row("user_by_name", name=name)
    if user is None:
        raise NotFoundError(
            f"there is no user {name[:80]!r}", hint="`backtrail users list` lists the users"
        )
    return user


def _user(accounts: Accounts, row: sqlite3.Row | None) -> User | None:
    if row is None:
        return None
    roles: dict[str, Role] = {}
    for each in accounts.rows("roles_of_user", user_id=row["user_id"]):
        roles[each["project"]] = each["role"]
    return User(**dict(row), roles=roles)
