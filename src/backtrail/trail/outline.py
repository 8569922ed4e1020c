"""The outline of a trace: its spans as a flat list in reading order.

Flat, because such a list streams, pages and needs no recursion however deep a trace is, and
collapsing a span is skipping the deeper rows that follow it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event, Json
from backtrail.model.kinds import Status

NO_NAME = "(its start was not recorded)"


class SpanRow(Struct, frozen=True, kw_only=True):
    """One span, at its place in the reading order."""

    span_id: str
    name: str
    depth: int
    """Spans that it stands in; 0 for a root."""
    parent: str | None
    """The span it was begun in, also when that one is not in the trace."""
    status: Status
    start_unix_ns: int | None
    """`None` when the beginning was not recorded."""
    took_ms: float | None
    """`None` when it never ended, or its beginning was not recorded."""
    self_ms: float | None
    """The part of `took_ms` in which none of its children ran."""
    error: str | None
    """`Type: message` of the exception that left it."""
    attributes: dict[str, Json]
    process: str
    thread: str | None
    task: str | None


def outline(events: Iterable[Event]) -> list[SpanRow]:
    """Order the spans of one trace for reading: parents before children, siblings by start.

    Events may come in any order and any of them may be missing. A span whose parent is not there
    becomes a root, and so does the earliest span of a ring of parents, so that a broken trace is
    shown in pieces rather than not at all.
    """
    return Arrangement(events).rows()


class Arrangement:
    """The spans of one trace, ordered for reading; what a row says is worked out when asked for."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._order = Order(sorted(_spans(events).values(), key=_reading_order))

    def __len__(self) -> int:
        return len(self._order)

    def rows(self, start: int = 0, stop: int | None = None) -> list[SpanRow]:
        """Return the spans between two places of the reading order."""
        return [_row(placed) for placed in self._order.placed(start, stop)]

    def row(self, span_id: str) -> SpanRow | None:
        """Return one span, if it is there."""
        placed = self._order.find(span_id)
        return None if placed is None else _row(placed)


class Shape(Protocol):
    """What the place of a span is worked out from."""

    @property
    def span_id(self) -> Hashable:
        """By which others name it."""

    @property
    def parent(self) -> Hashable | None:
        """The span that it was begun in."""

    @property
    def interval(self) -> tuple[int, int] | None:
        """From when to when it was, in nanoseconds, where both are known."""


S = TypeVar("S", bound=Shape)


class Placed(Struct, Generic[S], frozen=True):
    """A span at its place in the reading order."""

    span: S
    depth: int
    self_ns: int | None
    """The part of it in which none of its children ran."""


class Order(Generic[S]):
    """Spans of one trace, ordered for reading; self time is worked out when asked for.

    Give each span once, in the order in which they began.
    """

    def __init__(self, ordered: Sequence[S]) -> None:
        known = {span.span_id for span in ordered}
        self._children: dict[Hashable | None, list[S]] = {}
        for span in ordered:
            parent = span.parent
            self._children.setdefault(parent if parent in known else None, []).append(span)
        seen: set[Hashable] = set()
        self._placed = [
            placed
            for roots in (self._children.get(None, []), ordered)
            for root in roots
            if root.span_id not in seen
            for placed in _descend(root, self._children, seen)
        ]

    def __len__(self) -> int:
        return len(self._placed)

    def placed(self, start: int = 0, stop: int | None = None) -> list[Placed[S]]:
        """Return the spans between two places of the reading order."""
        return [
            Placed(span, depth, _self_ns(span, self._children.get(span.span_id, [])))
            for span, depth in self._placed[start:stop]
        ]

    def spans(self) -> Iterator[S]:
        """Yield all spans in the reading order."""
        return (span for span, _ in self._placed)

    def find(self, span_id: Hashable) -> Placed[S] | None:
        """Return one span, if it is there."""
        for place, (span, _) in enumerate(self._placed):
            if span.span_id == span_id:
                return self.placed(place, place + 1)[0]
        return None


class _Span(Struct, kw_only=True):
    """A span while its two events are being brought together."""

    span_id: str
    started: Event | None = None
    ended: Event | None = None

    @property
    def parent(self) -> str | None:
        return self.started.body.get("parent") if self.started else None

    @property
    def first(self) -> Event:
        event = self.started or self.ended
        assert event is not None, self.span_id
        return event

    @property
    def interval(self) -> tuple[int, int] | None:
        if self.started is None or self.ended is None:
            return None
        start, end = self.started, self.ended
        if start.process == end.process:
            # By the clock that is never set, at the place where others can be compared with it.
            return start.time_unix_ns, start.time_unix_ns + end.monotonic_ns - start.monotonic_ns
        return start.time_unix_ns, end.time_unix_ns


def _spans(events: Iterable[Event]) -> dict[str, _Span]:
    """Bring the two events of each span together; of repeated ones the earliest counts."""
    spans: dict[str, _Span] = {}
    for event in events:
        span_id = event.span_id
        if span_id is None:
            continue
        if event.kind == "span.started":
            span = spans.setdefault(span_id, _Span(span_id=span_id))
            span.started = _earlier(span.started, event)
        elif event.kind == "span.ended":
            span = spans.setdefault(span_id, _Span(span_id=span_id))
            span.ended = _earlier(span.ended, event)
    return spans


def _earlier(known: Event | None, event: Event) -> Event:
    if known is None:
        return event
    return min(known, event, key=_moment)


def _moment(event: Event) -> tuple[int, str, int]:
    return event.time_unix_ns, event.process, event.seq


def _reading_order(span: _Span) -> tuple[int, str, int, str]:
    return *_moment(span.first), span.span_id


def _descend(
    root: S, children: dict[Hashable | None, list[S]], seen: set[Hashable]
) -> Iterator[tuple[S, int]]:
    """Yield a span and all below it that were not seen before, parents first."""
    waiting = [(root, 0)]
    while waiting:
        span, depth = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        yield span, depth
        below = children.get(span.span_id, [])
        waiting.extend((child, depth + 1) for child in reversed(below))


def _row(placed: Placed[_Span]) -> SpanRow:
    span = placed.span
    first = span.first
    began: dict[str, Any] = span.started.body if span.started else {}
    closed: dict[str, Any] = span.ended.body if span.ended else {"status": "unfinished"}
    return SpanRow(
        span_id=span.span_id,
        name=str(began.get("name", NO_NAME)),
        depth=placed.depth,
        parent=span.parent,
        status=closed.get("status", "ok"),
        start_unix_ns=span.started.time_unix_ns if span.started else None,
        took_ms=_took_ms(span),
        self_ms=None if placed.self_ns is None else placed.self_ns / NS_PER_MS,
        error=closed.get("error"),
        attributes={**began.get("attributes", {}), **closed.get("attributes", {})},
        process=first.process,
        thread=first.thread,
        task=first.task,
    )


def _took_ms(span: _Span) -> float | None:
    interval = span.interval
    return None if interval is None else max(0, interval[1] - interval[0]) / NS_PER_MS


def _self_ns(span: S, children: Sequence[S]) -> int | None:
    """Return the time in which no child ran; children may overlap, and may outlive the parent."""
    interval = span.interval
    if interval is None:
        return None
    start, end = interval
    free_ns, reached = 0, start
    intervals = [found for child in children if (found := child.interval) is not None]
    for child_start, child_end in sorted(intervals):
        free_ns += max(0, min(child_start, end) - reached)
        reached = max(reached, child_end)
    return free_ns + max(0, end - reached)
