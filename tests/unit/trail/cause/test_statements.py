from __future__ import annotations

import pytest

from backtrail.trail.cause.statements import read_statement


@pytest.mark.parametrize(
    ("text", "verb", "table", "columns", "keys"),
    [
        ("SELECT free FROM blocks WHERE name = 'balcony'", "select", "blocks", set(), {"balcony"}),
        (
            "UPDATE members SET email = 'a@b.c' WHERE id = 104",
            "update",
            "members",
            {"email"},
            {"104"},
        ),
        (
            "INSERT INTO m (name, email) VALUES ('Jo', 'x''y')",
            "insert",
            "m",
            {"name", "email"},
            set(),
        ),
        ('DELETE FROM "main"."orders" WHERE id=7', "delete", "main", set(), {"7"}),
        ("INSERT OR REPLACE INTO t VALUES (1)", "insert", "t", set(), set()),
        ("WITH a AS (SELECT 1) SELECT * FROM b", "select", "b", set(), set()),
        ("update or ignore t set a = 1, b = a", "update", "t", {"a", "b"}, set()),
    ],
)
def test_a_statement_is_read(
    text: str, verb: str, table: str, columns: set[str], keys: set[str]
) -> None:
    read = read_statement(text)
    assert read is not None
    assert (read.verb, read.columns, read.keys) == (verb, columns, keys)
    assert read.table == table


def test_values_are_those_of_the_text_and_of_the_parameters() -> None:
    read = read_statement("UPDATE t SET a = ? WHERE id = ?", ["x y", 12])
    assert read is not None
    assert {"x y", "12"} <= read.values
    assert read.keys == {"x y", "12"}


@pytest.mark.parametrize(
    ("text", "is_relative"),
    [
        ("UPDATE b SET free = free - 2 WHERE name = 'x'", True),
        ("UPDATE b SET free = 18 WHERE name = 'x'", False),
        ("SELECT free FROM b", False),
    ],
)
def test_an_update_that_counts_on_what_is_there_is_told(text: str, *, is_relative: bool) -> None:
    read = read_statement(text)
    assert read is not None
    assert read.is_relative is is_relative


@pytest.mark.parametrize("text", ["BEGIN", "COMMIT", "PRAGMA user_version", "", "SELECT 1", "%$"])
def test_a_statement_about_no_table_is_none(text: str) -> None:
    assert read_statement(text) is None
