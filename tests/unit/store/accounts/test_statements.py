from __future__ import annotations

import re
import sqlite3

import pytest

from backtrail.store.accounts.statements import SCHEMA, STATEMENTS, named

WHOLE = {"users_page", "keys_page", "audit_page", "signing_keys", "projects"}
"""Statements that go through a table in its order, and stop at a limit."""


def test_each_statement_has_its_name() -> None:
    assert named("-- name: a\nSELECT 1\n\n-- name: b\nSELECT 2\n") == {
        "a": "SELECT 1",
        "b": "SELECT 2",
    }


@pytest.mark.parametrize(
    "name", [n for n, sql in STATEMENTS.items() if not sql.startswith("INSERT")]
)
def test_no_statement_looks_through_a_table(name: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    parameters = dict.fromkeys(re.findall(r":(\w+)", STATEMENTS[name]), 1)
    plan = connection.execute("EXPLAIN QUERY PLAN " + STATEMENTS[name], parameters)
    scans = [row[3] for row in plan if row[3].startswith("SCAN") and "INDEX" not in row[3]]
    allowed = name in WHOLE or name.startswith(("has_", "count_", "drop_oldest"))
    # A file that a test did not fill is never slow: these end at their limit, or only count.
    assert allowed or not [one for one in scans if one != "SCAN CONSTANT ROW"], scans


def test_what_was_done_is_never_changed() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    connection.execute(
        STATEMENTS["add_audit"],
        {
            "time_unix_ns": 1,
            "action": "a",
            "actor": "b",
            "about": "",
            "address": "",
            "project": None,
            "times": 1,
        },
    )
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("UPDATE audit SET actor = 'somebody else'")
