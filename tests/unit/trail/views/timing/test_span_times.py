from __future__ import annotations

from random import Random
from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.views.timing.span_times import span_times
from built_events import MS


def event(kind: str, span: str, at_ms: int, process: str = "b", **body: Any) -> Event:
    return Event(
        kind=kind, trace_id="a" * 32, span_id=span, seq=at_ms, time_unix_ns=10**18 + at_ms * MS,
        monotonic_ns=at_ms * MS + len(process), process=process, body=body,
    )  # fmt: skip


EVENTS = [
    event("span.started", "outer", 10, name="outer"),
    event("span.started", "inner", 20, name="inner", parent="outer"),
    event("span.ended", "inner", 50, status="ok"),
    event("span.ended", "unknown", 60, status="ok"),
]


@pytest.mark.parametrize("seed", range(4))
def test_spans_tell_when_they_ran_and_open_ones_run_until_the_end(seed: int) -> None:
    events = [*EVENTS, event("span.ended", "inner", 70, status="ok")]
    Random(seed).shuffle(events)
    times = {one.span_id: one for one in span_times(events, end_unix_ns=10**18 + 100 * MS)}
    assert {name: one.took_ns // MS for name, one in times.items()} == {"outer": 90, "inner": 30}
    assert times["inner"].parent == "outer"
    assert times["inner"].start_unix_ns == 10**18 + 20 * MS


def test_what_another_process_ended_is_told_by_the_time_of_day() -> None:
    events = [event("span.started", "a", 10), event("span.ended", "a", 30, process="another")]
    assert [one.took_ns for one in span_times(events, end_unix_ns=0)] == [20 * MS]
    backwards = [event("span.started", "a", 30), event("span.ended", "a", 10)]
    assert [one.took_ns for one in span_times(backwards, end_unix_ns=0)] == [0]
