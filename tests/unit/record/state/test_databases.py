from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.limits import TRACKED_ROWS_MAX
from backtrail.record.state.databases import (
    MAGIC_BYTES,
    fault,
    is_connection,
    is_database,
    path_of_connection,
    state_of_file,
    state_of_memory,
)
from backtrail.record.state.whole import Look


def head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAGIC_BYTES)


def seen(path: Path, *tables: str) -> Any:
    return state_of_file(str(path), head(path), tables, Look())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "odd ?#% name.db"


@pytest.fixture
def shop(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE item (name TEXT PRIMARY KEY, price REAL, photo BLOB)")
        connection.execute("CREATE TABLE stock (shelf INT, slot INT, PRIMARY KEY (shelf, slot))")
        connection.execute("CREATE TABLE note (words)")
        connection.execute("INSERT INTO item VALUES ('pen', 1.5, x'00ff')")
        connection.execute("INSERT INTO stock VALUES (1, 2)")
        connection.execute("INSERT INTO note VALUES ('hello')")
        connection.commit()
        yield connection


@pytest.mark.usefixtures("shop")
def test_rows_are_shown_by_their_primary_key(path: Path) -> None:
    shown = seen(path)
    assert shown["stock"] == {"1, 2": {"shelf": 1, "slot": 2}}
    assert shown["note"] == {"1": {"words": "hello"}}
    assert shown["item"]["pen"]["price"] == 1.5
    assert shown["item"]["pen"]["photo"]["size"] == 2


@pytest.mark.usefixtures("shop")
def test_only_the_tables_that_were_named_are_read(path: Path) -> None:
    assert seen(path, "note", "none") == {"note": {"1": {"words": "hello"}}, "none": None}


def test_what_is_not_committed_is_not_seen_and_stays_open(
    path: Path, shop: sqlite3.Connection
) -> None:
    shop.execute("INSERT INTO note VALUES ('not yet')")
    assert list(seen(path, "note")["note"]) == ["1"]
    assert shop.in_transaction
    shop.commit()
    assert list(seen(path, "note")["note"]) == ["1", "2"]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_database_that_writes_ahead_is_read_and_nothing_is_left_beside_it(
    path: Path, shop: sqlite3.Connection, *, is_open: bool
) -> None:
    shop.execute("PRAGMA journal_mode=WAL")
    shop.execute("INSERT INTO note VALUES ('ahead')")
    shop.commit()
    if not is_open:
        shop.close()
    beside = sorted(path.parent.iterdir())
    assert len(beside) == (3 if is_open else 1)
    assert len(seen(path)["note"]) == 2
    assert sorted(path.parent.iterdir()) == beside


def test_a_connection_tells_its_file_whatever_the_program_set_on_it(
    path: Path, shop: sqlite3.Connection
) -> None:
    shop.row_factory = lambda *_: pytest.fail("asked")
    shop.text_factory = bytes
    assert path_of_connection(shop) == str(path)
    assert is_connection(type(shop))
    assert not is_connection(dict)


def test_a_database_in_memory_is_read_as_a_copy() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        assert path_of_connection(connection) == ""
        assert state_of_memory(connection, (), Look()) == {}
        connection.execute("CREATE TABLE a (b)")
        connection.execute("INSERT INTO a VALUES (5)")
        assert state_of_memory(connection, (), Look()) == {"a": {"1": {"b": 5}}}
        assert connection.in_transaction


def test_a_long_table_is_cut_and_says_so(path: Path, shop: sqlite3.Connection) -> None:
    rows = [(str(number),) for number in range(TRACKED_ROWS_MAX)]
    shop.executemany("INSERT INTO note VALUES (?)", rows)
    shop.commit()
    look = Look()
    shown = state_of_file(str(path), head(path), ("note",), look)["note"]
    assert shown["$cut"] == 1
    assert len(shown) == TRACKED_ROWS_MAX + 1
    assert look.cuts == 1


def test_secrets_in_rows_are_hidden(path: Path, shop: sqlite3.Connection) -> None:
    hush = "lady" + "bird" + "x"
    shop.execute("CREATE TABLE user (api_key TEXT PRIMARY KEY, password TEXT, size INT)")
    shop.execute("CREATE TABLE secrets (id INTEGER PRIMARY KEY, text TEXT)")
    shop.execute("INSERT INTO user VALUES (?, ?, 3)", (hush, hush + "y"))
    shop.execute("INSERT INTO secrets VALUES (7, ?)", (hush,))
    shop.commit()
    shown = seen(path, "user", "secrets")
    assert hush not in str(shown)
    assert shown["user"]["[redacted] 0"]["size"] == 3
    assert shown["secrets"]["7"] == {"id": 7, "text": "[redacted]"}


def test_texts_that_are_no_unicode_and_tables_with_odd_names_are_read(
    path: Path, shop: sqlite3.Connection
) -> None:
    shop.execute('CREATE TABLE "a ""b" (c)')
    shop.execute("""INSERT INTO "a ""b" VALUES (CAST(x'ff41' AS TEXT))""")
    shop.commit()
    assert seen(path)['a "b'] == {"1": {"c": "\\xffA"}}


def test_a_file_is_a_database_by_its_beginning() -> None:
    assert is_database("x", b"SQLite format 3\0abcd")
    assert not is_database("x.db", b"hello")
    assert is_database("x.db", None)
    assert not is_database("x.txt", None)


def test_a_broken_database_raises_what_is_known(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"x" * 1_000)
    with pytest.raises(fault()):
        seen(path)
