from __future__ import annotations

import pytest

from backtrail.store.accounts import auditing
from backtrail.store.accounts.auditing import audit_page, note
from backtrail.store.accounts.database import Accounts


def noted(accounts: Accounts, *actors: str) -> None:
    with accounts.writing() as writing:
        for number, actor in enumerate(actors):
            note(writing, now_unix_ns=number, action="key.created", actor=actor)


def test_rows_come_newest_first_and_page_by_page(accounts: Accounts) -> None:
    noted(accounts, "a", "b", "c")
    first = audit_page(accounts, before=None, limit=2)
    assert [row.actor for row in first] == ["c", "b"]
    rest = audit_page(accounts, before=first[-1].audit_id, limit=2)
    assert [row.actor for row in rest] == ["a"]


def test_the_oldest_goes_beyond_the_limit(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "AUDIT_ROWS_MAX", 3)
    noted(accounts, *"abcdef")
    assert [row.actor for row in audit_page(accounts, before=None, limit=9)] == ["f", "e", "d"]


def test_a_long_text_is_cut(accounts: Accounts) -> None:
    noted(accounts, "x" * 10_000)
    assert len(audit_page(accounts, before=None, limit=1)[0].actor) == 200
