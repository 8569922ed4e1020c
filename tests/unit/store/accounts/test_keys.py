from __future__ import annotations

import os

import pytest

from backtrail.model.errors import NotFoundError, RefusedError, UsageError
from backtrail.store.accounts import keys
from backtrail.store.accounts.database import Accounts


def made(accounts: Accounts, **changes: object) -> tuple[str, str]:
    given = {"name": "build", "project": "default", "scopes": ["read"], "rate_per_minute": 60}
    with accounts.writing() as writing:
        return keys.create_key(
            writing,
            **{**given, **changes},
            now_unix_ns=5,
            entropy=os.urandom,  # type: ignore[arg-type]
        )


def test_a_key_is_known_by_itself_and_by_nothing_near_it(accounts: Accounts) -> None:
    key_id, key = made(accounts, scopes=["read", "ingest"])
    found = keys.key_of(accounts, key)
    assert found is not None
    assert (found.key_id, found.scopes) == (key_id, ("ingest", "read"))
    last = "A" if key[-1] != "A" else "B"
    for near in (key[:-1], key + "A", key[:-1] + last, key.upper(), key_id, f"bt_{key_id}_", ""):
        assert keys.key_of(accounts, near) is None


def test_nothing_of_the_secret_is_in_the_file(accounts: Accounts) -> None:
    _, key = made(accounts)
    accounts.close()
    kept = b"".join(path.read_bytes() for path in accounts.home.iterdir())
    assert key.rpartition("_")[2].encode() not in kept


def test_a_revoked_key_is_worth_nothing(accounts: Accounts) -> None:
    key_id, key = made(accounts)
    with accounts.writing() as writing:
        keys.revoke_key(writing, key_id, must_leave_admin=False)
    assert keys.key_of(accounts, key) is None
    with pytest.raises(NotFoundError), accounts.writing() as writing:
        keys.revoke_key(writing, key_id, must_leave_admin=False)


def test_the_last_admin_key_stays_where_one_is_needed(accounts: Accounts) -> None:
    key_id, _ = made(accounts, scopes=["admin"])
    with pytest.raises(RefusedError, match="the last that may"), accounts.writing() as writing:
        keys.revoke_key(writing, key_id, must_leave_admin=True)
    assert keys.key_by_id(accounts, key_id) is not None


def test_keys_are_listed_by_project_in_pages(accounts: Accounts) -> None:
    ids = [made(accounts, project=project)[0] for project in ("default", "kiln", "default")]
    own = keys.keys_page(accounts, project="default", after=0, limit=1)
    rest = keys.keys_page(accounts, project="default", after=own[-1].key_no, limit=9)
    assert [key.key_id for key in (*own, *rest)] == [ids[0], ids[2]]
    everything = keys.keys_page(accounts, project=None, after=0, limit=9)
    assert [key.key_id for key in everything] == ids


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["fly"]}, {"rate_per_minute": 0}]
)
def test_what_is_no_key_is_told(accounts: Accounts, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        made(accounts, **wrong)


def test_keys_are_bounded(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KEYS_MAX", 1)
    made(accounts)
    with pytest.raises(RefusedError, match="there are 1 keys already"):
        made(accounts)
