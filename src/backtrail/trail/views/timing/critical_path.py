"""The critical path: the chain of spans that made a trace take as long as it did.

From the end of the trace backwards, it is always in the innermost span that ended last; what runs
beside it could be made faster without any gain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS

OUTSIDE = "(outside of any span)"
STEPS_MAX = 50
"""Spans that are told of one path, those that it spends the most time in."""


class Timed(Protocol):
    """A span that has a beginning and an end; an open one ends with its trace."""

    @property
    def span_id(self) -> str: ...  # noqa: D102 - says what it is
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def parent(self) -> str | None: ...  # noqa: D102
    @property
    def start_unix_ns(self) -> int: ...  # noqa: D102
    @property
    def took_ns(self) -> int: ...  # noqa: D102


class PathStep(Struct, frozen=True, kw_only=True):
    """A span on the critical path."""

    span_id: str | None
    """`None` for the time outside of any span."""
    name: str
    depth: int
    start_unix_ns: int
    """From when on the path is in the span, or in a span below it."""
    until_unix_ns: int
    on_path_ms: float
    """The time that the path spends in the span itself."""
    share: float | None
    """The part of the trace's time that this is; `None` when the trace took none."""


class CriticalPath(Struct, frozen=True, kw_only=True):
    """The chain of spans that a trace waited for, in the order in which they began."""

    steps: list[PathStep]
    took_ms: float
    steps_cut: int
    """Steps that took less than those that are told."""


class _Walk:
    """A span that the path goes through, from its end towards its start."""

    def __init__(self, span: Timed | None, start: int, end: int, depth: int) -> None:
        self.span, self.start, self.end, self.depth = span, start, end, depth
        self.cursor = end
        self.on_path_ns = 0
        self.children: Iterator[Timed] = iter(())


def critical_path(spans: Iterable[Timed], *, start_ns: int, end_ns: int) -> CriticalPath:
    """Find the path through spans, over the time of their trace."""
    steps = path_steps(spans, start_ns=start_ns, end_ns=end_ns)
    longest = sorted(steps, key=lambda step: -step.on_path_ms)[:STEPS_MAX]
    return CriticalPath(
        steps=sorted(longest, key=_order),
        took_ms=max(0, end_ns - start_ns) / NS_PER_MS,
        steps_cut=len(steps) - len(longest),
    )


def path_steps(spans: Iterable[Timed], *, start_ns: int, end_ns: int) -> list[PathStep]:
    """Return every step of the path, in the order in which they began.

    Among the children of a span the path goes through the one that ended last; then, from where
    that one began, through the last of those that had ended by then; and so on to the beginning.
    What outlives its parent counts only inside of it.
    """
    known = {span.span_id: span for span in spans}
    children: dict[str | None, list[Timed]] = {}
    for span in known.values():
        parent = span.parent if span.parent in known and span.parent != span.span_id else None
        children.setdefault(parent, []).append(span)
    for group in children.values():
        group.sort(key=lambda span: (_end(span), span.start_unix_ns, span.span_id), reverse=True)
    whole_ns = max(0, end_ns - start_ns)
    walks = _walks(children, start_ns, end_ns)
    return sorted((_step(walk, whole_ns) for walk in walks if walk.on_path_ns > 0), key=_order)


def _order(step: PathStep) -> tuple[int, int]:
    return step.start_unix_ns, step.depth


def _walks(children: dict[str | None, list[Timed]], start_ns: int, end_ns: int) -> Iterator[_Walk]:
    """Yield each span on the path once it has been gone through."""
    root = _Walk(None, start_ns, end_ns, 0)
    root.children = iter(children.get(None, []))
    stack = [root]
    while stack:
        walk = stack[-1]
        child = next(walk.children, None)
        if child is None:
            walk.on_path_ns += max(0, walk.cursor - walk.start)
            yield stack.pop()
            continue
        end = min(_end(child), walk.cursor)
        start = max(child.start_unix_ns, walk.start)
        if end <= start:
            continue
        walk.on_path_ns += walk.cursor - end
        walk.cursor = start
        inner = _Walk(child, start, end, walk.depth + 1)
        inner.children = iter(children.get(child.span_id, []))
        stack.append(inner)


def _end(span: Timed) -> int:
    return span.start_unix_ns + span.took_ns


def _step(walk: _Walk, whole_ns: int) -> PathStep:
    return PathStep(
        span_id=walk.span.span_id if walk.span else None,
        name=walk.span.name if walk.span else OUTSIDE,
        depth=walk.depth,
        start_unix_ns=walk.start,
        until_unix_ns=walk.end,
        on_path_ms=walk.on_path_ns / NS_PER_MS,
        share=walk.on_path_ns / whole_ns if whole_ns else None,
    )
