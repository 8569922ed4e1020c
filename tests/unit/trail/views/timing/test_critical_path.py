from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.views.timing import critical_path as module
from backtrail.trail.views.timing.critical_path import OUTSIDE, critical_path, path_steps
from backtrail.trail.views.timing.self_time import TimedSpan
from built_events import MS


def span(name: str, start: int, end: int, parent: str | None = None) -> TimedSpan:
    return TimedSpan(
        span_id=name, name=name, parent=parent, status="ok", start_unix_ns=start * MS,
        took_ns=(end - start) * MS, self_ns=0, calls_ns=0, event_id=f"p:{start}",
    )  # fmt: skip


def path(spans: list[TimedSpan], start: int, end: int) -> dict[str, float]:
    found = critical_path(spans, start_ns=start * MS, end_ns=end * MS)
    return {step.name: step.on_path_ms for step in found.steps}


def test_the_path_goes_through_what_ended_last() -> None:
    spans = [
        span("request", 0, 100),
        span("fast", 10, 40, "request"),
        span("slow", 10, 90, "request"),
        span("query", 30, 80, "slow"),
    ]
    assert path(spans, 0, 100) == {"request": 20, "slow": 30, "query": 50}


def test_one_after_the_other_are_all_on_it() -> None:
    spans = [span("a", 0, 30), span("b", 40, 70)]
    assert path(spans, 0, 100) == {"a": 30, "b": 30, OUTSIDE: 40}


def test_what_outlives_its_parent_counts_only_inside_it() -> None:
    spans = [span("parent", 0, 50), span("child", 20, 500, "parent")]
    assert path(spans, 0, 50) == {"parent": 20, "child": 30}


def test_a_span_whose_parent_is_not_there_is_a_root() -> None:
    assert path([span("a", 0, 10, "gone"), span("b", 0, 10, "b")], 0, 10) == {"b": 10}


def test_steps_are_told_in_the_order_in_which_they_began() -> None:
    spans = [
        span("request", 0, 100),
        span("late", 60, 90, "request"),
        span("early", 5, 50, "request"),
    ]
    found = critical_path(spans, start_ns=0, end_ns=100 * MS)
    assert [(step.name, step.depth) for step in found.steps] == [
        ("request", 1), ("early", 2), ("late", 2),
    ]  # fmt: skip


def test_the_longest_steps_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS_MAX", 2)
    spans = [span("a", 0, 50), span("b", 50, 60), span("c", 60, 100)]
    found = critical_path(spans, start_ns=0, end_ns=100 * MS)
    assert ([step.name for step in found.steps], found.steps_cut) == (["a", "c"], 1)


def test_a_very_deep_trace_has_a_path() -> None:
    spans = [span(str(depth), depth, 20_000 - depth, str(depth - 1)) for depth in range(5_000)]
    found = critical_path(spans, start_ns=0, end_ns=20_000 * MS)
    assert found.steps_cut == 5_000 - module.STEPS_MAX


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(-1, 6)), max_size=10))
def test_the_steps_of_a_path_make_up_the_whole_time(drawn: list[tuple[int, int, int]]) -> None:
    spans = [
        span(str(number), start, start + length, None if up < 0 else str(up))
        for number, (start, length, up) in enumerate(drawn)
    ]
    found = critical_path(spans, start_ns=0, end_ns=120 * MS)
    assert sum(step.on_path_ms for step in found.steps) == pytest.approx(120)


def test_overlapping_children_share_the_time_by_who_ended_last() -> None:
    spans = [
        span("gather", 0, 100),
        span("early", 10, 60, "gather"),
        span("late", 40, 90, "gather"),
        span("hidden", 45, 80, "gather"),
    ]
    assert path(spans, 0, 100) == {"gather": 20, "early": 30, "late": 50}


def test_every_step_says_when_the_path_is_in_it_and_its_share() -> None:
    spans = [span("request", 0, 100), span("query", 30, 80, "request")]
    told = [
        (step.name, step.start_unix_ns // MS, step.until_unix_ns // MS, step.share)
        for step in path_steps(spans, start_ns=0, end_ns=100 * MS)
    ]
    assert told == [("request", 0, 100, 0.5), ("query", 30, 80, 0.5)]


def test_a_trace_without_time_has_no_path() -> None:
    assert path_steps([span("a", 5, 5)], start_ns=5 * MS, end_ns=5 * MS) == []
