from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import SQL_SCAN_CHARS_MAX
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.statements import clean_statement, forget_tables, shape_of

HIDDEN = "'[redacted]'"


def cleaned(statement: str) -> str:
    return clean_statement(statement, Walk())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t (name, password) VALUES ('a', {})",
        "INSERT OR REPLACE INTO main.t (password, name) VALUES ({}, 'a'), ({}, 'b')",
        "insert into [t] (\"name\", `api_key`) values (upper('a'), hash({}))",
        "REPLACE INTO t (n, token) VALUES ((1 + 2), {})",
        "UPDATE t SET password = {}, name = 'a' WHERE id = 7",
        "UPDATE t SET name = 'a', t.password={} WHERE id = 7",
        "SELECT * FROM t WHERE token = {} AND name = 'a'",
        "SELECT * FROM t WHERE {} = token AND name = 'a'",
        "SELECT * FROM t WHERE token IN ({}, {}) AND name = 'a'",
        "SELECT * FROM t WHERE token BETWEEN {} AND {} AND name = 'a'",
        "SELECT * FROM t WHERE password LIKE {} OR name = 'a'",
        "INSERT INTO t (n) VALUES ('a') ON CONFLICT DO UPDATE SET password = {}",
        "INSERT INTO settings VALUES ('api_key', {})",
        "UPDATE settings SET value = {} WHERE name = 'api_key'",
        "INSERT INTO passwords VALUES (7, {})",
        "DELETE FROM t /* who? */ WHERE password = -- this\n {} AND id = 7",
    ],
)
def test_the_value_of_a_secret_column_goes_and_all_else_stays(statement: str) -> None:
    told = cleaned(statement.replace("{}", "'se''same99'"))
    assert told == statement.replace("{}", HIDDEN)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES ('a', 1.5, x'00', NULL)",
        "SELECT password FROM t WHERE name = 'a' ORDER BY 1",
        "SELECT a, 'it''s' || \"b\" FROM t WHERE c <> 'd' LIMIT 10",
        "UPDATE members SET email = 'jo@example.org' WHERE id = 104",
        "BEGIN ",
        "",
        "VALUES ('a')",
        "INSERT INTO t SELECT * FROM u",
        "CREATE TABLE x",
    ],
)
def test_a_statement_without_secrets_stays_as_it_is(statement: str) -> None:
    assert cleaned(statement) == statement


def test_columns_are_known_from_the_statement_that_made_the_table() -> None:
    cleaned(
        "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, n NUMERIC(3, 2),"
        ' "password" TEXT NOT NULL, name TEXT, UNIQUE (name), CHECK (n > 0))'
    )
    told = cleaned("INSERT INTO accounts VALUES (7, 1.5, 'sesame99', 'ann')")
    assert told == f"INSERT INTO accounts VALUES (7, 1.5, {HIDDEN}, 'ann')"
    forget_tables()
    told = cleaned("INSERT INTO accounts VALUES (7, 1.5, 'sesame99', 'ann')")
    assert told == "INSERT INTO accounts VALUES (7, 1.5, 'sesame99', 'ann')"


def test_a_number_in_a_secret_column_goes_too() -> None:
    assert cleaned("UPDATE t SET pin = 4711, n = 8") == f"UPDATE t SET pin = {HIDDEN}, n = 8"


def test_what_was_hidden_is_remembered_for_the_rest_of_the_event() -> None:
    walk = Walk()
    clean_statement("UPDATE t SET password = 'it''s sesame' WHERE id = 7", walk)
    assert "it's sesame" in walk.taints


def test_of_a_long_statement_only_what_was_looked_at_is_told() -> None:
    statement = "INSERT INTO t (a, password) VALUES " + "('aaaa', 'sesame99'), " * 5_000
    told = cleaned(statement)
    assert "sesame" not in told
    assert told.endswith(f"…[+{len(statement) - SQL_SCAN_CHARS_MAX} chars]")


@given(st.text(alphabet="'\"()[]`,;-/*=. abx01\n", max_size=200))
def test_no_text_is_too_odd_to_be_told(statement: str) -> None:
    assert isinstance(cleaned(statement), str)
    assert isinstance(shape_of(statement), str)


def test_statements_that_differ_in_values_only_have_one_shape() -> None:
    assert shape_of("SELECT a FROM t1 WHERE b = 'x' AND c = 7") == shape_of(
        "SELECT a FROM t1 WHERE b = 'it''s' AND c = 12.5"
    )
    assert shape_of("SELECT a") != shape_of("SELECT b")
