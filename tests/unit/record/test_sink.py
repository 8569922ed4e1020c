from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import backtrail
from backtrail.model import limits
from backtrail.model.kinds import DebugRecorded
from backtrail.record import guard, scope, sink
from recorded import entries, events, recording

BODY = DebugRecorded(action="load_user", context="shop")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.fixture
def flight(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home", mode="flight", slow_ms=60_000):
        yield tmp_path / "home"


def test_an_event_is_of_the_present_trace_and_span(home: Path) -> None:
    with backtrail.trace_span("charge") as span:
        line = sink.record_event("debug.recorded", BODY)
        trace_id = backtrail.get_current_trace_id()
    [event] = events(home, "debug.recorded")
    assert (event.trace_id, event.span_id) == (trace_id, span.span_id)
    assert event.body == {"action": "load_user", "context": "shop"}
    assert msgspec.json.decode(line)["action"] == "load_user"


def test_an_event_can_be_given_its_span(home: Path) -> None:
    sink.record_event("debug.recorded", BODY, span_id="00f067aa0ba902b7")
    assert events(home, "debug.recorded")[0].span_id == "00f067aa0ba902b7"


@pytest.mark.usefixtures("home")
def test_only_an_entry_is_part_of_the_history() -> None:
    sink.record_event("debug.recorded", BODY)
    trace = scope.current().trace
    assert len(trace.ring) == 0
    line = sink.record_event("debug.recorded", BODY, is_entry=True)
    assert list(trace.ring) == [line]


def test_in_flight_nothing_is_written_until_the_trace_is_kept(flight: Path) -> None:
    with backtrail.trace_span("charge"):
        backtrail.debug("load_user", number=1)
        backtrail.debug("load_user", number=2)
        assert entries(flight) == []
        backtrail.keep_trace()
        assert [entry["attributes"]["number"] for entry in entries(flight)] == [1, 2]
        backtrail.debug("load_user", number=3)
        assert len(entries(flight)) == 3
    names = [event.kind for event in events(flight)]
    assert names[-5:] == ["span.started", *["debug.recorded"] * 3, "span.ended"]


def test_in_flight_a_trace_that_is_not_kept_leaves_nothing(flight: Path) -> None:
    with backtrail.trace_span("charge"):
        backtrail.debug("load_user")
    backtrail.keep_trace()
    assert events(flight, "span.started") == []
    assert entries(flight) == []


def test_in_flight_a_slow_trace_is_written(flight: Path) -> None:
    sink.set_slow(0)
    with backtrail.trace_span("charge"):
        backtrail.debug("load_user")
    sink.set_slow(None)
    with backtrail.trace_span("quick"):
        backtrail.debug("load_user")
    assert [event.body["name"] for event in events(flight, "span.started")] == ["charge"]
    assert len(events(flight, "span.ended")) == 1


def test_in_flight_an_error_keeps_what_led_to_it(flight: Path) -> None:
    with backtrail.trace_span("charge"):
        backtrail.debug("load_user")
        try:
            {}["order"]
        except KeyError as error:
            backtrail.capture_exception(error)
    kinds = [event.kind for event in events(flight) if event.kind != "process.started"]
    assert kinds == ["span.started", "debug.recorded", "error.raised", "span.ended"]


def test_in_flight_an_entry_that_tells_of_an_error_keeps_what_led_to_it(flight: Path) -> None:
    with backtrail.trace_span("charge"):
        backtrail.debug("load_user", number=1)
        backtrail.debug("error_occurred", code=402)
    assert [entry["action"] for entry in entries(flight)] == ["load_user", "error_occurred"]


def test_in_flight_a_trace_holds_back_so_much_and_counts_the_rest(flight: Path) -> None:
    with backtrail.trace_span("charge"):
        for number in range(limits.FLIGHT_LINES_MAX + 9):
            backtrail.debug("load_user", number=number)
        backtrail.keep_trace()
    kept = [entry["attributes"]["number"] for entry in entries(flight)]
    assert kept == list(range(9, limits.FLIGHT_LINES_MAX + 9))
    assert guard.lost["held event evicted"] == 10


def test_the_mode_can_change_while_the_program_runs(home: Path) -> None:
    backtrail.debug("load_user", number=1)
    backtrail.set_mode("flight")
    backtrail.debug("load_user", number=2)
    assert [entry["attributes"]["number"] for entry in entries(home)] == [1]
    backtrail.set_mode("full")
    backtrail.debug("load_user", number=3)
    assert [entry["attributes"]["number"] for entry in entries(home)] == [1, 2, 3]


def test_in_flight_no_event_is_lost_to_a_thread_that_keeps_the_trace(flight: Path) -> None:
    rounds, written = 30, 0
    for number in range(rounds):
        with backtrail.start_operation_trace("crowded", number=number):
            has_begun, is_over = threading.Event(), threading.Event()

            def record(has_begun: threading.Event, is_over: threading.Event, number: int) -> None:
                step = 0
                while not is_over.is_set() or step < 100:
                    backtrail.debug("step_done", number=number, step=step)
                    step += 1
                    if step == 50:
                        has_begun.set()

            thread = threading.Thread(
                target=contextvars.copy_context().run, args=(record, has_begun, is_over, number)
            )
            thread.start()
            has_begun.wait()
            backtrail.keep_trace()
            is_over.set()
            thread.join()
        found = [
            entry["attributes"]["step"]
            for entry in entries(flight)
            if entry["attributes"]["number"] == number
        ]
        assert sorted(found) == list(range(max(found) - len(found) + 1, max(found) + 1))
        written += len(found)
    assert written >= 100 * rounds


def test_in_flight_a_trace_that_is_kept_says_what_is_missing_of_its_beginning(
    flight: Path,
) -> None:
    with backtrail.start_operation_trace("long_flight"):
        for number in range(limits.FLIGHT_LINES_MAX + 300):
            backtrail.debug("step_done", number=number)
        backtrail.keep_trace()
        trace_id = backtrail.get_current_trace_id()
    [dropped] = events(flight, "journal.dropped")
    kept = [event.body["attributes"]["number"] for event in events(flight, "debug.recorded")]
    assert kept == list(
        range(limits.FLIGHT_LINES_MAX + 300 - len(kept), limits.FLIGHT_LINES_MAX + 300)
    )
    # The beginning of the trace and of its span are lines as well.
    assert (dropped.trace_id, dropped.body["reason"]) == (trace_id, "held back for too long")
    assert 300 <= dropped.body["count"] <= 302
