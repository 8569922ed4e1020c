"""What differs between two traces of one operation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from backtrail.model.event import Json


class TraceBrief(Struct, frozen=True, kw_only=True):
    """One of the two traces, at a glance."""

    trace_id: str
    name: str
    status: str
    time: str
    took_ms: float
    events: int
    errors: list[str]
    """`Type: message` of its errors, the last first."""
    steps: int


class StepShown(Struct, frozen=True, kw_only=True):
    """A step of one trace."""

    event_id: str
    kind: str
    text: str
    where: str | None
    after_ms: float
    """When, from the beginning of its trace."""


class ChangedValue(Struct, frozen=True, kw_only=True):
    """A value that differs between two steps that stand for one another."""

    left: StepShown
    right: StepShown
    path: str
    """The part of the event that differs: `response_body.total`."""
    left_value: Json
    right_value: Json


class Divergence(Struct, frozen=True, kw_only=True):
    """The first point at which the traces are no longer alike."""

    what: Literal["changed", "missing", "extra"]
    """A value differs; the right one lacks a step; the right one has a further step."""
    left: StepShown | None
    right: StepShown | None
    path: str | None
    left_value: Json
    right_value: Json
    steps_alike: int
    """Steps before it that are the same on both sides."""


class SlowerName(Struct, frozen=True, kw_only=True):
    """Spans or calls of one name that took longer in the right trace."""

    name: str
    sort: str
    left_count: int
    right_count: int
    left_ms: float
    """The median of one."""
    right_ms: float
    left_total_ms: float
    right_total_ms: float


class Comparison(Struct, frozen=True, kw_only=True):
    """Two traces beside one another; the left one is what to compare with."""

    left: TraceBrief
    right: TraceBrief
    is_same_operation: bool
    """Whether both look like runs of one operation; otherwise the rest means little."""
    likeness: float
    """The part of the steps that stand beside their like, from 0 to 1."""
    first_divergence: Divergence | None
    changed: list[ChangedValue]
    """In the order of the left trace."""
    missing: list[StepShown]
    """Steps that only the left trace has."""
    extra: list[StepShown]
    """Steps that only the right trace has."""
    slower: list[SlowerName]
    """What took longer in the right trace, the largest difference first."""
    notes: list[str]
    """What is left out, and what to doubt."""


def first_divergence(
    changed: Sequence[tuple[float, ChangedValue]],
    missing: Iterable[tuple[float, StepShown]],
    extra: Iterable[tuple[float, StepShown]],
    *,
    alike: Sequence[float],
) -> Divergence | None:
    """Return the difference that comes first.

    Args:
        changed: values that differ, each with its place in the left trace.
        missing: steps that only the left trace has, each with its place in it.
        extra: steps that only the right one has, each with the place it would have in the left.
        alike: places of the steps that are the same on both sides, ascending.
    """
    found = [(at, _of_value(value)) for at, value in changed[:1]]
    found += [(at, _of_step(step, is_left=True)) for at, step in list(missing)[:1]]
    found += [(at, _of_step(step, is_left=False)) for at, step in list(extra)[:1]]
    if not found:
        return None
    at, first = min(found, key=lambda pair: pair[0])
    return Divergence(
        what=first.what,
        left=first.left,
        right=first.right,
        path=first.path,
        left_value=first.left_value,
        right_value=first.right_value,
        steps_alike=sum(1 for place in alike if place < at),
    )


def _of_value(value: ChangedValue) -> Divergence:
    return Divergence(
        what="changed",
        left=value.left,
        right=value.right,
        path=value.path,
        left_value=value.left_value,
        right_value=value.right_value,
        steps_alike=0,
    )


def _of_step(step: StepShown, *, is_left: bool) -> Divergence:
    return Divergence(
        what="missing" if is_left else "extra",
        left=step if is_left else None,
        right=None if is_left else step,
        path=None,
        left_value=None,
        right_value=None,
        steps_alike=0,
    )
