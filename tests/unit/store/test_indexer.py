from __future__ import annotations

import fcntl
import os
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import BATCH_EVENTS_MAX, BLOCK_EVENTS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import Indexed, refresh, segment_row
from backtrail.store.kept import add_dropped
from backtrail.store.reading import counters, events, traces
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

PROCESS = process_id(1)
TRACE = trace_id(1)


def seqs(catalog: Catalog, trace: str = TRACE) -> list[int]:
    return [event.seq for event in events(catalog, trace)]


@contextmanager
def files_limited(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Take the right to read a file away for a while."""
    user = os.geteuid()
    for mode in (0o000, 0o444):
        os.seteuid(path.stat().st_uid)
        path.chmod(mode)
        os.seteuid(user)
        if mode == 0:
            yield


def state(catalog: Catalog, path: Path) -> str | None:
    row = segment_row(catalog, path.name)
    return row.state if row else None


def test_a_journal_is_indexed_once(home: Path) -> None:
    path = write_segment(home, PROCESS, debugs(TRACE, 1_500))
    with Catalog.open(home) as catalog:
        size = path.stat().st_size - len(header(PROCESS))
        assert refresh(catalog) == Indexed(events=1_500, bytes_read=size, segments=1, torn=0)
        assert refresh(catalog) == Indexed()
        assert seqs(catalog) == list(range(1_500))
        assert state(catalog, path) == "final"


def test_a_refresh_without_news_writes_nothing(home: Path) -> None:
    path = write_segment(home, PROCESS, debugs(TRACE, 5), tail=b"\0" * 100)
    with path.open("rb") as writer, Catalog.open(home) as catalog:
        fcntl.flock(writer, fcntl.LOCK_EX)
        refresh(catalog)
        with Catalog.open(home) as other, other.writing():
            assert refresh(catalog) == Indexed()


def test_a_live_segment_grows_into_the_catalogue(home: Path) -> None:
    lines = debugs(TRACE, 30)
    path = segment_path(home, PROCESS)
    content = bytearray(1 << 16)
    content[: len(header(PROCESS))] = header(PROCESS)
    end = len(header(PROCESS))
    path.write_bytes(content)
    with path.open("rb+", buffering=0) as writer, Catalog.open(home) as catalog:
        fcntl.flock(writer, fcntl.LOCK_EX)
        for number, text in enumerate(lines):
            writer.seek(end)
            end += writer.write(text)
            assert refresh(catalog).events == 1
            assert seqs(catalog) == list(range(number + 1))
        assert state(catalog, path) == "live"
        assert traces(catalog)[0].is_live
        fcntl.flock(writer, fcntl.LOCK_UN)
        refresh(catalog)
        assert state(catalog, path) == "final"
        assert not traces(catalog)[0].is_live
    assert path.stat().st_size == end


def test_a_dead_writers_segment_is_cut_and_its_torn_line_counted(home: Path) -> None:
    lines = debugs(TRACE, 3)
    path = write_segment(home, PROCESS, lines, tail=b'{"t":1' + b"\0" * 4096)
    with Catalog.open(home) as catalog:
        assert refresh(catalog).torn == 1
        assert counters(catalog) == {"torn_line": 1}
    assert path.read_bytes() == header(PROCESS) + b"".join(lines)


def test_segments_of_a_process_go_on_where_the_last_ended(home: Path) -> None:
    write_segment(home, PROCESS, debugs(TRACE, 3))
    write_segment(home, PROCESS, debugs(TRACE, 3, t=10_000), segment=2, seq=3)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert seqs(catalog) == [0, 1, 2, 3, 4, 5]


def test_a_missing_segment_leaves_a_jump(home: Path) -> None:
    write_segment(home, PROCESS, debugs(TRACE, 2))
    write_segment(home, PROCESS, debugs(TRACE, 2, t=90_000), segment=3, seq=50)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert seqs(catalog) == [0, 1, 50, 51]


def test_a_copied_segment_brings_nothing_twice(home: Path) -> None:
    path = write_segment(home, PROCESS, debugs(TRACE, 700))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        segment_path(home, process_id(9)).write_bytes(path.read_bytes())
        refresh(catalog)
        assert seqs(catalog) == list(range(700))
        assert traces(catalog)[0].events == 700


def test_events_of_many_traces_that_take_turns_are_kept_apart(home: Path) -> None:
    lines = [debugs(trace_id(n % 7), 1, t=n * 1_000)[0] for n in range(5_000)]
    write_segment(home, PROCESS, lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        for trace in range(7):
            assert seqs(catalog, trace_id(trace)) == list(range(trace, 5_000, 7))


@given(
    choices=st.lists(st.integers(0, 3), max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=4),
)
def test_however_often_it_is_looked_at_every_event_is_kept_once(
    tmp_path_factory: pytest.TempPathFactory, choices: list[int], cuts: list[int]
) -> None:
    home = tmp_path_factory.mktemp("home")
    lines = [debugs(trace_id(trace), 1, t=n)[0] for n, trace in enumerate(choices)]
    path = segment_path(home, PROCESS)
    with Catalog.open(home) as catalog, path.open("wb", buffering=0) as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        writer.write(header(PROCESS))
        written = 0
        for cut in [*sorted(cuts), len(lines)]:
            writer.write(b"".join(lines[written:cut]))
            written = max(written, cut)
            refresh(catalog)
        found = {trace: seqs(catalog, trace_id(trace)) for trace in range(4) if trace in choices}
    assert found == {
        trace: [n for n, chosen in enumerate(choices) if chosen == trace] for trace in set(choices)
    }


def test_a_journal_of_several_batches_is_indexed_whole(home: Path) -> None:
    count = BATCH_EVENTS_MAX * 2 + 10
    write_segment(home, PROCESS, debugs(TRACE, count))
    seen: list[tuple[int, int]] = []
    with Catalog.open(home) as catalog:
        assert refresh(catalog, lambda done, total: seen.append((done, total))).events == count
        assert traces(catalog)[0].events == count
        assert [event.body["attributes"] for event in events(catalog, TRACE)] == [
            {"number": number} for number in range(count)
        ]
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert len(seen) > 3


def test_a_block_holds_a_bounded_number_of_events(home: Path) -> None:
    write_segment(home, PROCESS, debugs(TRACE, BLOCK_EVENTS_MAX * 2 + 1))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        sizes = [row["events"] for row in catalog.rows("blocks_of_trace", trace_id=TRACE)]
    assert sizes == [BLOCK_EVENTS_MAX, BLOCK_EVENTS_MAX, 1]


def test_the_wall_clock_is_anchored_anew_where_the_journal_says_so(home: Path) -> None:
    anchor = line("clock.anchored", TRACE, t=5_000, time_unix_ns=START_UNIX_NS + 1_000_000)
    first, second = debugs(TRACE, 2, t=1_000, step=9_000)
    write_segment(home, PROCESS, [first, anchor, second])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        found = [event.time_unix_ns - START_UNIX_NS for event in events(catalog, TRACE)]
    assert found == [1_000, 1_000_000, 1_005_000]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"garbage\n" * 100, "garbage"),
        (header(PROCESS, version=7), "newer"),
        (b"", None),
        (b"\0" * 4096, None),
        (header(PROCESS), "final"),
        (header(PROCESS) + b"\xff\xfe not json\n\0\0\0", "final"),
    ],
)
def test_a_file_that_cannot_be_read_does_not_hide_the_others(
    home: Path, content: bytes, expected: str | None
) -> None:
    odd = segment_path(home, PROCESS)
    odd.write_bytes(content)
    write_segment(home, process_id(2), debugs(trace_id(2), 3))
    with Catalog.open(home) as catalog:
        for _ in range(2):
            refresh(catalog)
            assert [trace.events for trace in traces(catalog)] == [3]
            assert state(catalog, odd) == expected


def test_a_segment_of_a_later_format_is_read_once_it_can_be(home: Path) -> None:
    path = segment_path(home, PROCESS)
    path.write_bytes(header(PROCESS, version=7))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        write_segment(home, PROCESS, debugs(TRACE, 3))
        refresh(catalog)
        assert seqs(catalog) == [0, 1, 2]
        assert state(catalog, path) == "final"


def test_an_unreadable_file_is_noted_and_read_once_it_can_be(
    home: Path, as_stranger: Callable[[], None]
) -> None:
    path = write_segment(home, PROCESS, debugs(TRACE, 3))
    write_segment(home, process_id(2), debugs(trace_id(2), 2))
    as_stranger()
    with Catalog.open(home) as catalog:
        with unreadable(path):
            refresh(catalog)
            assert len(traces(catalog)) == 1
            assert state(catalog, path) == "unreadable"
        refresh(catalog)
        assert len(traces(catalog)) == 2
        assert state(catalog, path) == "final"


def test_a_live_segment_that_is_deleted_is_settled(home: Path) -> None:
    path = write_segment(home, PROCESS, debugs(TRACE, 3))
    with path.open("rb") as writer, Catalog.open(home) as catalog:
        fcntl.flock(writer, fcntl.LOCK_EX)
        refresh(catalog)
        assert traces(catalog)[0].is_live
        path.unlink()
        refresh(catalog)
        assert not traces(catalog)[0].is_live
        assert seqs(catalog) == [0, 1, 2]


def test_a_journal_that_is_not_there_is_an_empty_one(home: Path) -> None:
    with Catalog.open(home) as catalog:
        assert refresh(catalog) == Indexed()


def test_events_outside_of_any_trace_are_kept_and_make_no_trace(home: Path) -> None:
    lost = line("journal.dropped", "", t=5, reason="not writable", count=3)
    write_segment(home, PROCESS, [lost, *debugs(TRACE, 1)])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert [trace.trace_id for trace in traces(catalog)] == [TRACE]
        assert seqs(catalog, "") == [0]
        assert counters(catalog) == {"not writable": 3}


def test_an_imported_id_is_kept_as_it_came(home: Path) -> None:
    odd = "Vorgang 17/ä:b'\""
    write_segment(home, PROCESS, debugs(odd, 2))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert traces(catalog)[0].trace_id == odd
        assert seqs(catalog, odd) == [0, 1]


def test_two_processes_share_a_trace(home: Path) -> None:
    write_segment(home, process_id(2), debugs(TRACE, 3, t=1_500))
    write_segment(home, process_id(1), debugs(TRACE, 3, t=1_000))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        summary = traces(catalog)[0]
        assert (summary.events, summary.processes) == (6, 2)
        assert [event.process[-1] for event in events(catalog, TRACE)] == list("121212")


def test_events_of_a_dropped_trace_stay_away_until_there_are_later_ones(home: Path) -> None:
    add_dropped(home, {TRACE: START_UNIX_NS + 2_000})
    write_segment(home, PROCESS, debugs(TRACE, 4))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert seqs(catalog) == [2, 3]


def test_programs_that_index_at_once_keep_every_event_once(home: Path) -> None:
    for number in range(40):
        write_segment(home, process_id(number), debugs(trace_id(number % 5), 200))
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def index() -> None:
        try:
            with Catalog.open(home) as catalog:
                start.wait()
                refresh(catalog)
        except BaseException as error:  # noqa: BLE001 - whatever goes wrong is shown below
            failures.append(error)

    threads = [threading.Thread(target=index) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Catalog.open(home) as catalog:
        assert refresh(catalog) == Indexed()
        assert [trace.events for trace in traces(catalog)] == [8 * 200] * 5
        assert [trace.processes for trace in traces(catalog)] == [8] * 5


def test_a_full_disk_while_indexing_keeps_what_was_there(home: Path) -> None:
    write_segment(home, PROCESS, debugs(TRACE, 5))
    with Catalog.open(home) as catalog:
        refresh(catalog)
    noise = [line("log.emitted", trace_id(9 + n), t=n, message=f"{n}") for n in range(20_000)]
    write_segment(home, process_id(2), noise)
    with Catalog.open(home) as catalog:
        with files_limited(300_000), pytest.raises(StoreError, match="cannot be read") as raised:
            refresh(catalog)
        assert "free space" in raised.value.hint
        assert [trace.events for trace in traces(catalog)] == [5]
    with Catalog.open(home) as catalog:
        assert refresh(catalog).events == 20_000
        assert len(catalog.rows("recent_trace_ids", limit=30_000)) == 20_001


def test_a_batch_that_breaks_off_is_done_again_whole(home: Path) -> None:
    write_segment(home, PROCESS, [process_started(TRACE), *debugs(TRACE, BATCH_EVENTS_MAX + 9)])

    def break_off(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with Catalog.open(home) as catalog:
        with pytest.raises(KeyboardInterrupt):
            refresh(catalog, break_off)
        assert refresh(catalog).events > 0
        assert seqs(catalog) == list(range(BATCH_EVENTS_MAX + 10))
        assert traces(catalog)[0].events == BATCH_EVENTS_MAX + 10


def test_the_catalogue_of_a_journal_can_be_read_by_sqlite_alone(home: Path) -> None:
    write_segment(home, PROCESS, debugs(TRACE, 5))
    with Catalog.open(home) as catalog:
        refresh(catalog)
    connection = sqlite3.connect(home / "catalog.db")
    assert connection.execute("SELECT trace_id, events FROM trace").fetchall() == [(TRACE, 5)]
    connection.close()


def test_a_store_that_cannot_be_written_gets_no_files_of_errors(
    home: Path, as_stranger: Callable[[], None]
) -> None:
    write_segment(home, PROCESS, [line("error.raised", TRACE, t=1, **error_body("e1"))])
    as_stranger()
    with Catalog.open(home) as catalog:
        assert refresh(catalog).events == 1
    assert not (home / "errors").exists()
