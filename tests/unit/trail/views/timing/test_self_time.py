from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.event import Event
from backtrail.trail.outline import outline
from backtrail.trail.views.timing import self_time
from backtrail.trail.views.timing.self_time import SpanTimes, TimedSpan
from built_events import MS, Recorded

A, B, C = "0a" * 8, "0b" * 8, "0c" * 8


def began(process: Recorded, at: float, span: str, parent: str | None = None) -> Event:
    return process.event("span.started", at, span=span, name=span[:2], parent=parent)


def ended(process: Recorded, at: float, span: str, **more: str) -> Event:
    return process.event("span.ended", at, span=span, **more)


def timed(events: list[Event]) -> dict[str, TimedSpan]:
    times = SpanTimes()
    found = [span for event in events if (span := times.take(event))]
    found += times.unfinished(events[-1])
    return {span.name: span for span in found}


def test_self_time_is_what_no_child_took() -> None:
    p = Recorded()
    spans = timed(
        [began(p, 0, A), began(p, 10, B, A), ended(p, 30, B), began(p, 20, C, A), ended(p, 50, C),
         ended(p, 100, A)]
    )  # fmt: skip
    assert spans["0a"].took_ns == 100 * MS
    assert spans["0a"].self_ns == 60 * MS
    assert spans["0b"].self_ns == 20 * MS


def test_a_child_that_outlives_its_parent_counts_until_the_parent_ends() -> None:
    p = Recorded()
    spans = timed([began(p, 0, A), began(p, 10, B, A), ended(p, 40, A), ended(p, 90, B)])
    assert (spans["0a"].self_ns, spans["0b"].took_ns) == (10 * MS, 80 * MS)


def test_a_child_of_another_machine_is_placed_by_the_wall_clock() -> None:
    p, q = Recorded(1), Recorded(2, boot_ms=9e9)
    spans = timed([began(p, 0, A), began(q, 10, B, A), ended(q, 30, B), ended(p, 50, A)])
    assert (spans["0a"].self_ns, spans["0b"].took_ns) == (30 * MS, 20 * MS)


def test_calls_count_for_the_span_that_they_were_made_in() -> None:
    p, times = Recorded(), SpanTimes()
    times.take(began(p, 0, A))
    times.add_call(A, 7 * MS)
    times.add_call("ff" * 8, 9 * MS)
    times.add_call(None, 9 * MS)
    span = times.take(ended(p, 10, A))
    assert span is not None
    assert span.calls_ns == 7 * MS


def test_a_span_that_never_ended_lasts_to_the_last_event() -> None:
    p = Recorded()
    spans = timed([began(p, 0, A), p.event("debug.recorded", 25)])
    assert (spans["0a"].status, spans["0a"].took_ns) == ("unfinished", 25 * MS)


def test_an_end_without_a_start_is_passed_over() -> None:
    assert timed([ended(Recorded(), 5, A)]) == {}


def test_a_span_that_is_its_own_parent_is_a_span() -> None:
    p = Recorded()
    spans = timed([began(p, 0, A, A), ended(p, 10, A)])
    assert (spans["0a"].took_ns, spans["0a"].self_ns) == (10 * MS, 10 * MS)


def test_spans_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_time, "SPANS_OPEN_MAX", 2)
    p, times = Recorded(), SpanTimes()
    for number in range(5):
        times.take(began(p, number, f"{number:016x}"))
    assert times.cut == 3


def test_many_children_take_little_room_and_count_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_time, "SPAN_PARTS_MAX", 10)
    p = Recorded()
    events = [began(p, 0, A)]
    for number in range(1, 101):
        child = f"{number:016x}"
        events += [began(p, number * 10, child, A), ended(p, number * 10 + 4, child)]
    spans = timed([*events, ended(p, 2_000, A)])
    assert spans["0a"].self_ns == (2_000 - 100 * 4) * MS


def test_a_long_child_beside_many_short_ones_is_not_counted_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(self_time, "SPAN_PARTS_MAX", 10)
    p = Recorded()
    events = [began(p, 0, A), began(p, 5, B, A)]
    for number in range(1, 101):
        child = f"{number:016x}"
        events += [began(p, number * 10, child, A), ended(p, number * 10 + 4, child)]
    spans = timed([*events, ended(p, 1_500, B), ended(p, 2_000, A)])
    exactly = 2_000 - (1_500 - 5)
    assert exactly * MS <= spans["0a"].self_ns < 2_000 * MS


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(-1, 5)), max_size=8))
def test_it_agrees_with_the_outline(drawn: list[tuple[int, int, int]]) -> None:
    """The outline sees all spans at once; here they are seen one by one."""
    p, moments = Recorded(), []
    for number, (start, length, parent) in enumerate(drawn):
        up = f"{parent:016x}" if 0 <= parent < number else None
        moments.append((start, 0, number, up))
        moments.append((start + length, 1, number, up))
    events = []
    for at, is_end, number, up in sorted(moments, key=lambda one: (one[0], one[1], one[2])):
        span = f"{number:016x}"
        events.append(ended(p, at, span) if is_end else began(p, at, span, up))
    events.append(p.event("debug.recorded", 1_000))
    times = SpanTimes()
    found = {span.span_id: span for event in events if (span := times.take(event))}
    starts = {f"{number:016x}": start for number, (start, _, _) in enumerate(drawn)}
    for row in outline(events):
        span = found[row.span_id]
        assert span.took_ns == pytest.approx((row.took_ms or 0) * MS)
        # A child that begins before its parent is not known to be one when it begins.
        children = [one for one in found.values() if one.parent == row.span_id]
        if all(starts[child.span_id] > starts[row.span_id] for child in children):
            assert span.self_ns == pytest.approx((row.self_ms or 0) * MS)
