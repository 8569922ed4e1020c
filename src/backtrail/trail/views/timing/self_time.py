"""Spans as they end, each with the part of its time in which none of its children ran."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from backtrail.model.event import Event
from backtrail.model.kinds import Status
from backtrail.model.limits.reading import SPAN_PARTS_MAX, SPANS_OPEN_MAX


class TimedSpan(Struct, frozen=True, kw_only=True):
    """A span that began, and how its time was spent."""

    span_id: str
    name: str
    parent: str | None
    status: Status
    start_unix_ns: int
    took_ns: int
    self_ns: int
    calls_ns: int
    """What calls to models, over HTTP and the like took in it, outside of its children."""
    event_id: str
    """The event of its start."""


class _Open:
    """A span that has not ended."""

    def __init__(self, started: Event) -> None:
        self.started = started
        self.parts: list[tuple[int, int]] = []
        """Stretches in which children ran, apart from one another, by the parent's clock."""
        self.covered_ns = 0
        """What children took before `floor_ns`, whose stretches are no longer kept apart."""
        self.floor_ns = started.monotonic_ns
        self.calls_ns = 0
        self.children: dict[str, int] = {}
        """Children that still run, and when they began."""

    def clock(self, event: Event) -> int:
        """Return when an event was, by the clock of this span's process."""
        if event.process == self.started.process:
            return event.monotonic_ns
        return event.time_unix_ns - self.started.time_unix_ns + self.started.monotonic_ns

    def cover(self, start: int, end: int) -> None:
        """Add a child's stretch; children come in the order in which they end."""
        start = max(start, self.floor_ns)
        if end <= start:
            return
        while self.parts and self.parts[-1][1] >= start:
            start = min(start, self.parts.pop()[0])
        self.parts.append((start, end))
        if len(self.parts) > SPAN_PARTS_MAX:
            old = self.parts[: SPAN_PARTS_MAX // 2]
            del self.parts[: SPAN_PARTS_MAX // 2]
            self.covered_ns += sum(until - since for since, until in old)
            self.floor_ns = old[-1][1]

    def self_ns(self, end: int) -> int:
        """Return the time without children, up to an end."""
        for start in self.children.values():
            self.cover(start, end)
        inside = sum(max(0, min(until, end) - since) for since, until in self.parts)
        return max(0, end - self.started.monotonic_ns - inside - self.covered_ns)


class SpanTimes:
    """Takes the events of a trace in the order of time, and gives its spans as they end."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self.cut = 0
        """Spans that were passed over, since too many were open at once."""

    def take(self, event: Event) -> TimedSpan | None:
        """Look at one event; return the span that it ends."""
        if event.span_id is None:
            return None
        if event.kind == "span.started":
            self._start(event, event.span_id)
        elif event.kind == "span.ended":
            return self._end(event, event.span_id)
        return None

    def add_call(self, span_id: str | None, took_ns: int) -> None:
        """Say that a call was made in a span."""
        if span_id in self._open:
            self._open[span_id].calls_ns += took_ns

    def name(self, span_id: str | None) -> str | None:
        """Return the name of an open span."""
        span = self._open.get(span_id or "")
        return None if span is None else _name(span.started)

    def unfinished(self, last: Event) -> Iterator[TimedSpan]:
        """Yield the spans that did not end, as long as they were seen to last."""
        for span_id, span in list(self._open.items()):
            yield self._timed(span, span_id, last, "unfinished")

    def _start(self, event: Event, span_id: str) -> None:
        if len(self._open) >= SPANS_OPEN_MAX:
            self.cut += 1
            return
        span = self._open.setdefault(span_id, _Open(event))
        parent = self._open.get(str(event.body.get("parent")))
        if parent is not None and parent is not span:
            parent.children[span_id] = parent.clock(event)

    def _end(self, event: Event, span_id: str) -> TimedSpan | None:
        span = self._open.pop(span_id, None)
        if span is None:
            return None
        parent = self._open.get(str(span.started.body.get("parent")))
        if parent is not None:
            began = parent.children.pop(span_id, None)
            if began is not None:
                parent.cover(began, parent.clock(event))
        return self._timed(span, span_id, event, event.body.get("status", "ok"))

    def _timed(self, span: _Open, span_id: str, ended: Event, status: Status) -> TimedSpan:
        end = span.clock(ended)
        parent = span.started.body.get("parent")
        return TimedSpan(
            span_id=span_id,
            name=_name(span.started),
            parent=parent if isinstance(parent, str) else None,
            status=status,
            start_unix_ns=span.started.time_unix_ns,
            took_ns=max(0, end - span.started.monotonic_ns),
            self_ns=span.self_ns(end),
            calls_ns=span.calls_ns,
            event_id=span.started.event_id,
        )


def _name(started: Event) -> str:
    return str(started.body.get("name", ""))
