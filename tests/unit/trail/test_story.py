from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.event import Event
from backtrail.store.answers import TraceSummary
from backtrail.trail.story import Story, story

MS = 1_000_000
START = 1_760_000_000_000_000_000
TRACE = "0190b6a2000070009000000000000001"


def event(
    kind: str, at_ms: int, *, process: str = "p1", span: str | None = None, **body: Any
) -> Event:
    return Event(
        kind=kind,
        trace_id=TRACE,
        span_id=span,
        seq=at_ms,
        time_unix_ns=START + at_ms * MS,
        monotonic_ns=at_ms * MS,
        process=process,
        body=body,
    )


def error(error_id: str, at_ms: int, **more: Any) -> Event:
    body = {
        "error_id": error_id, "type": "KeyError", "message": "'a'", "mechanism": "uncaught",
        "is_handled": False, "fingerprint": "f", **more,
    }  # fmt: skip
    return event("error.raised", at_ms, **body)


def linked(error_id: str | None) -> dict[str, Any]:
    return {"type": "E", "qualified_type": "E", "message": "", "error_id": error_id}


def told(events: Iterable[Event], **more: Any) -> Story:
    events = list(events)
    summary: dict[str, Any] = {
        "trace_id": TRACE, "name": "shop.py", "status": "error", "is_live": False,
        "start_unix_ns": START, "end_unix_ns": START + 50 * MS, "took_ms": 50.0,
        "events": len(events), "errors": 0, "spans": 0, "processes": 1, "dropped": 0,
        **{name: more.pop(name) for name in list(more) if name != "events_max"},
    }  # fmt: skip
    errors = [event for event in events if event.kind == "error.raised"]
    return story(TraceSummary(**summary), events, errors, **more)


def test_the_last_unhandled_error_comes_first_and_parts_of_others_come_last() -> None:
    events = [
        error("part", 1),
        error("early", 2),
        error("late", 3, chain=[linked(None), linked("part")]),
        error("handled", 4, is_handled=True),
    ]
    errors = told(events).errors
    assert [one.error_id for one in errors] == ["late", "early", "handled", "part"]
    assert errors[-1].part_of == "late"


def test_a_process_that_wrote_no_end_was_killed_unless_the_trace_is_live() -> None:
    events = [
        event("process.started", 0, process="a", pid=1, argv=["x"]),
        event("process.ended", 9, process="a"),
        event("process.started", 1, process="b", pid=2, argv=["y"]),
    ]
    assert [p.ending for p in told(events).processes] == ["ended", "killed"]
    assert [p.ending for p in told(events, is_live=True).processes] == ["ended", "running"]


def test_losses_name_their_reason_and_what_only_the_reader_missed() -> None:
    events = [
        event("process.ended", 9, counters={"event too large": 2}),
        event("journal.dropped", 5, reason="disk full", count=7),
    ]
    lost = told(events, dropped=10).lost
    assert [(loss.reason, loss.count, loss.process) for loss in lost] == [
        ("event too large", 2, "p1"),
        ("disk full", 7, "p1"),
        ("events that were lost", 1, None),
    ]


def test_repeats_of_one_identity_are_told_once_with_their_highest_count() -> None:
    events = [
        event("error.repeated", n, fingerprint="f", type="E", message="m", count=n) for n in (1, 3)
    ]
    assert [(one.type, one.count) for one in told(events).repeats] == [("E", 3)]


def test_only_the_last_events_are_listed_and_they_name_the_spans_they_end() -> None:
    events = [
        event("span.started", 1, span="s1", name="checkout"),
        event("log.emitted", 2, message="x"),
        event("span.ended", 3, span="s1"),
    ]
    assert [line.text for line in told(events, events_max=1).events] == ["ended checkout"]
    assert len(told(events, events_max=None).events) == 3
    assert told(events, events_max=0).events == []


def test_a_run_tells_its_time_limit_folder_and_links() -> None:
    events = [
        event("run.started", 0, run_id="r", command=["python", "x.py"], cwd="/app"),
        event("trace.started", 1, name="n", links=[{"relation": "child.of", "trace_id": "t"}]),
        event("run.ended", 9, run_id="r", is_timed_out=True, signal="SIGTERM"),
    ]
    shown = told(events, command=["python", "x.py"])
    assert (shown.is_timed_out, shown.cwd, shown.command) == (True, "/app", ["python", "x.py"])
    assert [link.relation for link in shown.links] == ["child.of"]


@given(order=st.randoms(use_true_random=False))
def test_a_story_is_the_same_whatever_order_its_events_come_in(order: Random) -> None:
    events = [
        event("process.started", 0, pid=1, argv=["x"]),
        event("span.started", 1, span="s1", name="a"),
        error("e1", 2),
        error("e2", 3),
        event("span.ended", 4, span="s1"),
    ]
    shuffled = list(events)
    order.shuffle(shuffled)
    assert told(shuffled) == told(events)


def test_a_story_survives_json() -> None:
    shown = told([error("e1", 2), event("process.ended", 3, counters={"a": 1})])
    assert msgspec.json.decode(msgspec.json.encode(shown), type=Story) == shown
