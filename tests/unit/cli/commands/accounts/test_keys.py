from __future__ import annotations

from pathlib import Path
from typing import Any

from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.keys import key_of


def test_a_key_is_shown_once_listed_and_revoked(call: Any, tmp_path: Path) -> None:
    made = call("keys", "create", "build", "--scope", "ingest", "--scope", "read", "--rate", "9")
    key = made.out.removeprefix("key, shown this once: ").strip()
    found = key_of(Accounts(tmp_path / ".backtrail"), key)
    assert found is not None
    assert (found.scopes, found.rate_per_minute) == (("ingest", "read"), 9)
    assert f"backtrail keys revoke {found.key_id}" in made.err
    assert call("keys", "list").out.splitlines()[1].split() == [
        found.key_id,
        "build",
        "default",
        "ingest",
        "read",
        "never",
    ]
    assert key not in call("keys", "list", "--json").out
    assert call("keys", "revoke", found.key_id).out == f"key {found.key_id} is revoked\n"
    assert call("keys", "list").out == "no keys\n"
    assert call("keys", "revoke", found.key_id).code == 4


def test_what_does_not_fit_is_said(call: Any) -> None:
    assert call("keys", "create", "build").code == 2
    assert call("keys", "create", "build", "--scope", "fly").code == 2
    assert call("keys", "create", "", "--scope", "read").code == 2
    assert call("keys", "create", "build", "--scope", "read", "--project", "kiln").code == 4
    assert call("keys", "create", "build", "--scope", "read", "--json").json.keys() == {
        "key_id",
        "key",
    }
