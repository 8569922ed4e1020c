from __future__ import annotations

import pytest

from backtrail.trail.views.timing import waterfall as module
from backtrail.trail.views.timing.calls import Call
from backtrail.trail.views.timing.self_time import TimedSpan
from backtrail.trail.views.timing.waterfall import Longest
from built_events import MS


def span(name: str, start: int, took: int, parent: str | None = None) -> TimedSpan:
    return TimedSpan(
        span_id=name, name=name, parent=parent, status="ok", start_unix_ns=start * MS,
        took_ns=took * MS, self_ns=0, calls_ns=0, event_id=f"p:{start}",
    )  # fmt: skip


def call(name: str, end: int, took: int, span_id: str | None = None) -> Call:
    return Call(
        sort="http", name=name, took_ms=took, is_failed=name == "bad", event_id="c:1",
        span_id=span_id, end_unix_ns=end * MS,
    )  # fmt: skip


def shown(longest: Longest) -> list[tuple[str, int, float, float, str]]:
    bars, _ = longest.bars(0)
    return [(bar.name, bar.depth, bar.after_ms, bar.took_ms, bar.status) for bar in bars]


def test_calls_stand_below_the_span_that_they_were_made_in() -> None:
    longest = Longest()
    for one in (span("b", 50, 10), span("inner", 20, 5, "a"), span("a", 0, 40)):
        longest.add_span(one)
    longest.add_call(call("bad", 18, 8, "a"))
    longest.add_call(call("alone", 99, 9, "gone"))
    assert shown(longest) == [
        ("a", 0, 0, 40, "ok"),
        ("bad", 1, 10, 8, "error"),
        ("inner", 1, 20, 5, "ok"),
        ("b", 0, 50, 10, "ok"),
        ("alone", 0, 90, 9, "ok"),
    ]


def test_spans_that_are_one_anothers_parents_are_shown_too() -> None:
    longest = Longest()
    for one in (span("a", 0, 10, "b"), span("b", 5, 10, "a"), span("self", 1, 3, "self")):
        longest.add_span(one)
    assert [row[0] for row in shown(longest)] == ["self", "a", "b"]


def test_the_longest_are_shown_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BARS_MAX", 3)
    longest = Longest()
    for number in range(1, 6):
        longest.add_span(span(f"s{number}", number, number * 10))
    longest.add_call(call("c", 100, 45))
    bars, cut = longest.bars(0)
    assert ([bar.name for bar in bars], cut) == (["s4", "s5", "c"], 3)


def test_of_those_that_took_as_long_no_more_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BARS_MAX", 3)
    longest = Longest()
    for number in range(3):
        longest.add_span(span(f"s{number}", number, 10))
        longest.add_call(call(f"c{number}", 50 + number, 10))
    bars, cut = longest.bars(0)
    assert (len(bars), cut) == (3, 3)


def test_only_so_many_are_kept_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPANS_ON_PATH_MAX", 5)
    longest = Longest()
    for number in range(100):
        longest.add_span(span(f"s{number}", 0, number))
        longest.add_call(call(f"c{number}", 500, number))
    assert len(longest.spans) < 10
    assert len(longest.calls) < 10
    assert longest.cut + len(longest.spans) + len(longest.calls) == 200
    assert {"s99", "s98"} <= {one.name for one in longest.spans}


def test_the_first_of_them_is_known() -> None:
    longest = Longest()
    assert longest.start_unix_ns() is None
    longest.add_span(span("a", 5, 1))
    longest.add_call(call("c", 10, 8))
    assert longest.start_unix_ns() == 2 * MS
