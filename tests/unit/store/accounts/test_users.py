from __future__ import annotations

import pytest

from backtrail.model.errors import NotFoundError, RefusedError, UsageError
from backtrail.store.accounts import users
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.rows import Role
from backtrail.store.accounts.sessions import begin_session, session_by_number


def added(accounts: Accounts, name: str, role: Role = "admin", project: str = "default") -> None:
    with accounts.writing() as writing:
        users.add_user(
            writing, name=name, password_hash="h", project=project, role=role, now_unix_ns=5
        )


def test_a_user_is_found_by_name_and_number_with_all_roles(accounts: Accounts) -> None:
    assert not users.has_credentials(accounts)
    added(accounts, "ada")
    with accounts.writing() as writing:
        users.give_role(writing, name="ada", project="kiln", role="read")
    found = users.user_by_name(accounts, "ada")
    assert found is not None
    assert found.roles == {"default": "admin", "kiln": "read"}
    assert users.user_by_id(accounts, found.user_id) == found
    assert users.user_by_name(accounts, "bob") is None
    assert users.has_users(accounts)
    assert users.has_credentials(accounts)


def test_a_name_is_taken_once_and_must_be_one(accounts: Accounts) -> None:
    added(accounts, "ada")
    with pytest.raises(RefusedError, match="there is a user 'ada' already"):
        added(accounts, "ada")
    with pytest.raises(UsageError):
        added(accounts, "Ada/..")


def test_users_are_listed_in_pages(accounts: Accounts) -> None:
    for name in ("ada", "bob", "cyd"):
        added(accounts, name)
    first = users.users_page(accounts, after=0, limit=2)
    rest = users.users_page(accounts, after=first[-1].user_id, limit=2)
    assert [user.name for user in (*first, *rest)] == ["ada", "bob", "cyd"]


def test_a_removed_user_takes_sessions_and_roles_along(accounts: Accounts) -> None:
    added(accounts, "ada")
    added(accounts, "bob")
    ada = users.user_by_name(accounts, "ada")
    assert ada is not None
    with accounts.writing() as writing:
        number, _ = begin_session(writing, user_id=ada.user_id, now_unix_ns=5, entropy=bytes)
    with accounts.writing() as writing:
        users.remove_user(writing, "ada", must_leave_admin=True)
    assert users.user_by_name(accounts, "ada") is None
    assert session_by_number(accounts, number, now_unix_ns=6) is None
    with pytest.raises(NotFoundError), accounts.writing() as writing:
        users.remove_user(writing, "ada", must_leave_admin=True)


def test_the_last_admin_stays_where_one_is_needed(accounts: Accounts) -> None:
    added(accounts, "ada")
    added(accounts, "bob", "write")
    added(accounts, "cyd", "admin", "kiln")
    with pytest.raises(RefusedError, match="the last that may"), accounts.writing() as writing:
        users.remove_user(writing, "ada", must_leave_admin=True)
    assert users.user_by_name(accounts, "ada") is not None
    with accounts.writing() as writing:
        users.remove_user(writing, "ada", must_leave_admin=False)
    assert users.user_by_name(accounts, "ada") is None


def test_users_are_bounded(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "USERS_MAX", 1)
    added(accounts, "ada")
    with pytest.raises(RefusedError, match="there are 1 users already"):
        added(accounts, "bob")
