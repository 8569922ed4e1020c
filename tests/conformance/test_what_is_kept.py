from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import msgspec
import pytest

from backtrail.store import reading
from backtrail.store.indexer import refresh
from backtrail.store.rebuild import rebuild, rebuild_summaries
from builders import debugs, process_id, segment_path, trace_id, write_segment
from kept_stores import Kept
from mixed_store import COUNT, everything, lines_of, write_mixed

FAR = [
    pytest.param(-1_700_000_000_000_000_000, id="1971"),
    pytest.param(2_800_000_000_000_000_000, id="2114"),
    pytest.param(1_200_000_000_000_000_000, id="2063"),
]


@contextmanager
def started(kept: Kept, code: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that runs code on an open catalogue; it is gone afterwards."""
    opening = (
        "import sys, time\n"
        "from backtrail.store.catalog import Catalog\n"
        "from backtrail.store.indexer import refresh\n"
        "catalog = Catalog.open(sys.argv[1], store=sys.argv[2] or None)\n"
    )
    command = [sys.executable, "-c", opening + code, str(kept.home), kept.store or ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        yield program
        program.kill()


def test_a_journal_is_read_back_event_by_event(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        for n in range(COUNT):
            found = list(reading.events(catalog, trace_id(n)))
            written = [msgspec.json.decode(line) for line in lines_of(n)]
            assert [event.seq for event in sorted(found, key=lambda e: e.seq)] == list(
                range(len(written))
            )
            for event in found:
                line = written[event.seq]
                envelope = {"t", "trace", "kind", "span"}
                assert event.body == {k: v for k, v in line.items() if k not in envelope}
                assert (event.kind, event.monotonic_ns) == (line["kind"], line["t"])
                assert event.span_id == line.get("span")


def test_to_index_again_brings_nothing(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        before = everything(catalog)
        assert refresh(catalog).events == 0
    with kept.open() as catalog:
        assert refresh(catalog).events == 0
        assert everything(catalog) == before


def test_a_copied_segment_brings_nothing(kept: Kept) -> None:
    path = write_segment(kept.home, process_id(1), debugs(trace_id(1), 700))
    with kept.indexed() as catalog:
        before = list(reading.events(catalog, trace_id(1)))
        copy = segment_path(kept.home, process_id(1), 2)
        copy.write_bytes(path.read_bytes().replace(b'"segment":1', b'"segment":2'))
        refresh(catalog)
        assert list(reading.events(catalog, trace_id(1))) == before


def test_what_comes_later_is_added(kept: Kept) -> None:
    with kept.open() as catalog:
        for number in range(1, 4):
            lines = debugs(trace_id(1), 1_200, t=number * 10_000_000)
            write_segment(kept.home, process_id(1), lines, segment=number, seq=(number - 1) * 1_200)
            assert refresh(catalog).events == 1_200
        assert [event.seq for event in reading.events(catalog, trace_id(1))] == list(range(3_600))
        (trace,) = reading.traces(catalog)
        assert trace.events == 3_600


@pytest.mark.parametrize("t", FAR)
def test_events_of_any_year_are_kept(kept: Kept, t: int) -> None:
    write_segment(kept.home, process_id(1), debugs(trace_id(1), 3, t=t))
    write_segment(kept.home, process_id(2), debugs(trace_id(2), 3))
    with kept.indexed() as catalog:
        assert [event.monotonic_ns - t for event in reading.events(catalog, trace_id(1))] == [
            0,
            1_000,
            2_000,
        ]
        assert len(reading.traces(catalog)) == 2


def test_two_programs_that_index_at_once_bring_each_event_once(kept: Kept) -> None:
    for number in range(6):
        lines = [line for n in range(20) for line in debugs(trace_id(n), 100, t=number * 1_000_000)]
        write_segment(kept.home, process_id(number), lines)
    with ExitStack() as stack:
        programs = [stack.enter_context(started(kept, "refresh(catalog)")) for _ in range(3)]
        assert [program.wait(60) for program in programs] == [0, 0, 0]
    with kept.open() as catalog:
        assert refresh(catalog).events == 0
        assert [trace.events for trace in reading.traces(catalog)] == [600] * 20
        for n in range(20):
            events = list(reading.events(catalog, trace_id(n)))
            assert len({(event.process, event.seq) for event in events}) == 600


INSIDE = """
with catalog.writing():
    catalog.run("set_meta", name="half", value="done")
    block = dict(trace_id="0" * 32, process="p", seq_min=0, seq_max=0, time_min_ns=1,
                 time_max_ns=1, offset_ns=0, events=1, line_bytes=1, kinds="a", payload=b"x")
    catalog.run("add_block", **block)
    assert catalog.rows("blocks_of_trace", trace_id="0" * 32)
    print("inside", flush=True)
    time.sleep(60)
"""


def test_a_program_that_is_killed_while_it_writes_leaves_nothing_and_no_lock(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        before = everything(catalog)
    with started(kept, INSIDE) as program, kept.open() as catalog:
        assert program.stdout is not None
        assert program.stdout.readline() == b"inside\n"
        assert catalog.row("meta", name="half") is None
        os.kill(program.pid, signal.SIGKILL)
        program.wait(10)
        with catalog.writing():
            catalog.run("set_meta", name="whole", value="done")
        assert catalog.row("meta", name="half") is None
        assert catalog.rows("blocks_of_trace", trace_id="0" * 32) == []
        assert everything(catalog) == before


def test_what_is_written_together_is_written_whole_or_not_at_all(kept: Kept) -> None:
    with kept.open() as catalog:

        def break_off() -> None:
            with catalog.writing():
                catalog.run("set_meta", name="a", value="1")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            break_off()
        assert catalog.row("meta", name="a") is None
        catalog.run("set_meta", name="a", value="2")
        with kept.open() as other, catalog.writing():
            catalog.run("set_meta", name="a", value="3")
            assert [row["value"] for row in other.rows("meta", name="a")] == ["2"]
        assert [row[0] for row in catalog.rows("meta", name="a")] == ["3"]


def test_a_writer_keeps_others_out(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in ("sqlite", "postgres"):
        monkeypatch.setattr(f"backtrail.store.engines.{engine}.CATALOG_WAIT_S", 0.05)
    with kept.open() as one, one.writing():
        with kept.open() as other:
            with pytest.raises(Exception, match=f"is being written by .*process {os.getpid()}"):
                other.run("set_meta", name="a", value="b")
            assert other.row("meta", name="a") is None
        one.run("set_meta", name="a", value="c")
    with kept.open() as again:
        assert again.rows("meta", name="a")[0]["value"] == "c"


def test_summaries_that_are_dropped_come_back_the_same(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        before = everything(catalog)
        assert len(before["traces"]) == COUNT + COUNT // 6 + 1
        rebuild_summaries(catalog)
        assert everything(catalog) == before


def test_a_catalogue_that_is_made_anew_says_the_same_also_to_who_has_it_open(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        before = everything(catalog)
        catalog.run("drop_trace", trace_id=trace_id(3))
        done = rebuild(kept.home, store=kept.store)
        assert done.indexed.events == sum(len(events) for events in before["events"].values())
        assert done.set_aside is None
        assert everything(catalog) == before


def test_what_the_journal_does_not_hold_any_more_outlives_a_rebuild(kept: Kept) -> None:
    write_mixed(kept.home)
    with kept.indexed() as catalog:
        before = everything(catalog)
        for number in range(0, COUNT, 2):
            segment_path(kept.home, process_id(number)).unlink()
        done = rebuild(kept.home, store=kept.store)
        assert done.events_from_blocks > 0
        after = everything(catalog)
        assert after["traces"] == before["traces"]
        assert after["events"] == before["events"]


def test_events_are_never_changed(kept: Kept) -> None:
    write_segment(kept.home, process_id(1), debugs(trace_id(1), 3))
    with kept.indexed() as catalog:
        with (
            pytest.raises(Exception, match="events are never changed"),
            catalog.writing(),
        ):
            catalog.engine.run_script("UPDATE block SET trace_id = 'other';")
        assert len(list(reading.events(catalog, trace_id(1)))) == 3
