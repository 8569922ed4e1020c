from __future__ import annotations

import pytest

from backtrail.serve.auth.scopes import EVERYBODY, Need, Principal
from backtrail.store.accounts.rows import Key

ADA = Principal(name="ada", user="ada", roles={"default": "admin"})
BOB = Principal(name="bob", user="bob", roles={"kiln": "write", "default": "read"})
CYD = Principal(name="cyd", user="cyd", roles={"kiln": "admin"})


def key(*scopes: str, project: str) -> Principal:
    made = Key(
        key_no=1,
        key_id="k",
        secret_hash=b"",
        name="k",
        project=project,
        scopes=scopes,  # type: ignore[arg-type]
        rate_per_minute=1,
        created_unix_ns=0,
        last_used_unix_ns=None,
    )
    return Principal(name="key k", key=made)


@pytest.mark.parametrize(
    ("who", "need", "project", "is_allowed"),
    [
        (EVERYBODY, Need.OWNER, "kiln", True),
        (ADA, Need.OWNER, "default", True),
        (ADA, Need.READ, "kiln", True),
        (BOB, Need.READ, "default", True),
        (BOB, Need.WRITE, "default", False),
        (BOB, Need.INGEST, "kiln", True),
        (BOB, Need.ADMIN, "kiln", False),
        (BOB, Need.READ, "shop", False),
        (BOB, Need.SIGNED_IN, "shop", True),
        (CYD, Need.ADMIN, "kiln", True),
        (CYD, Need.OWNER, "kiln", False),
        (key("ingest", project="kiln"), Need.INGEST, "kiln", True),
        (key("ingest", project="kiln"), Need.READ, "kiln", False),
        (key("admin", project="kiln"), Need.OWNER, "kiln", False),
        (key("admin", project="default"), Need.OWNER, "default", True),
        (key("admin", project="default"), Need.ADMIN, "kiln", False),
    ],
)
def test_who_may_do_what_where(
    who: Principal,
    need: Need,
    project: str,
    is_allowed: bool,  # noqa: FBT001 - a row of a table
) -> None:
    assert who.may(need, project) is is_allowed


def test_a_key_means_its_own_project() -> None:
    assert (key("read", project="kiln").own_project, BOB.own_project) == ("kiln", "default")
