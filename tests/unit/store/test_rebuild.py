from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.store import reading
from backtrail.store.catalog import SCHEMA_VERSION, Catalog
from backtrail.store.indexer import refresh
from backtrail.store.kept import add_dropped, pin, read_kept
from backtrail.store.rebuild import rebuild, rebuild_summaries
from builders import (
    debugs,
    error_body,
    line,
    process_id,
    process_started,
    trace_id,
    write_segment,
)

TRACES = [trace_id(number) for number in range(5)]


def answers(catalog: Catalog) -> dict[str, object]:
    """Return all that a catalogue can be asked."""
    found = reading.traces(catalog)
    errors = reading.errors(catalog)
    return {
        "traces": sorted(
            (msgspec.structs.replace(trace, stored_bytes=0) for trace in found),
            key=lambda trace: trace.trace_id,
        ),
        "events": {t.trace_id: list(reading.events(catalog, t.trace_id)) for t in found},
        "errors": sorted(errors, key=lambda error: error.error_id),
        "bodies": {error.error_id: reading.error(catalog, error.error_id) for error in errors},
        "counters": reading.counters(catalog),
    }


def write_much(home: Path) -> list[Path]:
    """Write segments in which there is some of everything; return their paths."""
    repeat = {"fingerprint": "f", "type": "KeyError", "message": "m"}
    paths = []
    for process in range(3):
        first = [process_started(TRACES[0], t=process, argv=[f"app{process}"], session="s")]
        for n in range(600):
            first += debugs(TRACES[n % 5], 1, t=n * 10)
            if n % 100 == 7:
                first.append(
                    line("span.started", TRACES[n % 5], t=n * 10, span=f"{n:016x}", name="s")
                )
            if n % 150 == 8:
                body = error_body(f"e{process}{n}", fingerprint="f", is_handled=n > 100)
                first.append(line("error.raised", TRACES[n % 5], t=n * 10, **body))
                first.append(
                    line("error.repeated", TRACES[(n + 1) % 5], t=n * 10, count=n, **repeat)
                )
        second = [
            line("journal.dropped", TRACES[1], t=7_000, reason="full", count=2),
            line("clock.anchored", TRACES[0], t=7_100, time_unix_ns=1_760_000_000_900_000_000),
            *debugs(TRACES[2], 20, t=8_000),
            line("process.ended", TRACES[0], t=9_000, counters={"cut": process}),
        ]
        paths.append(write_segment(home, process_id(process), first, tail=b'{"t"' + b"\0" * 64))
        paths.append(write_segment(home, process_id(process), second, segment=2, seq=len(first)))
    return paths


def open_answers(home: Path) -> dict[str, object]:
    with Catalog.open(home) as catalog:
        refresh(catalog)
        return answers(catalog)


def test_a_rebuild_gives_the_same_answers(home: Path) -> None:
    write_much(home)
    before = open_answers(home)
    done = rebuild(home)
    assert open_answers(home) == before
    assert done.set_aside is None
    assert done.events_from_blocks == 0
    assert done.indexed.events == sum(trace.events for trace in before["traces"])  # type: ignore[attr-defined]


def test_summaries_that_are_dropped_come_back_the_same(home: Path) -> None:
    write_much(home)
    before = open_answers(home)
    connection = sqlite3.connect(home / "catalog.db")
    for table in ("trace", "error", "repeat", "span", "process", "loss"):
        assert connection.execute(f"DELETE FROM {table}").rowcount > 0
    connection.commit()
    connection.close()
    assert open_answers(home) != before
    with Catalog.open(home) as catalog:
        rebuild_summaries(catalog)
    assert open_answers(home) == before


@settings(max_examples=15, deadline=None)
@given(gone=st.sets(st.integers(0, 5)))
def test_what_the_journal_lost_comes_from_the_blocks(
    tmp_path_factory: pytest.TempPathFactory, gone: set[int]
) -> None:
    home = tmp_path_factory.mktemp("home")
    paths = write_much(home)
    before = open_answers(home)
    for number in gone:
        paths[number].unlink()
    done = rebuild(home)
    after = open_answers(home)
    torn = sum(number % 2 == 0 for number in gone)
    assert done.events_from_blocks > 0 or not gone
    assert {**after, "counters": {}} == {**before, "counters": {}}
    assert after["counters"].get("torn_line", 0) == 3 - torn  # type: ignore[attr-defined]


def test_a_rebuild_without_a_catalogue_makes_one(home: Path) -> None:
    write_much(home)
    done = rebuild(home)
    assert done.indexed.events > 0
    assert open_answers(home)["traces"]


def test_a_rebuild_may_be_done_while_others_read(home: Path) -> None:
    write_much(home)
    with Catalog.open(home) as reader:
        refresh(reader)
        before = answers(reader)
        write_segment(home, process_id(8), debugs(trace_id(8), 3))
        rebuild(home)
        after = answers(reader)
        assert len(after["traces"]) == len(before["traces"]) + 1  # type: ignore[arg-type]
    assert open_answers(home) == after


def test_a_rebuild_is_told_how_far_it_is(home: Path) -> None:
    write_much(home)
    seen: list[tuple[int, int]] = []
    rebuild(home, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0


@pytest.mark.parametrize("content", [b"no database" * 1_000, b""])
def test_a_damaged_catalogue_is_set_aside_and_made_from_the_journal(
    home: Path, content: bytes
) -> None:
    write_much(home)
    before = open_answers(home)
    pin(home, TRACES[3])
    (home / "catalog.db").write_bytes(content)
    done = rebuild(home)
    after = open_answers(home)
    before["counters"] = {**before["counters"], "torn_line": 0}  # type: ignore[dict-item]
    after["counters"] = {**after["counters"], "torn_line": 0}  # type: ignore[dict-item]
    assert after == before
    assert read_kept(home).pins == {TRACES[3]}
    if content:
        assert done.set_aside is not None
        assert Path(done.set_aside).read_bytes() == content
        (home / "catalog.db").write_bytes(content)
        assert rebuild(home).set_aside not in {None, done.set_aside}


def test_blocks_of_a_damaged_catalogue_are_saved_as_far_as_they_can_be_read(home: Path) -> None:
    paths = write_much(home)
    before = open_answers(home)
    with Catalog.open(home) as catalog:
        catalog.give_back()
    for path in paths[2:]:
        path.unlink()
    content = bytearray((home / "catalog.db").read_bytes())
    connection = sqlite3.connect(home / "catalog.db")
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name='trace'").fetchone()[0]
    connection.close()
    content[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    (home / "catalog.db").write_bytes(content)
    done = rebuild(home)
    assert done.set_aside is not None
    assert done.events_from_blocks > 0
    assert open_answers(home)["events"] == before["events"]


def test_a_later_catalogue_is_not_replaced(home: Path) -> None:
    write_much(home)
    open_answers(home)
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(NewerFormatError):
        rebuild(home)


def test_two_rebuilds_do_not_run_at_once(home: Path) -> None:
    write_much(home)
    fd = os.open(home, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(StoreError, match=rf"process {os.getpid()} .* cleaning up"):
        rebuild(home)
    os.close(fd)
    rebuild(home)


def test_a_rebuild_that_breaks_off_leaves_what_was_there(home: Path) -> None:
    write_much(home)
    before = open_answers(home)

    def break_off(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(home, break_off)
    assert sorted(path.name for path in home.iterdir()) == ["catalog.db", "errors", "journal"]
    assert open_answers(home) == before


def test_a_rebuild_removes_what_a_killed_one_left(home: Path) -> None:
    (home / "catalog.db.building").write_bytes(b"half a catalogue")
    (home / "catalog.db.building-wal").write_bytes(b"half a log")
    write_much(home)
    rebuild(home)
    assert sorted(path.name for path in home.iterdir()) == ["catalog.db", "errors", "journal"]


def test_a_rebuild_does_not_bring_back_a_dropped_trace(home: Path) -> None:
    write_much(home)
    add_dropped(home, {TRACES[2]: 1 << 62})
    rebuild(home)
    with Catalog.open(home) as catalog:
        found = {trace.trace_id for trace in reading.traces(catalog)}
    assert found == {*TRACES} - {TRACES[2]}


def test_a_store_that_cannot_be_written_is_not_rebuilt(
    home: Path, as_stranger: Callable[[], None]
) -> None:
    write_much(home)
    as_stranger()
    with pytest.raises(StoreError, match="cannot be written"):
        rebuild(home)
