from __future__ import annotations

import pytest

from backtrail.model.event import Event
from backtrail.trail.views.performance import bottleneck, performance
from backtrail.trail.views.timing import names, self_time
from built_events import Recorded

A, B = "0a" * 8, "0b" * 8


def order(p: Recorded) -> list[Event]:
    return [
        p.event("process.started", 0, pid=1),
        p.event("span.started", 10, span=A, name="order"),
        p.event("span.started", 20, span=B, name="price", parent=A),
        p.event("http.called", 80, span=B, method="GET", url="/x", took_ms=50.0, status=200),
        p.event("span.ended", 90, span=B),
        p.event("operation.measured", 95, name="order", took_ms=85.0, cpu_ms=4.0),
        p.event("span.ended", 100, span=A),
        p.event("process.ended", 110),
    ]


def test_time_is_told_by_span_by_call_and_by_sort() -> None:
    told = performance(order(Recorded()))
    assert told.took_ms == 110.0
    assert {one.name: (one.total_ms, one.self_ms, one.own_ms) for one in told.spans} == {
        "order": (90.0, 20.0, 20.0), "price": (70.0, 70.0, 20.0),
    }  # fmt: skip
    assert [(one.sort, one.name, one.total_ms) for one in told.calls] == [("http", "GET /x", 50.0)]
    assert [(one.sort, one.share) for one in told.sorts] == [("http", pytest.approx(50 / 110))]
    assert (told.span_count, told.call_count) == (2, 1)
    assert [one.cpu_ms for one in told.measured] == [4.0]
    assert [(bar.name, bar.depth) for bar in told.bars] == [
        ("order", 0), ("price", 1), ("GET /x", 2),
    ]  # fmt: skip
    assert {step.name: step.on_path_ms for step in told.critical_path.steps} == {
        "(outside of any span)": 20.0, "order": 20.0, "price": 70.0,
    }  # fmt: skip


def test_the_bottleneck_is_what_the_program_did_itself_or_a_call() -> None:
    told = performance(order(Recorded()))
    assert told.bottleneck is not None
    assert (told.bottleneck.sort, told.bottleneck.name) == ("http", "GET /x")
    alone = performance([event for event in order(Recorded()) if event.kind != "http.called"])
    assert alone.bottleneck is not None
    assert (alone.bottleneck.sort, alone.bottleneck.name) == ("span", "price")
    assert alone.bottleneck.share == pytest.approx(70 / 110)


def test_of_nothing_there_is_no_bottleneck() -> None:
    told = performance([])
    assert (told.took_ms, told.bottleneck, told.spans, told.bars) == (0.0, None, [], [])
    assert bottleneck([], []) is None


def test_a_call_that_began_before_the_first_event_lengthens_the_time() -> None:
    p = Recorded()
    told = performance([p.event("sql.executed", 100, statement="x", took_ms=60.0)])
    assert told.took_ms == 60.0
    assert told.bars[0].after_ms == 0.0


def test_a_span_that_never_ended_counts_to_the_end() -> None:
    p = Recorded()
    told = performance(
        [p.event("span.started", 0, span=A, name="endless"), p.event("debug.recorded", 40)]
    )
    assert [(one.name, one.total_ms) for one in told.spans] == [("endless", 40.0)]
    assert told.bars[0].status == "unfinished"


def test_what_is_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_time, "SPANS_OPEN_MAX", 1)
    monkeypatch.setattr(names, "SPAN_NAMES_MAX", 1)
    p = Recorded()
    told = performance(
        [
            p.event("span.started", 0, span=A, name="a"),
            p.event("span.started", 1, span=B, name="b"),
            p.event("span.ended", 5, span=A),
            p.event("sql.executed", 6, statement="x", took_ms=1.0),
            p.event("sql.executed", 7, statement="y", took_ms=1.0),
        ]
    )
    assert told.notes == [
        "1 spans are left out: too many were open at once",
        "1 spans, calls and measures are left out: too many different names",
    ]
