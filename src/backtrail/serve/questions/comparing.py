"""`compare_traces`: where a trace that failed departs from one that went well."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Annotated

from msgspec import Meta, Struct

from backtrail.model.event import Json
from backtrail.model.limits.reading import ANSWER_TOKENS, ANSWER_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.trail.comparison.comparing import compare
from backtrail.trail.comparison.difference import (
    ChangedValue,
    Comparison,
    Divergence,
    SlowerName,
    StepShown,
    TraceBrief,
)
from backtrail.trail.page.writing import one_line
from backtrail.trail.value import value_text

SIZES = tuple(product((40, 20, 10, 5, 2, 0), (600, 240, 100)))
"""Lines of each list and characters of each line; the first pair that has room is taken."""


class CompareTraces(Arguments, frozen=True, kw_only=True):
    """What `compare_traces` takes."""

    good: Annotated[str, Meta(min_length=1, description="Id of the trace to compare with.")]
    bad: Annotated[str, Meta(min_length=1, description="Id of the trace in question.")]
    max_tokens: Annotated[int, Meta(ge=BUNDLE_TOKENS_MIN, le=ANSWER_TOKENS_MAX)] = ANSWER_TOKENS


class Side(Struct, frozen=True, kw_only=True):
    """One of the two."""

    trace_id: str
    name: str
    status: str
    took_ms: float
    errors: list[str]


class Compared(Answer, frozen=True, kw_only=True):
    """What `compare_traces` answers."""

    good: Side
    bad: Side
    is_same_operation: bool
    likeness: float
    first_divergence: str | None
    changed: list[str]
    missing: list[str]
    extra: list[str]
    slower: list[str]
    notes: list[str]
    more: str | None


def compare_traces(project: Project, asked: CompareTraces) -> Compared:
    """Return how two traces differ, the first difference before all."""
    with opened(project) as catalog:
        good = reading.resolve_trace(catalog, asked.good)
        bad = reading.resolve_trace(catalog, asked.bad)
        found = compare(catalog, good, bad)
    for count, chars in SIZES:
        shown = _shown(found, count, chars)
        if encoded_chars(shown) <= asked.max_tokens * CHARS_PER_TOKEN:
            break
    return shown


def _shown(found: Comparison, count: int, chars: int) -> Compared:
    lists: list[Sequence[object]] = [found.changed, found.missing, found.extra, found.slower]
    left_out = sum(max(0, len(each) - count) for each in lists)
    command = f"`backtrail diff {found.left.trace_id} {found.right.trace_id}`"
    return Compared(
        good=_side(found.left, chars),
        bad=_side(found.right, chars),
        is_same_operation=found.is_same_operation,
        likeness=round(found.likeness, 3),
        first_divergence=_divergence(found.first_divergence, chars),
        changed=[_changed(each, chars) for each in found.changed[:count]],
        missing=[_step(each, chars) for each in found.missing[:count]],
        extra=[_step(each, chars) for each in found.extra[:count]],
        slower=[_slower(each, chars) for each in found.slower[:count]],
        notes=[one_line(note, chars) for note in found.notes],
        more=f"{left_out} differences left out: {command}" if left_out else None,
    )


def _side(brief: TraceBrief, chars: int) -> Side:
    return Side(
        trace_id=brief.trace_id,
        name=one_line(brief.name, chars),
        status=brief.status,
        took_ms=round(brief.took_ms, 3),
        errors=[one_line(error, chars) for error in brief.errors[:3]],
    )


def _divergence(first: Divergence | None, chars: int) -> str | None:
    if first is None:
        return None
    after = f"after {first.steps_alike} steps that are alike: "
    if first.what == "changed" and first.left is not None:
        values = _values(first.path, first.left_value, first.right_value, chars)
        return f"{after}{values} in {_step(first.left, chars)}"
    step = first.left or first.right
    word = "the bad one lacks" if first.what == "missing" else "the bad one also has"
    return f"{after}{word} {_step(step, chars)}" if step else after


def _changed(value: ChangedValue, chars: int) -> str:
    values = _values(value.path, value.left_value, value.right_value, chars)
    return f"{values} in {_step(value.right, chars)}"


def _values(path: str | None, left: Json, right: Json, chars: int) -> str:
    before, after = (one_line(value_text(value), chars) for value in (left, right))
    return f"{path or 'value'}: {before} became {after}"


def _step(step: StepShown, chars: int) -> str:
    where = f" in {step.where}" if step.where else ""
    return f"{step.kind} {one_line(step.text, chars)}{where} (event {step.event_id})"


def _slower(slow: SlowerName, chars: int) -> str:
    return f"{one_line(slow.name, chars)}: {slow.left_ms:,.1f} ms became {slow.right_ms:,.1f} ms"


TOOL = Tool(
    name="compare_traces",
    title="Compare two traces",
    about="Compare a failed trace with one of the same operation that went well: first divergence, "
    "changed values, missing and extra steps, slower spans.",
    takes=CompareTraces,
    answers=Compared,
    answer=compare_traces,
)
