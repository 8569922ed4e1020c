"""Sessions of users, and the keys that sign their tokens."""

from __future__ import annotations

import sqlite3

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import SESSION_S_MAX, SESSIONS_MAX
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.rows import Session, SigningKey
from backtrail.store.accounts.secrets import Entropy, fresh_secret, hash_of


def begin_session(
    writing: Writing, *, user_id: int, now_unix_ns: int, entropy: Entropy
) -> tuple[int, str]:
    """Begin a session, and return its number and its secret, which is kept nowhere.

    Beyond `SESSIONS_MAX` the oldest ends.
    """
    secret = fresh_secret(entropy)
    done = writing.run(
        "add_session",
        secret_hash=hash_of(secret),
        user_id=user_id,
        created_unix_ns=now_unix_ns,
        expires_unix_ns=now_unix_ns + SESSION_S_MAX * NS_PER_S,
    )
    writing.run("drop_ended_sessions", now_unix_ns=now_unix_ns)
    writing.run("drop_oldest_sessions", kept=SESSIONS_MAX)
    writing.run("note_login", user_id=user_id, login_unix_ns=now_unix_ns)
    assert done.lastrowid is not None
    return done.lastrowid, secret


def session_of(accounts: Accounts, secret: str, *, now_unix_ns: int) -> Session | None:
    """Return the session that a secret opens."""
    return _session(
        accounts.row("session_by_hash", secret_hash=hash_of(secret), now_unix_ns=now_unix_ns)
    )


def session_by_number(accounts: Accounts, number: int, *, now_unix_ns: int) -> Session | None:
    """Return a session that has not ended."""
    return _session(accounts.row("session_by_number", session_no=number, now_unix_ns=now_unix_ns))


def end_session(writing: Writing, number: int) -> None:
    """End a session, and with it all its tokens."""
    writing.run("drop_session", session_no=number)


def signing_keys(accounts: Accounts) -> list[SigningKey]:
    """Return the keys whose tokens may still be around, the newest first."""
    return [SigningKey(**dict(row)) for row in accounts.rows("signing_keys")]


def keep_signing_key(writing: Writing, key: SigningKey) -> None:
    """Keep a key."""
    writing.run(
        "add_signing_key",
        kid=key.kid,
        private_pem=key.private_pem,
        created_unix_ns=key.created_unix_ns,
    )


def drop_signing_key(writing: Writing, kid: str) -> None:
    """Forget a key: what it signed is worth nothing from now on."""
    writing.run("drop_signing_key", kid=kid)


def _session(row: sqlite3.Row | None) -> Session | None:
    if row is None:
        return None
    return Session(
        session_no=row["session_no"],
        user_id=row["user_id"],
        expires_unix_ns=row["expires_unix_ns"],
    )
