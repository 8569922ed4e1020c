from __future__ import annotations

import pytest

from backtrail.model.event import Event
from backtrail.trail.views.timing import one_name as module
from backtrail.trail.views.timing.one_name import OneName, OneNameReader
from built_events import Recorded

A, B, C = "0a" * 8, "0b" * 8, "0c" * 8


def told(name: str) -> OneName:
    p = Recorded()
    events = [
        p.event("span.started", 0, span=A, name="order"),
        p.event("span.started", 10, span=B, name="price", parent=A),
        p.event("sql.executed", 20, span=B, statement="SELECT 1", took_ms=4.0),
        p.event("span.ended", 30, span=B, status="error"),
        p.event("http.called", 60, span=A, method="GET", url="/x", took_ms=25.0, status=500),
        p.event("span.ended", 100, span=A),
        p.event("span.started", 110, span=C, name="order"),
        p.event("debug.recorded", 150),
    ]
    return read(name, events)


def read(name: str, events: list[Event]) -> OneName:
    reader = OneNameReader(name)
    for event in events:
        reader.take(event)
    return reader.view()


def test_each_time_of_a_span_is_told_with_what_is_inside() -> None:
    order = told("order")
    assert order.time is not None
    assert (order.time.count, order.time.total_ms) == (2, 140.0)
    assert order.time.own_ms == 100.0 - 20.0 - 25.0 + 40.0
    assert [(one.took_ms, one.status) for one in order.times] == [
        (100.0, "ok"), (40.0, "unfinished"),
    ]  # fmt: skip
    assert [(one.sort, one.name, one.total_ms) for one in order.inside] == [
        ("http", "GET /x", 25.0), ("span", "price", 20.0),
    ]  # fmt: skip
    assert order.known == []


def test_calls_have_names_too() -> None:
    call = told("GET /x")
    assert call.time is not None
    assert (call.time.sort, call.time.failed) == ("http", 1)
    assert [(one.took_ms, one.status) for one in call.times] == [(25.0, "error")]


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    nothing = told("nope")
    assert nothing.time is None
    assert nothing.known == ["SELECT 1", "price", "GET /x", "order"]


def test_the_last_times_are_listed_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BARS_MAX", 2)
    p, events = Recorded(), []
    for number in range(5):
        span = f"{number:016x}"
        events += [
            p.event("span.started", number * 10, span=span, name="a"),
            p.event("span.ended", number * 10 + number, span=span),
        ]
    found = read("a", events)
    assert found.time is not None
    assert ([one.took_ms for one in found.times], found.cut) == ([3.0, 4.0], 3)
    assert found.time.count == 5


def test_of_nothing_nothing_is_told() -> None:
    assert read("a", []).time is None
