from __future__ import annotations

import random
import shlex
import sqlite3
import sys
from collections.abc import Iterator

import msgspec
import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backtrail.store.engines.texts import functions, given_back, held
from backtrail.store.query.patterns import Pattern
from postgres_server import PostgresServer

ANY = st.text(st.characters(exclude_categories=()) | st.sampled_from("\0\1\2\3\ud800d"))
SIGNS = "ab[]?*%_\\^-ß"


@given(ANY)
@example("\1\3d800")
@example("\0\1\1\2\udfff")
def test_any_text_comes_back(text: str) -> None:
    kept = held(text)
    assert "\0" not in kept
    kept.encode()
    assert given_back(kept) == text


@given(st.text(), st.text())
def test_texts_keep_their_order(one: str, other: str) -> None:
    assert (held(one).encode() < held(other).encode()) is (one.encode() < other.encode())


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA texts; SET search_path = texts, pg_catalog")
        connection.execute(functions().encode())
        yield connection
        connection.execute("DROP SCHEMA texts CASCADE")


def asked(database: psycopg.Connection, function: bytes, *texts: str) -> object:
    marks = b", ".join([b"%s"] * len(texts))
    row = database.execute(b"SELECT " + function + b"(" + marks + b")", texts).fetchone()
    assert row is not None
    return row[0]


def test_every_character_is_folded_as_python_folds_it(database: psycopg.Connection) -> None:
    every = [chr(code) for code in range(1, sys.maxunicode) if not 0xD800 <= code <= 0xDFFF]
    for start in range(0, len(every), 20_000):
        text = "".join(every[start : start + 20_000])
        assert asked(database, b"casefold", text) == text.casefold()
    for text in ("Straße", "İstanbul", "ΑΣ", "plain ABC"):
        assert asked(database, b"casefold", text) == text.casefold()


@pytest.mark.parametrize(
    "words",
    [[], ["a b", "it's", "", "ok", "ß", "x=1"], ["a\0b", "\\u0000", "\\\0", "\1", '"\\"'], ["$1"]],
)
def test_a_command_line_is_quoted_as_python_quotes_it(
    database: psycopg.Connection, words: list[str]
) -> None:
    told = asked(database, b"command_line", msgspec.json.encode(words).decode())
    assert isinstance(told, str)
    assert given_back(told) == shlex.join(words)


def test_glob_is_that_of_sqlite(database: psycopg.Connection) -> None:
    sqlite = sqlite3.connect(":memory:")
    chance = random.Random(7)
    for _ in range(2_000):
        pieces = ["".join(chance.choices(SIGNS, k=chance.randint(0, 3))) for _ in range(3)]
        pattern = Pattern(tuple(pieces[: chance.randint(1, 3)])).glob
        text = "".join(chance.choices(SIGNS, k=chance.randint(0, 6)))
        expected = bool(sqlite.execute("SELECT ? GLOB ?", (text, pattern)).fetchone()[0])
        assert asked(database, b"glob", pattern, text) is expected, (pattern, text)
    sqlite.close()


def test_bytes_are_found_in_bytes(database: psycopg.Connection) -> None:
    row = database.execute("SELECT instr(%s, %s), instr(%s, %s)", (b"a\0b", b"\0", b"a", b"b"))
    assert row.fetchone() == (2, 0)
