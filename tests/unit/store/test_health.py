from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from backtrail.store.catalog import SCHEMA_VERSION, Catalog
from backtrail.store.health import Health, Problem, examine
from backtrail.store.indexer import refresh
from backtrail.store.kept import pin
from backtrail.store.rebuild import rebuild
from builders import (
    START_UNIX_NS,
    debugs,
    error_body,
    header,
    line,
    process_id,
    process_started,
    segment_path,
    trace_id,
    write_segment,
)

TRACE = trace_id(1)


def examined(home: Path) -> Health:
    """Bring the catalogue up to date as a command does, then look the store over."""
    with Catalog.open(home) as catalog:
        refresh(catalog)
    return examine(home)


def problem(health: Health, code: str) -> Problem:
    (found,) = [problem for problem in health.problems if problem.code == code]
    assert found.message
    assert found.hint
    return found


def test_a_sound_store_has_no_problem_and_says_what_is_in_it(home: Path) -> None:
    error = line("error.raised", TRACE, t=7_000, **error_body("e1"))
    ended = line("process.ended", TRACE, t=8_000, counters={"event too large": 4})
    write_segment(home, process_id(1), [process_started(TRACE), error, ended])
    live = write_segment(home, process_id(2), debugs(trace_id(2), 5))
    pin(home, TRACE)
    with live.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        health = examined(home)
    assert health.problems == []
    assert health.contents is not None
    assert (health.contents.traces, health.contents.events, health.contents.errors) == (2, 8, 1)
    assert (health.contents.segments, health.contents.live_writers) == (2, 1)
    assert [holder.pid for holder in health.contents.writers] == [os.getpid()]
    assert health.contents.losses == {"event too large": 4}
    assert health.contents.oldest_unix_ns == START_UNIX_NS
    assert health.contents.newest_unix_ns == START_UNIX_NS + 8_000
    assert health.pins == 1
    assert min(health.journal_bytes, health.catalog_bytes, health.errors_bytes) > 0


def test_an_empty_store_is_sound(home: Path) -> None:
    health = examined(home)
    assert health.problems == []
    assert health.contents is not None
    assert health.contents.oldest_unix_ns is None
    assert health.errors_bytes == 0


def test_a_store_that_is_not_there_is_told_not_raised(tmp_path: Path) -> None:
    health = examine(tmp_path / "absent")
    assert health.contents is None
    assert "backtrail run" in problem(health, "closed_catalog").hint


def test_a_segment_of_a_later_format_says_how_to_read_it(home: Path) -> None:
    segment_path(home, process_id(1)).write_bytes(header(process_id(1), version=9))
    found = problem(examined(home), "newer_segment")
    assert "format 9" in found.message
    assert "upgrade" in found.hint
    assert found.is_serious


def test_garbage_in_the_journal_is_named(home: Path) -> None:
    path = segment_path(home, process_id(1))
    path.write_bytes(b"garbage\n")
    assert str(path) in problem(examined(home), "garbage_segment").message


@pytest.mark.parametrize("content", [b"", bytes(100_000)])
def test_an_empty_segment_is_named(home: Path, content: bytes) -> None:
    path = segment_path(home, process_id(1))
    path.write_bytes(content)
    found = problem(examined(home), "empty_segment")
    assert str(path) in found.message
    assert not found.is_serious


def test_torn_lines_are_counted(home: Path) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 2), tail=b'{"t"')
    assert problem(examined(home), "torn_lines").message.startswith("1 lines")


def test_events_missing_between_two_segments_are_counted(home: Path) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 2))
    write_segment(home, process_id(1), debugs(TRACE, 2), segment=3, seq=10)
    write_segment(home, process_id(2), debugs(TRACE, 2), segment=2, seq=77)
    found = problem(examined(home), "missing_events")
    assert found.message.startswith("8 events")


def test_a_damaged_catalogue_is_told_and_what_was_set_aside_is_named(home: Path) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 2))
    (home / "catalog.db").write_bytes(b"damaged" * 99)
    health = examine(home)
    assert "--rebuild" in problem(health, "damaged_catalog").hint
    assert health.contents is None
    aside = rebuild(home).set_aside
    health = examine(home)
    assert health.contents is not None
    assert aside is not None
    assert aside in problem(health, "set_aside").message


def test_damage_that_opening_does_not_meet_is_told(home: Path) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 20_000))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        catalog.give_back()
    connection = sqlite3.connect(home / "catalog.db")
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'block_by_time'"
    ).fetchone()
    connection.close()
    content = bytearray((home / "catalog.db").read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    (home / "catalog.db").write_bytes(content)
    assert "--rebuild" in problem(examine(home), "damaged_catalog").hint


def test_a_later_catalogue_is_told(home: Path) -> None:
    Catalog.open(home).close()
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    assert "upgrade" in problem(examine(home), "closed_catalog").hint


def test_a_home_that_cannot_be_written_is_told(home: Path, as_stranger: Callable[[], None]) -> None:
    write_segment(home, process_id(1), debugs(TRACE, 2))
    as_stranger()
    health = examine(home)
    assert "nothing can be recorded" in problem(health, "not_writable").message
    assert "in memory" in problem(health, "read_only").message


def test_a_file_in_place_of_the_journal_is_told(home: Path) -> None:
    (home / "journal").write_text("not a journal")
    [problem] = examine(home).problems
    assert (problem.code, problem.is_serious) == ("no_journal", True)
    assert problem.hint == f"move {home / 'journal'} out of the way"
