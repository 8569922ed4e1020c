from __future__ import annotations

from typing import Any

from backtrail.model.event import Event
from backtrail.trail.cause.facts import Facts
from backtrail.trail.cause.finding import Case, Finding
from backtrail.trail.cause.rules.course.first_difference import find
from backtrail.trail.cause.suspects import suspects
from backtrail.trail.comparison.difference import (
    ChangedValue,
    Comparison,
    Divergence,
    StepShown,
    TraceBrief,
)
from backtrail.trail.failure import error_body
from causes import error, event, frame

RAISED = error("KeyError", "'east'", frame("price", "prices[region]", region="east"))
READ = event("environment.read", 1, name="SHOP_REGION", value="east")
CALLED = event("http.called", 2, method="GET", url="/prices", status=200)


def step(of: Event) -> StepShown:
    return StepShown(event_id=of.event_id, kind=of.kind, text="", where=None, after_ms=0.0)


def brief(trace_id: str) -> TraceBrief:
    return TraceBrief(
        trace_id=trace_id,
        name="shop",
        status="ok",
        time="",
        took_ms=1,
        events=2,
        errors=[],
        steps=2,
    )


def changed(of: Event, path: str, left: Any, right: Any) -> ChangedValue:
    return ChangedValue(
        left=step(of), right=step(of), path=path, left_value=left, right_value=right
    )


def compared(**members: Any) -> Comparison:
    plain: dict[str, Any] = {
        "left": brief("good"), "right": brief("bad"), "is_same_operation": True, "likeness": 0.9,
        "first_divergence": None, "changed": [], "missing": [], "extra": [], "slower": [],
        "notes": [],
    }  # fmt: skip
    return Comparison(**(plain | members))


def found(good: Comparison | None) -> list[Finding]:
    body = error_body(RAISED)
    case = Case(body, Facts([READ, CALLED, RAISED], RAISED), suspects(body), good)
    return sorted(find(case), key=lambda finding: -finding.score)


FIRST = Divergence(
    what="changed", left=step(READ), right=step(READ), path="value", left_value="south",
    right_value="east", steps_alike=0,
)  # fmt: skip


def test_the_first_difference_is_found_with_both_values() -> None:
    (finding,) = found(compared(first_divergence=FIRST))
    assert (finding.kind, finding.fact.event.seq) == ("env", 1)
    assert finding.evidence[0] == (
        "the first difference: `value` is 'east', and was 'south' when it went well"
    )


def test_a_later_difference_weighs_less_and_each_event_counts_once() -> None:
    good = compared(
        first_divergence=FIRST,
        changed=[changed(READ, "value", "south", "east"), changed(CALLED, "status", 201, 200)],
    )
    assert [finding.fact.event.seq for finding in found(good)] == [1, 2]


def test_a_step_that_the_good_trace_does_not_have_is_found() -> None:
    (finding,) = found(compared(extra=[step(CALLED)]))
    assert finding.evidence[0] == "the trace that went well has no such step"


def test_without_a_like_trace_nothing_is_found() -> None:
    assert found(None) == []
    assert found(compared(first_divergence=FIRST, is_same_operation=False)) == []


def test_what_only_tells_of_a_difference_is_no_cause() -> None:
    logged = event("log.emitted", 1, message="x")
    body = error_body(RAISED)
    good = compared(extra=[step(logged)])
    assert list(find(Case(body, Facts([logged, RAISED], RAISED), suspects(body), good))) == []
