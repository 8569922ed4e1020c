from __future__ import annotations

import os

import pytest

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import SESSION_S_MAX
from backtrail.store.accounts import sessions
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.rows import SigningKey


def begun(accounts: Accounts, now: int = 5) -> tuple[int, str]:
    with accounts.writing() as writing:
        return sessions.begin_session(writing, user_id=7, now_unix_ns=now, entropy=os.urandom)


def test_a_session_is_opened_by_its_secret_until_it_ends(accounts: Accounts) -> None:
    number, secret = begun(accounts)
    end = 5 + SESSION_S_MAX * NS_PER_S
    found = sessions.session_of(accounts, secret, now_unix_ns=end - 1)
    assert found is not None
    assert (found.session_no, found.user_id, found.expires_unix_ns) == (number, 7, end)
    assert sessions.session_by_number(accounts, number, now_unix_ns=6) == found
    assert sessions.session_of(accounts, secret, now_unix_ns=end) is None
    assert sessions.session_of(accounts, secret + "A", now_unix_ns=6) is None


def test_a_session_that_is_ended_is_over(accounts: Accounts) -> None:
    number, secret = begun(accounts)
    with accounts.writing() as writing:
        sessions.end_session(writing, number)
    assert sessions.session_of(accounts, secret, now_unix_ns=6) is None
    assert begun(accounts)[0] != number


def test_beyond_the_limit_the_oldest_session_ends(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SESSIONS_MAX", 2)
    secrets = [begun(accounts)[1] for _ in range(3)]
    found = [sessions.session_of(accounts, secret, now_unix_ns=6) for secret in secrets]
    assert [one is not None for one in found] == [False, True, True]


def test_signing_keys_come_newest_first(accounts: Accounts) -> None:
    for age in (1, 3, 2):
        with accounts.writing() as writing:
            key = SigningKey(kid=f"k{age}", private_pem="p", created_unix_ns=age)
            sessions.keep_signing_key(writing, key)
    assert [key.kid for key in sessions.signing_keys(accounts)] == ["k3", "k2", "k1"]
    with accounts.writing() as writing:
        sessions.drop_signing_key(writing, "k2")
    assert [key.kid for key in sessions.signing_keys(accounts)] == ["k3", "k1"]
