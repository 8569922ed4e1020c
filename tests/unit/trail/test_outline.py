from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.event import Event
from backtrail.trail.outline import NO_NAME, outline

MS = 1_000_000


def span_id(number: int) -> str:
    return f"{number:016x}"


def event(kind: str, number: int, at_ms: int, **body: Any) -> Event:
    return Event(
        kind=kind,
        trace_id="a" * 32,
        span_id=span_id(number),
        seq=at_ms,
        time_unix_ns=10**18 + at_ms * MS,
        monotonic_ns=at_ms * MS,
        process="b" * 32,
        body=body,
    )


def started(number: int, at_ms: int, *, parent: int | None = None, name: str = "work") -> Event:
    if parent is None:
        return event("span.started", number, at_ms, name=name)
    return event("span.started", number, at_ms, name=name, parent=span_id(parent))


def ended(number: int, at_ms: int, **body: Any) -> Event:
    return event("span.ended", number, at_ms, **body)


def test_children_follow_their_parent_and_siblings_stand_by_start() -> None:
    events = [
        started(1, 0, name="request"),
        started(2, 5, parent=1, name="read"),
        started(4, 6, parent=2, name="open"),
        started(3, 9, parent=1, name="write"),
    ]
    rows = [(row.name, row.depth) for row in outline(events)]
    assert rows == [("request", 0), ("read", 1), ("open", 2), ("write", 1)]


def test_a_span_that_never_ended_is_unfinished_and_has_no_duration() -> None:
    (row,) = outline([started(1, 0)])
    assert (row.status, row.took_ms, row.self_ms) == ("unfinished", None, None)


def test_a_span_whose_beginning_was_lost_is_still_shown() -> None:
    (row,) = outline([ended(1, 7, status="error", error="KeyError: 'a'")])
    assert (row.name, row.status, row.error) == (NO_NAME, "error", "KeyError: 'a'")
    assert (row.start_unix_ns, row.took_ms) == (None, None)


def test_a_span_with_a_missing_parent_becomes_a_root_and_keeps_the_parents_id() -> None:
    (row,) = outline([started(2, 0, parent=9)])
    assert (row.depth, row.parent) == (0, span_id(9))


def test_self_time_leaves_out_children_that_overlap_or_outlive_their_parent() -> None:
    events = [
        started(1, 0),
        started(2, 10, parent=1),
        ended(2, 40),
        started(3, 30, parent=1),
        ended(3, 50),
        started(4, 90, parent=1),
        ended(1, 100),
        ended(4, 130),
    ]
    rows = {row.span_id: row for row in outline(events)}
    assert rows[span_id(1)].took_ms == pytest.approx(100)
    assert rows[span_id(1)].self_ms == pytest.approx(10 + 40)


def test_attributes_set_while_a_span_ran_are_added_to_those_it_began_with() -> None:
    events = [
        event("span.started", 1, 0, name="work", attributes={"user": 1, "rows": 0}),
        ended(1, 5, attributes={"rows": 9}),
    ]
    assert outline(events)[0].attributes == {"user": 1, "rows": 9}


def test_a_ring_of_parents_is_cut_at_its_earliest_span() -> None:
    events = [started(1, 0, parent=3), started(2, 1, parent=1), started(3, 2, parent=2)]
    assert [(row.span_id, row.depth) for row in outline(events)] == [
        (span_id(1), 0),
        (span_id(2), 1),
        (span_id(3), 2),
    ]


def test_a_very_deep_trace_needs_no_recursion() -> None:
    events = [started(n, n, parent=n - 1 if n else None) for n in range(5_000)]
    assert outline(events)[-1].depth == 4_999


spans = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 40), st.none() | st.integers(0, 40)), max_size=9
)


@given(spans=spans, order=st.randoms(use_true_random=False))
def test_outline_loses_no_span_and_is_the_same_whatever_order_events_arrive_in(
    spans: list[tuple[int, int, int | None]], order: Random
) -> None:
    events = []
    for number, (parent, start, length) in enumerate(spans):
        events.append(started(number, start, parent=parent))
        if length is not None:
            events.append(ended(number, start + length))
    shuffled = list(events)
    order.shuffle(shuffled)

    rows = outline(shuffled)

    assert rows == outline(events)
    assert sorted(row.span_id for row in rows) == sorted({e.span_id or "" for e in events})
    above: list[str] = []
    for row in rows:
        assert row.depth <= len(above)
        del above[row.depth :]
        assert row.depth == 0 or above[-1] == row.parent
        above.append(row.span_id)
        if row.took_ms is not None:
            assert row.self_ms is not None
            assert 0 <= row.self_ms <= row.took_ms
