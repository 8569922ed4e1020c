"""What went otherwise than in a trace of the same operation that went well: the first difference.

It is looked at only where such a trace is there: the one that was named, or the last good one.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by
from backtrail.trail.cause.kinds import kind_of
from backtrail.trail.comparison.difference import Comparison
from backtrail.trail.value import value_text

FIRST, LATER, TIE = 0.5, 0.36, 0.42
LATER_MAX = 20
VALUE_CHARS_MAX = 200
NEVER = frozenset({"log.emitted", "debug.recorded", "process.started", "error.raised"})
"""Kinds that only tell of a difference, and cause none."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the events at which a trace parted from one that went well."""
    comparison = case.good
    if comparison is None or not comparison.is_same_operation:
        return
    by_id = {fact.event.event_id: fact for fact in case.facts.all}
    seen: set[str] = set()
    for event_id, base, said in _differences(comparison):
        fact = by_id.get(event_id)
        if fact is None or event_id in seen or fact.kind in NEVER:
            continue
        seen.add(event_id)
        yield _finding(case, fact, base, said)


def _differences(comparison: Comparison) -> Iterator[tuple[str, float, str]]:
    """Yield event, weight and words of each difference, the first one first."""
    first = comparison.first_divergence
    if first is not None and first.right is not None:
        said = "the trace that went well has no such step"
        if first.what == "changed":
            said = _changed(first.path or "", first.left_value, first.right_value)
        yield first.right.event_id, FIRST, f"the first difference: {said}"
    for change in comparison.changed[:LATER_MAX]:
        said = _changed(change.path, change.left_value, change.right_value)
        yield change.right.event_id, LATER, said
    for step in comparison.extra[:LATER_MAX]:
        yield step.event_id, LATER, "the trace that went well has no such step"


def _changed(path: str, left: object, right: object) -> str:
    was, is_now = (value_text(value)[:VALUE_CHARS_MAX] for value in (left, right))
    return f"`{path}` is {is_now}, and was {was} when it went well"


def _finding(case: Case, fact: Fact, base: float, said: str) -> Finding:
    tie = case.tie(fact)
    return Finding(
        kind=kind_of(fact),
        fact=fact,
        score=min(0.9, base + TIE * tie.strength),
        evidence=[said, *tied_by(tie)],
        suspect=tie.suspect,
    )
