"""Threads, processes, readers and signal handlers all at once: nothing is lost, nothing twice."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dying import Start, ask, check_nothing_is_lost, end, read_back, returned, wait_for
from running import BACKTRAIL

PROCESSES = 20


@pytest.fixture
def tail(home: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Follow the store from before its first event; give the program and what it prints."""
    path = tmp_path / "followed"
    with path.open("wb") as output:
        command = [*BACKTRAIL, "--dir", str(home), "tail", "--json"]
        program = subprocess.Popen(command, stdout=output, stderr=output)
    yield program, path
    program.kill()
    program.wait()


def test_eight_threads_write_fifty_thousand_events_each(
    home: Path, counts: Path, start: Start
) -> None:
    assert end(start("writer", home, counts, 0, 8, 50_000, "returns")) == (0, "")
    assert returned(counts)[:8] == [50_000] * 8
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    assert left.counters == {}
    threads = {event.thread for event in left.of_kind("debug.recorded")}
    assert len(threads) == 8


def test_twenty_programs_of_one_name_write_into_one_store(
    home: Path, counts: Path, start: Start
) -> None:
    programs = [
        start("writer", home, counts, 2 * number, 2, 1_000, "returns")
        for number in range(PROCESSES)
    ]
    for program in programs[::4]:
        program.kill()
    ended = [end(program)[0] for program in programs]
    assert [code for number, code in enumerate(ended) if number % 4] == [0] * 15
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    roots = [event.trace_id for event in left.of_kind("process.started")]
    assert len(set(roots)) == len(roots) >= 15
    assert left.counters == {}


def test_readers_may_look_while_programs_write_and_die(
    home: Path, counts: Path, start: Start, tail: tuple[subprocess.Popen[bytes], Path]
) -> None:
    programs = [
        start("writer", home, counts, 2 * number, 2, 1_000_000, "returns", WRITER_PAUSE_S="0.02")
        for number in range(3)
    ]
    for number, program in enumerate(programs):
        wait_for(counts, 1_000 * (number + 1), slots=6, first=2 * number)
        names = [(trace["name"], trace["is_live"]) for trace in ask(home, "ls")["traces"]]
        assert sorted(names)[-3:] == [("serve_requests", other >= number) for other in range(3)]
        now = returned(counts)
        check_at_least(read_back(home).numbers(), now)
        program.kill()
        end(program)
    check_nothing_is_lost(read_back(home), counts)
    follower, followed = tail
    follower.send_signal(signal.SIGINT)
    assert follower.wait(30) == 130
    lines = followed.read_bytes().splitlines()
    assert len(lines) > 1_000
    assert {"time", "kind"} <= json.loads(lines[-1]).keys()


def check_at_least(numbers: dict[int, list[int]], counts: list[int]) -> None:
    """Check that a reader sees, live, all that had been called before it looked."""
    for slot, number in enumerate(counts):
        assert numbers[slot] == list(range(len(numbers[slot])))
        assert len(numbers[slot]) >= number


def test_a_handler_that_records_in_the_midst_of_recording_loses_nothing(
    home: Path, counts: Path, start: Start
) -> None:
    assert end(start("interrupted", home, counts, 40_000)) == (0, "")
    assert returned(counts)[0] == 40_000
    assert returned(counts)[1] > 100
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    assert len(left.of_kind("process.started")) == 1
