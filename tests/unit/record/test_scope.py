from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail.model import ids
from backtrail.record import scope
from backtrail.record.ring import history_json
from recorded import entries, events, recording

FOREIGN = "0190b6a20000700090000000000000aa"
SPAN = "00f067aa0ba902b7"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home", ring_traces=5):
        yield tmp_path / "home"


def test_everything_belongs_to_the_trace_of_the_process_at_first(home: Path) -> None:
    backtrail.debug("load_user")
    [started] = events(home, "process.started")
    [entry] = events(home, "debug.recorded")
    assert started.trace_id == entry.trace_id == backtrail.get_current_trace_id()
    assert ids.normalized(entry.trace_id) == entry.trace_id
    assert len(entry.trace_id) == 32


def test_peeking_makes_no_scope() -> None:
    assert scope.peek() is None
    made = scope.current()
    assert scope.peek() is made is scope.current()


def test_span_ids_are_sixteen_digits_and_never_repeat() -> None:
    made = set()
    for _ in range(1_000):
        with backtrail.trace_span("charge") as span:
            made.add(span.span_id)
    assert len(made) == 1_000
    assert {len(span_id) for span_id in made} == {16}
    assert all(ids.normalized(span_id) == span_id for span_id in made)


def test_the_trace_is_handed_on_as_a_traceparent() -> None:
    trace_id = backtrail.get_current_trace_id()
    assert ids.parse_traceparent(scope.traceparent()) == (trace_id, None)
    with backtrail.trace_span("charge") as span:
        inside = backtrail.get_current_trace_id()
        assert ids.parse_traceparent(scope.traceparent()) == (inside, span.span_id)


def test_a_traceparent_is_taken_up(home: Path) -> None:
    scope.activate(scope.adopt(ids.traceparent(FOREIGN, SPAN)))
    with backtrail.trace_span("charge"):
        pass
    [started] = events(home, "span.started")
    assert (started.trace_id, started.body["parent"]) == (FOREIGN, SPAN)


@pytest.mark.parametrize("text", ["", "nonsense", "00-0-0-00"])
def test_what_is_no_traceparent_leads_to_the_trace_of_the_process(text: str) -> None:
    assert scope.adopt(text).trace is scope.root()


def test_a_trace_that_the_program_names_is_kept_apart_and_bounded(home: Path) -> None:
    for number in range(20):
        backtrail.debug("load_user", trace_id=f"mine-{number}")
    assert [event.trace_id for event in events(home, "debug.recorded")] == [
        f"mine-{number}" for number in range(20)
    ]
    assert len(scope.traces) <= 5
    assert scope.find("mine-19") is scope.find("mine-19")
    assert scope.find(backtrail.get_current_trace_id()) is scope.root()


def test_another_thread_is_named_in_its_events(home: Path) -> None:
    backtrail.debug("load_user", number=1)
    context = contextvars.copy_context()
    seen: list[int] = []

    def work() -> None:
        seen.append(threading.get_native_id())
        context.run(backtrail.debug, "load_user", number=2)

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    backtrail.debug("load_user", number=3)
    first, second, third = events(home, "debug.recorded")
    assert (first.thread, third.thread) == (None, None)
    assert second.thread == f"worker:{seen[0]}"
    assert first.trace_id == second.trace_id


def test_a_task_is_named_in_its_events_and_keeps_its_span(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: Any = asyncio.tasks
    monkeypatch.setattr(scope, "running_tasks", getattr(tasks, "_current_tasks", {}))

    async def work(name: str) -> None:
        with backtrail.trace_span(name):
            await asyncio.sleep(0)
            backtrail.debug("load_user", name=name)
            await asyncio.sleep(0)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for name in ("one", "two"):
                group.create_task(work(name), name=name)

    with backtrail.trace_span("main"):
        asyncio.run(main())
    named = {event.body["name"]: event for event in events(home, "span.started")}
    for entry in events(home, "debug.recorded"):
        name = entry.body["attributes"]["name"]
        assert (entry.task, entry.span_id) == (name, named[name].span_id)
        assert named[name].body["parent"] == named["main"].span_id
    assert len(entries(home)) == 2


def test_the_history_is_the_ring_as_json() -> None:
    for number in range(3):
        backtrail.debug("load_user", number=number)
    history = json.loads(history_json(scope.current().trace.ring))
    assert [entry["attributes"]["number"] for entry in history] == [0, 1, 2]
    assert {entry["kind"] for entry in history} == {"debug.recorded"}


def test_an_entry_of_the_program_gets_the_history_of_the_trace() -> None:
    backtrail.debug("load_user", number=1)
    entry = {"action": "error_occurred"}
    attached = backtrail.attach_trace_history(entry, backtrail.get_current_trace_id())
    assert attached is entry
    assert [past["action"] for past in attached["trace_history"]] == ["load_user"]  # type: ignore[attr-defined]
    other = {"action": "load_user"}
    assert backtrail.attach_trace_history(other, backtrail.get_current_trace_id()) == {
        "action": "load_user"
    }


def test_the_envelope_of_an_event_names_trace_and_span() -> None:
    here = scope.current()
    assert scope.envelope(here) == f'"{here.trace.trace_id}"'.encode()
    with backtrail.trace_span("charge") as span:
        here = scope.current()
        envelope = f'"{here.trace.trace_id}","span":"{span.span_id}"'
        assert scope.envelope(here) == envelope.encode()


def test_a_scope_can_be_left_for_a_while() -> None:
    with backtrail.trace_span("outer") as outer, backtrail.trace_span("inner") as inner:
        here = scope.current()
        present = scope.step_out(here)
        assert scope.current() is outer
        scope.step_in(here, present)
        assert scope.current() is inner
