from __future__ import annotations

import pytest

from backtrail.trail.views.timing import names as module
from backtrail.trail.views.timing.calls import Call
from backtrail.trail.views.timing.names import Names
from backtrail.trail.views.timing.self_time import TimedSpan
from built_events import MS


def span(name: str, took: int, *, own: int | None = None, calls: int = 0) -> TimedSpan:
    self_ns = (took if own is None else own) * MS
    return TimedSpan(
        span_id=name, name=name, parent=None, status="error" if name == "bad" else "ok",
        start_unix_ns=0, took_ns=took * MS, self_ns=self_ns, calls_ns=calls * MS,
        event_id=f"p:{took}",
    )  # fmt: skip


def call(sort: str, name: str, took: float, *, is_failed: bool = False) -> Call:
    return Call(
        sort=sort, name=name, took_ms=took, is_failed=is_failed, event_id=f"c:{took}",
        span_id=None, end_unix_ns=0,
    )  # fmt: skip


def test_spans_of_one_name_are_added_up() -> None:
    names = Names()
    for one in (span("a", 10, own=4, calls=3), span("a", 30), span("bad", 50)):
        names.add_span(one)
    bad, a = names.spans(200.0)
    assert (a.name, a.count, a.failed, a.total_ms, a.self_ms, a.own_ms) == ("a", 2, 0, 40, 34, 31)
    assert (a.slowest, a.share) == ("p:30", 0.17)
    assert (bad.failed, bad.share) == (1, 0.25)
    assert names.span_count == 3


def test_calls_are_added_up_by_name_and_by_sort() -> None:
    names = Names()
    for one in (call("http", "x", 5), call("http", "y", 7, is_failed=True), call("sql", "x", 1)):
        names.add_call(one)
    assert [(one.sort, one.name, one.total_ms) for one in names.calls(None)] == [
        ("http", "y", 7), ("http", "x", 5), ("sql", "x", 1),
    ]  # fmt: skip
    (http, sql) = names.sorts(24.0)
    assert (http.sort, http.count, http.failed, http.total_ms, http.max_ms) == ("http", 2, 1, 12, 7)
    assert (http.share, sql.count) == (0.5, 1)


def test_without_a_time_of_the_whole_there_are_no_shares() -> None:
    names = Names()
    names.add_span(span("a", 10))
    assert [one.share for one in (*names.spans(None), *names.spans(0.0))] == [None, None]


def test_names_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPAN_NAMES_MAX", 2)
    names = Names()
    for number in range(5):
        names.add_span(span(f"n{number}", 1))
    assert ([one.name for one in names.spans(None)], names.cut) == (["n0", "n1"], 3)
    assert names.span_count == 5
