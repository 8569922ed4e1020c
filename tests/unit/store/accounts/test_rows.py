from __future__ import annotations

from backtrail.store.accounts.rows import ROLES, SCOPES, SCOPES_OF_ROLE


def test_each_role_may_do_more_than_the_one_before() -> None:
    assert list(SCOPES_OF_ROLE) == list(ROLES) == ["read", "write", "admin"]
    assert SCOPES_OF_ROLE["read"] < SCOPES_OF_ROLE["write"] < SCOPES_OF_ROLE["admin"]
    assert SCOPES_OF_ROLE["admin"] == set(SCOPES)
