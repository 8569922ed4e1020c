"""Keys of programs: `bt_`, an id that may be shown, and a secret that is shown once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from backtrail.model.errors import NotFoundError, RefusedError, UsageError
from backtrail.model.limits.reading import KEY_RATE_PER_MINUTE_MAX, KEYS_MAX
from backtrail.store.accounts.database import Accounts, Writing
from backtrail.store.accounts.names import checked
from backtrail.store.accounts.rows import SCOPES, Key, Scope
from backtrail.store.accounts.secrets import Entropy, fresh_secret, hash_of, is_secret_of
from backtrail.store.accounts.users import refuse_without_admin

PREFIX = "bt_"
_ID_BYTES = 6
_ID_DIGITS = 2 * _ID_BYTES


def create_key(
    writing: Writing,
    *,
    name: str,
    project: str,
    scopes: Sequence[Scope],
    rate_per_minute: int,
    now_unix_ns: int,
    entropy: Entropy,
) -> tuple[str, str]:
    """Make a key, and return its id and the key itself, which is kept nowhere.

    Raises:
        UsageError: that is no name, there is no scope, or the rate is none.
        RefusedError: there are too many keys.
    """
    checked("key", name)
    wanted = [scope for scope in SCOPES if scope in scopes]
    if not wanted or len(wanted) != len(set(scopes)):
        raise UsageError(
            f"{', '.join(scopes)[:80]!r} are no scopes of a key", hint=f"use {', '.join(SCOPES)}"
        )
    if not 1 <= rate_per_minute <= KEY_RATE_PER_MINUTE_MAX:
        raise UsageError(
            f"{rate_per_minute} is no rate of a key", hint=f"use 1 to {KEY_RATE_PER_MINUTE_MAX}"
        )
    if writing.number("count_keys") >= KEYS_MAX:
        raise RefusedError(f"there are {KEYS_MAX} keys already", hint="revoke one first")
    key_id = entropy(_ID_BYTES).hex()
    key = f"{PREFIX}{key_id}_{fresh_secret(entropy)}"
    writing.run(
        "add_key",
        key_id=key_id,
        secret_hash=hash_of(key),
        name=name,
        project=project,
        scopes=" ".join(wanted),
        rate_per_minute=rate_per_minute,
        created_unix_ns=now_unix_ns,
    )
    return key_id, key


def revoke_key(writing: Writing, key_id: str, *, must_leave_admin: bool) -> None:
    """Make a key worthless at once.

    Raises:
        NotFoundError: there is no such key.
        RefusedError: nobody who may administer would be left, and somebody must be.
    """
    if not writing.run("drop_key", key_id=key_id).rowcount:
        raise no_such_key(key_id)
    if must_leave_admin:
        refuse_without_admin(writing, f"key {key_id}")


def no_such_key(key_id: str) -> NotFoundError:
    """Say that a key is not there."""
    return NotFoundError(
        f"there is no key {key_id[:80]!r}", hint="`backtrail keys list` lists the keys"
    )


def key_of(accounts: Accounts, text: str) -> Key | None:
    """Return the key that was sent; `None` when it is none of ours."""
    key_id = text.removeprefix(PREFIX)[:_ID_DIGITS]
    found = key_by_id(accounts, key_id)
    if found is None:
        # Compared all the same, so that the time does not tell which ids there are.
        is_secret_of(text, bytes(_ID_DIGITS))
        return None
    return found if is_secret_of(text, found.secret_hash) else None


def key_by_id(accounts: Accounts, key_id: str) -> Key | None:
    """Return a key by its id."""
    row = accounts.row("key_by_id", key_id=key_id)
    return None if row is None else _key(row)


def keys_page(accounts: Accounts, *, project: str | None, after: int, limit: int) -> list[Key]:
    """Return the keys of a project, or of all, from behind one on, the oldest first."""
    if project is None:
        found = accounts.rows("keys_page", after=after, limit=limit)
    else:
        found = accounts.rows("keys_page_of_project", project=project, after=after, limit=limit)
    return [_key(row) for row in found]


def _key(row: sqlite3.Row) -> Key:
    return Key(**{**dict(row), "scopes": tuple(row["scopes"].split())})
