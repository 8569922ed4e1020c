from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from backtrail.store.catalog import catalog_format
from backtrail.store.engines.schemas import PostgresPlace, schema_name
from backtrail.store.engines.statements import SQL_FOLDER, statements, with_types
from postgres_server import PostgresServer

BOTH = [statements(), statements("postgres")]
ADDED = re.compile(r"^-- (\w+): (\w+)", flags=re.MULTILINE)


def test_a_dialect_replaces_by_name_what_there_is() -> None:
    plain, other = BOTH
    assert set(other.queries) == set(plain.queries)
    assert set(other.frames) == set(plain.frames)
    assert set(other.clauses) == set(plain.clauses)
    assert set(other.copies) <= set(plain.queries)
    assert plain.copies == {}


def test_what_a_dialect_replaces_it_says_otherwise() -> None:
    """A statement that both understand stands once."""
    plain, other = BOTH
    own = "\n".join(file.read_text() for file in sorted((SQL_FOLDER / "postgres").glob("*.sql")))
    written = {"name": "queries", "frame": "frames", "clause": "clauses"}
    for sort, name in ADDED.findall(own):
        if sort in written:
            texts = getattr(plain, written[sort])
            assert name in texts, name
            assert getattr(other, written[sort])[name] != texts[name], name


def test_types_are_those_of_the_dialect() -> None:
    sql = "CREATE TABLE a (\n  b INTEGER PRIMARY KEY,\n  c TEXT, d BLOB\n) WITHOUT ROWID;"
    assert with_types(sql) == (
        'CREATE TABLE a (\n  b BIGINT PRIMARY KEY,\n  c TEXT COLLATE "C", d BYTEA\n);'
    )


def columns(sql: str) -> dict[str, list[str]]:
    """Return the columns of each table that a schema makes."""
    found = {}
    for name, body in re.findall(r"CREATE TABLE (\w+) \(\n(.*?)\n\)", sql, flags=re.DOTALL):
        lines = [line.split()[0] for line in body.split("\n") if line.strip()]
        found[name] = [word for word in lines if word not in {"PRIMARY", "--"}]
    return found


def test_every_engine_has_the_same_tables() -> None:
    plain, other = BOTH
    assert columns(other.schema) == columns(re.sub(r"--.*\n", "", plain.schema))
    summaries = re.sub(r"--.*\n", "", plain.summaries)
    assert columns(other.summaries) == columns(summaries)
    assert {"trace", "error", "span", "process"} <= set(columns(summaries))


SCANS = {
    "drop_repeats_without_events": "a clean-up looks at all that may have lost its events",
    "drop_said_without_trace": "a clean-up looks at all that may have lost its trace",
    "drop_spans_without_trace": "a clean-up looks at all that may have lost its trace",
    "drop_traits_without_trace": "a clean-up looks at all that may have lost its trace",
    "last_of_sessions": "it adds all traces up, as SQLite does along an index of its own",
    "losses": "it adds up what each process lost, for `doctor` alone",
    "recent_sessions": "it goes through all traces, since no index takes a name of any length",
    "segment_times": "it looks at all segments, of which there are few",
    "sessions": "it adds all traces up, as SQLite does along an index of its own",
    "torn_lines": "it adds the segments up, of which there are few",
    "totals": "it adds the whole table up, for `doctor` alone",
}
"""Statements for which PostgreSQL may read a whole table, and why that is meant."""
ASKED = [
    name
    for name in BOTH[1].queries
    if "migrate" not in name and name != "drop_summaries" and name not in BOTH[1].copies
]
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


@pytest.fixture(scope="module")
def database(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection]:
    """Give a connection in an empty catalogue that reads whole tables only where it must."""
    home = tmp_path_factory.mktemp("project") / ".backtrail"
    home.mkdir()
    PostgresPlace.of(postgres.url(), home=home, wanted=catalog_format()).open().close()
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f'SET search_path = "{schema_name(home)}", pg_catalog'.encode())
        connection.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
        yield connection


@pytest.mark.parametrize("name", ASKED)
def test_postgresql_understands_every_statement_and_uses_an_index(
    database: psycopg.Connection, name: str
) -> None:
    numbers: dict[str, int] = {}
    sql = PARAMETER.sub(
        lambda match: f"${numbers.setdefault(match[1], len(numbers) + 1)}",
        BOTH[1].queries[name].rstrip(";"),
    )
    database.execute(f"PREPARE asked AS {sql}".encode())
    given = f"({', '.join(['NULL'] * len(numbers))})" if numbers else ""
    plan = database.execute(f"EXPLAIN EXECUTE asked{given}".encode()).fetchall()
    database.execute("DEALLOCATE asked")
    scans = [step for (step,) in plan if "Seq Scan" in step]
    assert bool(scans) is (name in SCANS), scans
