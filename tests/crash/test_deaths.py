"""However a program dies, every event that a call had returned from is read back in order."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dying import (
    Start,
    ask,
    check_nothing_is_lost,
    end,
    read_back,
    returned,
    wait_for,
)
from running import BACKTRAIL

THREADS = 4
MANY = 1_000_000
DIE_AT = 5_000
"""Events of one thread after which the program dies of itself."""


def test_what_was_called_survives_a_kill_at_any_moment(
    home: Path, counts: Path, start: Start
) -> None:
    for reached in (1, 300, 2_000, 10_000):
        counts.write_bytes(bytes(len(counts.read_bytes())))
        program = start("writer", home, counts, 0, THREADS, MANY, "returns")
        wait_for(counts, reached, slots=THREADS)
        program.kill()
        assert end(program) == (-signal.SIGKILL, "")
        left = read_back(home)
        processes = [event.process for event in left.of_kind("process.started")]
        last = max(processes)
        check_nothing_is_lost(left.of_process(last), counts)
        # Each death can tear the one line that was being written.
        assert left.counters.get("torn_line", 0) <= len(processes)


@pytest.mark.parametrize(
    ("death", "code"),
    [
        ("kills itself", -signal.SIGKILL),
        ("os._exit", 7),
        ("abort", -signal.SIGABRT),
        ("segfault", -signal.SIGSEGV),
        # Python 3.12 sees it coming and raises an error.
        ("overflow", 1 if sys.version_info[:2] == (3, 12) else -signal.SIGSEGV),
        ("sys.exit", 5),
        ("uncaught", 1),
    ],
)
def test_what_was_called_survives_a_death_from_inside(
    home: Path, counts: Path, start: Start, death: str, code: int
) -> None:
    ended, complaints = end(start("writer", home, counts, 0, THREADS, 2 * DIE_AT, death))
    assert ended == code
    assert ("nobody catches this" in complaints) == (death == "uncaught")
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    assert max(returned(counts)) >= DIE_AT
    assert len(left.of_kind("error.raised")) == (code == 1)
    assert len(left.of_kind("process.ended")) == (code > 0 and death != "os._exit")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (signal.SIGTERM, -signal.SIGTERM),
        (signal.SIGINT, -signal.SIGINT),
        (signal.SIGHUP, -signal.SIGHUP),
        (signal.SIGUSR2, 9),
    ],
)
def test_what_was_called_survives_a_signal(
    home: Path, counts: Path, start: Start, sent: signal.Signals, code: int
) -> None:
    program = start("writer", home, counts, 0, THREADS, MANY, "waits")
    assert program.stdout is not None
    assert program.stdout.readline() == "waiting\n"
    program.send_signal(sent)
    assert end(program)[0] == code
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    handled = [event.body["attributes"] for event in left.debugs("signal_handled")]
    assert handled == ([{"signal": sent}] if sent == signal.SIGUSR2 else [])


def test_spans_that_were_open_are_shown_open_and_ended_ones_ended(
    home: Path, counts: Path, start: Start
) -> None:
    program = start("writer", home, counts, 0, THREADS, MANY, "returns")
    wait_for(counts, 50, slots=THREADS)
    program.kill()
    end(program)
    trace = max(ask(home, "ls")["traces"], key=lambda trace: trace["events"])
    shown = ask(home, "show", trace["trace_id"])
    statuses = {span["attributes"].get("slot"): span["status"] for span in shown["outline"]}
    ended = {event.span_id for event in read_back(home).of_kind("span.ended")}
    still_open = [span for span in shown["outline"] if span["span_id"] not in ended]
    assert (shown["status"], statuses[None]) == ("unfinished", "unfinished")
    assert {span["status"] for span in still_open} == {"unfinished"}
    assert [span["took_ms"] for span in still_open] == [None] * len(still_open)
    assert len(statuses) == THREADS + 1
    page = subprocess.run(
        [*BACKTRAIL, "--dir", str(home), "show", trace["trace_id"]],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "serve_requests" in page
    assert page.count("unfinished") >= len(still_open)


def test_the_commands_give_out_each_event_once_and_in_order(
    home: Path, counts: Path, start: Start
) -> None:
    end(start("writer", home, counts, 0, THREADS, 2 * DIE_AT, "kills itself"))
    for again in range(2):
        subprocess.run([*BACKTRAIL, "--dir", str(home), "index"], capture_output=True, check=True)
        done = subprocess.run(
            [*BACKTRAIL, "--dir", str(home), "export", "--all"], capture_output=True, check=True
        )
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert sorted(event["seq"] for event in events) == list(range(len(events)))
        numbers = {
            slot: [
                event["body"]["attributes"]["number"]
                for event in events
                if event["body"].get("attributes", {}).get("slot") == slot
                and event["kind"] == "debug.recorded"
            ]
            for slot in range(THREADS)
        }
        for slot, number in enumerate(returned(counts)[:THREADS]):
            assert numbers[slot] == list(range(len(numbers[slot])))
            assert len(numbers[slot]) in {number, number + 1}
        if not again:
            subprocess.run(
                [*BACKTRAIL, "--dir", str(home), "index", "--rebuild"],
                capture_output=True,
                check=True,
            )
