from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from backtrail.model.errors import (
    DamagedCatalogError,
    NewerFormatError,
    NotFoundError,
    StoreError,
)
from backtrail.store.catalog import (
    CLAUSES,
    FRAMES,
    QUERIES,
    SCHEMA_VERSION,
    Catalog,
    connect,
    migrate,
)
from backtrail.store.indexer import refresh
from backtrail.store.reading import events, traces
from builders import debugs, process_id, trace_id, write_segment

SCANS = {
    "trace_count": "it counts the whole table, through an index",
    "trace_no_max": "the largest key is the end of the table",
    "totals": "it adds the whole table up, for `doctor` alone",
    "torn_lines": "it adds the segments up, of which there are few",
    "segment_times": "it looks at all segments, of which there are few",
    "all_meta": "it lists a few rows, for a move to another engine alone",
    "all_segments": "it lists all segments, for `doctor` and a rebuild alone",
    "losses": "it adds up what each process lost, for `doctor` alone",
    "drop_spans_without_trace": "a clean-up looks at all that may have lost its trace",
    "drop_traits_without_trace": "a clean-up looks at all that may have lost its trace",
    "drop_said_without_trace": "a clean-up looks at all that may have lost its trace",
    "latencies": "it goes through what it has just added up with an index",
    "drop_processes_without_events": "a clean-up looks at all that may have lost its events",
    "drop_losses_without_events": "a clean-up looks at all that may have lost its events",
    "drop_repeats_without_events": "a clean-up looks at all that may have lost its events",
    "sessions": "it goes through what it has just added up with an index",
    "last_of_sessions": "it goes through what it has just added up with an index",
    "trace_durations": "it goes through what it has just read with an index",
}
"""Statements that may read a whole table, and why that is meant."""
PLANNED = sorted(
    name for name, sql in QUERIES.items() if "SELECT" in sql or sql.startswith("DELETE")
)


def scans(connection: sqlite3.Connection, sql: str) -> list[str]:
    """Return the steps of a query's plan that go through a table without an index or a key."""
    parameters = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    plan = connection.execute("EXPLAIN QUERY PLAN " + sql, parameters)
    steps = [str(row["detail"]) for row in plan]
    assert steps
    return [step for step in steps if step.startswith("SCAN") and "USING" not in step]


@pytest.mark.parametrize("name", PLANNED)
def test_every_query_uses_an_index_unless_it_is_listed(home: Path, name: str) -> None:
    connection = connect(home / "catalog.db")
    found = scans(connection, QUERIES[name])
    connection.close()
    assert not found or name in SCANS, found


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("frame", FRAMES)
def test_a_search_uses_an_index_whatever_its_condition(home: Path, frame: str, clause: str) -> None:
    if clause.startswith("this_") and not frame.endswith("errors"):
        return
    condition = CLAUSES[clause].format(op=">")
    connection = connect(home / "catalog.db")
    sql = FRAMES[frame].format(where=f"({condition})", leaves=f", ({condition}) AS leaf_0")
    found = scans(connection, sql.replace("SELECT e.*,", "SELECT").replace("SELECT t.*,", "SELECT"))
    connection.close()
    assert found == []


@pytest.mark.parametrize("clause", ["status_error", "errors_some", "error", "fingerprint"])
def test_failed_traces_are_found_without_the_others(home: Path, clause: str) -> None:
    connection = connect(home / "catalog.db")
    sql = FRAMES["found_traces"].format(where=f"({CLAUSES[clause]})")
    parameters = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    steps = [row["detail"] for row in connection.execute("EXPLAIN QUERY PLAN " + sql, parameters)]
    connection.close()
    assert any("trace_in_trouble" in step or "trace_by_id" in step for step in steps), steps


def test_the_list_of_scans_names_only_queries() -> None:
    assert set(SCANS) <= set(PLANNED)


def test_a_query_without_an_index_would_be_found(home: Path) -> None:
    connection = connect(home / "catalog.db")
    assert scans(connection, "SELECT * FROM trace WHERE name = :name") == ["SCAN trace"]
    connection.close()


def test_a_home_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as raised:
        Catalog.open(tmp_path / "absent")
    assert "backtrail run" in raised.value.hint
    assert not (tmp_path / "absent").exists()


def test_a_home_is_made_for_its_owner_alone_where_that_is_asked_for(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "made", must_exist=False) as catalog:
        assert traces(catalog) == []
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "made" / "catalog.db").stat().st_mode & 0o777 == 0o600


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="is not a directory"):
        Catalog.open(tmp_path / "file", must_exist=False)


def test_a_catalogue_has_a_version_and_says_who_wrote_it(home: Path) -> None:
    with Catalog.open(home) as catalog:
        writer = catalog.row("meta", name="writer")
        assert writer is not None
        assert re.fullmatch(r"\d+\.\d+\.\d+.*", writer["value"])
    connection = sqlite3.connect(home / "catalog.db")
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_nothing_but_the_catalogue_is_left_beside_it(home: Path) -> None:
    Catalog.open(home).close()
    assert [path.name for path in home.iterdir()] == ["catalog.db"]


def test_a_later_catalogue_is_refused_with_the_version_to_install(home: Path) -> None:
    with Catalog.open(home) as catalog, catalog.writing():
        catalog.run("set_meta", name="writer", value="7.8.9")
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(NewerFormatError, match=f"format {SCHEMA_VERSION + 1}") as raised:
        Catalog.open(home)
    assert "backtrail>=7.8.9" in raised.value.hint


def test_an_older_catalogue_is_brought_up_step_by_step_and_only_once(home: Path) -> None:
    path = home / "catalog.db"
    Catalog.open(home).close()
    steps = {
        SCHEMA_VERSION: "CREATE TABLE first (a); INSERT INTO first VALUES (1);",
        SCHEMA_VERSION + 1: "CREATE TABLE second AS SELECT a + 1 AS b FROM first;",
    }
    connection = connect(path)
    for _ in range(2):
        migrate(connection, path=path, steps=steps, version=SCHEMA_VERSION + 2)
    assert [tuple(row) for row in connection.execute("SELECT b FROM second")] == [(2,)]
    assert connection.execute("SELECT count(*) FROM first").fetchone()[0] == 1
    connection.close()


BEFORE_GROUPS = """
DROP INDEX trace_by_start;
DROP INDEX trace_in_trouble;
DROP INDEX trace_of_opener;
DROP INDEX trace_in_sessions;
DROP INDEX error_in_groups;
DROP INDEX process_of_trace;
CREATE INDEX trace_by_start ON trace (start_unix_ns);
CREATE INDEX trace_with_errors ON trace (start_unix_ns) WHERE errors > 0;
DROP TABLE word;
DROP TABLE said;
DROP TABLE span;
DROP TABLE odd_span;
DROP TABLE trait;
DROP TABLE latency;
CREATE TABLE span (
  span_id  TEXT NOT NULL,
  trace_no INTEGER NOT NULL,
  PRIMARY KEY (span_id, trace_no)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
"""Makes of a catalogue one of format 1."""


def test_a_catalogue_of_format_1_becomes_what_a_fresh_one_is(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 10))
    with Catalog.open(home) as catalog:
        refresh(catalog)
    connection = sqlite3.connect(home / "catalog.db")
    listed = "SELECT name, sql FROM sqlite_master ORDER BY name"
    fresh = connection.execute(listed).fetchall()
    connection.executescript(BEFORE_GROUPS)
    assert connection.execute(listed).fetchall() != fresh
    connection.close()
    with Catalog.open(home) as catalog:
        assert [trace.events for trace in traces(catalog)] == [10]
    connection = sqlite3.connect(home / "catalog.db")
    assert connection.execute(listed).fetchall() == fresh
    connection.close()


def test_a_step_that_fails_changes_nothing(home: Path) -> None:
    path = home / "catalog.db"
    Catalog.open(home).close()
    steps = {SCHEMA_VERSION: "CREATE TABLE first (a); INSERT INTO absent VALUES (1);"}
    connection = connect(path)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path=path, steps=steps, version=SCHEMA_VERSION + 1)
    connection.close()
    with Catalog.open(home) as catalog:
        assert traces(catalog) == []


def test_twenty_programs_may_make_the_catalogue_at_once(home: Path) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(20)

    def open_it() -> None:
        start.wait()
        try:
            with Catalog.open(home) as catalog:
                refresh(catalog)
        except BaseException as error:  # noqa: BLE001 - whatever goes wrong is shown below
            failures.append(error)

    write_segment(home, process_id(1), debugs(trace_id(1), 10))
    threads = [threading.Thread(target=open_it) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Catalog.open(home) as catalog:
        assert [trace.events for trace in traces(catalog)] == [10]
    assert sorted(path.name for path in home.iterdir()) == ["catalog.db", "journal"]


@pytest.mark.parametrize(
    "content", [b"this is no database at all" * 100, b"SQLite format 3\0" * 99]
)
def test_a_damaged_catalogue_says_how_to_make_it_anew(home: Path, content: bytes) -> None:
    (home / "catalog.db").write_bytes(content)
    with pytest.raises(DamagedCatalogError) as raised:
        Catalog.open(home)
    assert "--rebuild" in raised.value.hint
    assert (home / "catalog.db").read_bytes() == content


def test_events_are_never_changed(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 1))
    with Catalog.open(home) as catalog:
        refresh(catalog)
    connection = sqlite3.connect(home / "catalog.db")
    with pytest.raises(sqlite3.IntegrityError, match="events are never changed"):
        connection.execute("UPDATE block SET trace_id = 'other'")
    connection.close()


def test_what_is_written_together_is_written_whole_or_not_at_all(home: Path) -> None:
    with Catalog.open(home) as catalog:

        def break_off() -> None:
            with catalog.writing():
                catalog.run("set_meta", name="a", value="1")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            break_off()
        assert catalog.row("meta", name="a") is None
        with catalog.writing():
            catalog.run("set_meta", name="a", value="2")
        row = catalog.row("meta", name="a")
        assert row is not None
        assert row["value"] == "2"


def test_a_read_only_home_is_read_through_memory_and_says_so(
    home: Path, as_stranger: Callable[[], None]
) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 3))
    with Catalog.open(home) as catalog:
        refresh(catalog)
    write_segment(home, process_id(2), debugs(trace_id(2), 4), tail=b"\0" * 100)
    as_stranger()
    before = sorted((path.name, path.stat().st_size) for path in home.rglob("*"))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert catalog.note is not None
        assert "in memory" in catalog.note
        assert sorted(trace.events for trace in traces(catalog)) == [3, 4]
    assert sorted((path.name, path.stat().st_size) for path in home.rglob("*")) == before


def test_a_read_only_home_without_a_catalogue_is_read_all_the_same(
    home: Path, as_stranger: Callable[[], None]
) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 3))
    as_stranger()
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert [trace.events for trace in traces(catalog)] == [3]


def test_a_writable_home_is_not_held_in_memory(home: Path) -> None:
    with Catalog.open(home) as catalog:
        assert catalog.note is None


def test_a_catalogue_that_another_program_writes_can_be_read(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 3))
    with Catalog.open(home) as writer, Catalog.open(home) as reader:
        refresh(writer)
        with writer.writing():
            writer.run("drop_trace", trace_id=trace_id(1))
            assert [trace.events for trace in traces(reader)] == [3]


def test_a_sound_catalogue_has_no_damage_and_gives_back_its_space(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 60_000))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        catalog.give_back()
        size = catalog.path.stat().st_size
        with catalog.writing():
            catalog.run("drop_blocks", trace_id=trace_id(1))
        catalog.give_back()
        assert catalog.path.stat().st_size < size / 2
        assert catalog.damage() is None


def test_damage_inside_a_catalogue_is_found(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 20_000))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        catalog.give_back()
    path = home / "catalog.db"
    content = bytearray(path.read_bytes())
    for page in range(5, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    path.write_bytes(content)

    def read_all() -> None:
        with Catalog.open(home) as catalog:
            for trace in traces(catalog):
                list(events(catalog, trace.trace_id))

    with pytest.raises(DamagedCatalogError):
        read_all()


def test_a_catalogue_that_is_being_written_says_by_whom(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtrail.store.engines.sqlite.CATALOG_WAIT_S", 0.01)
    with Catalog.open(home) as one, one.writing(), Catalog.open(home) as other:
        with pytest.raises(StoreError, match=rf"written by process {os.getpid()} \(.*\): ") as busy:
            other.run("set_meta", name="a", value="b")
        assert busy.value.hint == "try again in a moment"


def test_many_may_be_the_first_to_open_a_home(tmp_path: Path) -> None:
    failed: list[Exception] = []

    def opens(home: Path, start: threading.Barrier) -> None:
        start.wait(10)
        try:
            Catalog.open(home, must_exist=False).close()
        except StoreError as error:
            failed.append(error)

    for number in range(20):
        start = threading.Barrier(6)
        home = tmp_path / "projects" / str(number)
        threads = [threading.Thread(target=opens, args=(home, start)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
