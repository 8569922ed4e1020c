"""Programs that record, index, rebuild and clean up are killed; nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backtrail.store import reading
from backtrail.store.answers import TraceFilter, TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.store.health import examine
from backtrail.store.indexer import refresh
from backtrail.store.kept import pin
from backtrail.store.rebuild import rebuild
from builders import debugs, process_id, process_started, trace_id, write_segment

WAIT_S_MAX = 30.0

RECORDER = """
import sys
import backtrail
backtrail.start(directory=sys.argv[1], hooks=False)
with backtrail.trace_span("outer"):
    for number in range(int(sys.argv[2])):
        backtrail.debug("step_done", number=number, text="x" * (number % 300))
        if number % 50 == 0:
            print(number, flush=True)
    print("done", flush=True)
    sys.stdin.read()
"""

WRITER = """
import fcntl, mmap, os, sys
path, content = sys.argv[1], bytes.fromhex(sys.argv[2])
fd = os.open(path + ".new", os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(fd, fcntl.LOCK_EX)
os.posix_fallocate(fd, 0, 1 << 18)
memory = mmap.mmap(fd, 1 << 18)
memory.write(content)
os.rename(path + ".new", path)
os.close(fd)
print("written", flush=True)
sys.stdin.read()
"""

INDEXER = """
import sys
from pathlib import Path
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.rebuild import rebuild
from backtrail.store.retention import Retention, apply, plan
home = Path(sys.argv[2])
print("begun", flush=True)
if sys.argv[1] == "rebuild":
    rebuild(home)
else:
    with Catalog.open(home) as catalog:
        refresh(catalog)
        if sys.argv[1] == "gc":
            apply(catalog, plan(catalog, Retention(traces_max=2), 0))
"""


def start(text: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BACKTRAIL_STRICT": "1"},
    )


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=WAIT_S_MAX)


def said(process: subprocess.Popen[str], is_wanted: Callable[[str], bool]) -> str:
    """Return the line by which a program says that it got so far."""
    assert process.stdout is not None
    for line in process.stdout:
        if is_wanted(line.strip()):
            return line.strip()
    pytest.fail("the program ended before")


def read(home: Path) -> tuple[TraceSummary, list[int]]:
    """Return the largest trace, and the numbers that its debug events carry."""
    with Catalog.open(home) as catalog:
        refresh(catalog)
        trace = max(reading.traces(catalog), key=lambda trace: trace.events)
        events = reading.events(catalog, trace.trace_id, kinds={"debug.recorded"})
        return trace, [event.body["attributes"]["number"] for event in events]


@pytest.mark.parametrize("reached", [0, 50, 1_000, 6_000])
def test_every_event_that_a_call_returned_from_survives_a_kill(home: Path, reached: int) -> None:
    program = start(RECORDER, home, 1_000_000)
    said(program, lambda line: line == f"{reached}")
    kill(program)
    trace, numbers = read(home)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > reached
    assert (trace.status, trace.is_live) == ("unfinished", False)
    for path in (home / "journal").glob("*.jsonl"):
        assert b"\0" not in path.read_bytes()


def test_a_living_program_is_seen_live_and_its_segment_is_left_alone(home: Path) -> None:
    program = start(RECORDER, home, 300)
    said(program, lambda line: line == "done")
    for _ in range(2):
        trace, numbers = read(home)
        assert numbers == list(range(300))
        assert (trace.status, trace.is_live) == ("unfinished", True)
    (path,) = (home / "journal").glob("*.jsonl")
    assert path.stat().st_size % 4096 == 0
    program.communicate(timeout=WAIT_S_MAX)
    trace, numbers = read(home)
    assert numbers == list(range(300))
    assert (trace.status, trace.is_live) == ("ok", False)


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_a_line_torn_by_a_kill_is_dropped_and_counted(home: Path, cut: int) -> None:
    path = write_segment(home, process_id(1), debugs(trace_id(1), 20))
    content = path.read_bytes()[:-cut]
    path.unlink()
    program = start(WRITER, path, content.hex())
    said(program, lambda line: line == "written")
    assert read(home)[1] == list(range(19))
    assert path.stat().st_size == 1 << 18
    kill(program)
    assert read(home)[1] == list(range(19))
    assert path.read_bytes() == content[: content.rfind(b"\n") + 1]
    with Catalog.open(home) as catalog:
        assert reading.counters(catalog) == {"torn_line": 1}


@pytest.mark.parametrize("work", ["index", "rebuild", "gc"])
def test_work_on_the_store_that_is_killed_anywhere_is_done_again_whole(
    home: Path, work: str
) -> None:
    for number in range(8):
        lines = [process_started(trace_id(number), t=number), *debugs(trace_id(number), 9_000)]
        write_segment(home, process_id(number), lines)
    pin(home, trace_id(0))
    if work != "index":
        read(home)
    for delay_ms in (0, 10, 20, 40, 80, 120, 160, 200, 300):
        program = start(INDEXER, work, home)
        said(program, lambda line: line == "begun")
        until = time.monotonic() + delay_ms / 1_000
        while time.monotonic() < until and program.poll() is None:
            pass
        kill(program)
        with Catalog.open(home) as catalog:
            for trace in reading.traces(catalog):
                found = [event.seq for event in reading.events(catalog, trace.trace_id)]
                assert found == list(range(trace.events))
    program = start(INDEXER, work, home)
    program.communicate(timeout=WAIT_S_MAX)
    assert program.returncode == 0
    expected = {0, 7} if work == "gc" else set(range(8))
    for again in range(2):
        with Catalog.open(home) as catalog:
            refresh(catalog)
            traces = reading.traces(catalog, TraceFilter(limit=100))
            assert {trace.trace_id for trace in traces} == {trace_id(n) for n in expected}
            assert {trace.events for trace in traces} == {9_001}
        assert examine(home).problems == []
        if not again:
            rebuild(home)


def test_a_program_that_goes_on_to_its_next_segment_is_not_taken_for_dead(home: Path) -> None:
    write_segment(home, process_id(1), debugs(trace_id(1), 10))

    def open_next(_done: int, _total: int) -> None:
        write_segment(home, process_id(1), debugs(trace_id(1), 5), segment=2, seq=10)

    with Catalog.open(home) as catalog:
        assert refresh(catalog, open_next).segments == 2
    assert len(read(home)[1]) == 15
