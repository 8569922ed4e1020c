"""Work that is cancelled, or held back in flight mode, is read back as far as it must be."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

from backtrail.model.limits import FLIGHT_LINES_MAX
from dying import Start, ask, check_nothing_is_lost, end, read_back, returned

JOBS = 3_000


def test_tasks_that_are_cancelled_in_their_spans_lose_nothing(
    home: Path, counts: Path, start: Start
) -> None:
    assert end(start("cancelling", home, counts, JOBS)) == (-signal.SIGKILL, "")
    left = read_back(home)
    check_nothing_is_lost(left, counts)
    [done] = left.debugs("jobs_done")
    cancelled = done.body["attributes"]["cancelled"]
    assert cancelled > JOBS // 2
    started = Counter(event.body["name"] for event in left.of_kind("span.started"))
    ended = Counter(event.body.get("status", "ok") for event in left.of_kind("span.ended"))
    # A task that was cancelled before it began has no span.
    assert JOBS - cancelled < started["do_job"] <= JOBS
    assert started["do_step"] == len(left.debugs("step_done"))
    # All spans have ended but the outermost, and each job that was cut short is cancelled.
    assert ended.total() == started.total() - 1
    begun_and_cancelled = started["do_job"] - (JOBS - cancelled)
    assert ended["cancelled"] == 2 * begun_and_cancelled
    assert set(ended) == {"ok", "cancelled"}
    # Each entry is in the span of its own step, and each step in the span of its own job.
    spans = {event.span_id: event.body for event in left.of_kind("span.started")}
    for event in left.debugs("step_done"):
        step = spans[event.span_id]
        job = event.body["attributes"]["job"]
        assert spans[step["parent"]]["attributes"] == {"job": job}
        assert event.task == f"job {job}"


def test_in_flight_mode_what_errs_or_is_kept_survives_a_kill_and_nothing_else(
    home: Path, counts: Path, start: Start
) -> None:
    events = 500
    assert end(start("flying", home, counts, events)) == (-signal.SIGKILL, "")
    left = read_back(home)
    assert returned(counts)[:4] == [2 * events, events, 2 * events, events]
    assert {slot: len(numbers) for slot, numbers in left.numbers().items()} == {
        0: 2 * events,
        2: 2 * events,
    }
    assert left.numbers()[0] == left.numbers()[2] == list(range(2 * events))
    [error] = left.of_kind("error.raised")
    shown = ask(home, "show", error.trace_id)
    assert (shown["name"], shown["status"]) == ("errs", "error")
    assert {event.body["name"] for event in left.of_kind("trace.started")} == {"errs", "is_kept"}


def test_what_flight_mode_could_not_hold_back_is_missing_from_the_beginning_only(
    home: Path, counts: Path, start: Start
) -> None:
    events = FLIGHT_LINES_MAX + 700
    end(start("flying", home, counts, events))
    left = read_back(home)
    numbers = left.numbers()
    dropped = left.of_kind("journal.dropped")
    assert len(dropped) == 2
    for slot, loss in zip((0, 2), dropped[::-1], strict=True):
        assert numbers[slot] == list(range(2 * events - len(numbers[slot]), 2 * events))
        missing = 2 * events - len(numbers[slot])
        # The beginning of the trace is lost as well.
        assert 0 < missing <= loss.body["count"] <= missing + 2
        assert loss.body["count"] in [
            lost["count"] for lost in ask(home, "show", loss.trace_id)["lost"]
        ]
