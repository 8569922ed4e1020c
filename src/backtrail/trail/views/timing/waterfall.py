"""The longest spans and calls of a trace, each at its place in time."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.limits.reading import BARS_MAX, SPANS_ON_PATH_MAX
from backtrail.trail.views.timing.calls import Call
from backtrail.trail.views.timing.self_time import TimedSpan


class Bar(Struct, frozen=True, kw_only=True):
    """A span or a call, at its place in the time of the trace."""

    name: str
    sort: str
    depth: int
    """Shown spans around it."""
    after_ms: float
    """When it began, from the beginning of the trace."""
    took_ms: float
    status: str
    event_id: str
    span_id: str | None


class Longest:
    """Keeps the longest spans and calls of a trace, up to a bound."""

    def __init__(self) -> None:
        self.spans: list[TimedSpan] = []
        self.calls: list[Call] = []
        self.cut = 0
        """Shorter ones that were not kept."""

    def add_span(self, span: TimedSpan) -> None:
        """Take a span."""
        self.spans.append(span)
        if len(self.spans) >= 2 * SPANS_ON_PATH_MAX:
            self.spans.sort(key=_span_ns, reverse=True)
            self.cut += len(self.spans) - SPANS_ON_PATH_MAX
            del self.spans[SPANS_ON_PATH_MAX:]

    def add_call(self, call: Call) -> None:
        """Take a call."""
        self.calls.append(call)
        if len(self.calls) >= 2 * SPANS_ON_PATH_MAX:
            self.calls.sort(key=_call_ns, reverse=True)
            self.cut += len(self.calls) - SPANS_ON_PATH_MAX
            del self.calls[SPANS_ON_PATH_MAX:]

    def start_unix_ns(self) -> int | None:
        """Return when the first of them began."""
        starts = [span.start_unix_ns for span in self.spans]
        starts += [_call_start(call) for call in self.calls]
        return min(starts, default=None)

    def bars(self, start_ns: int) -> tuple[list[Bar], int]:
        """Return the longest of them in reading order, and how many there are besides."""
        spans = sorted(self.spans, key=_span_ns, reverse=True)[:BARS_MAX]
        calls = sorted(self.calls, key=_call_ns, reverse=True)[:BARS_MAX]
        shortest_ns = _shortest(spans, calls)
        spans = [span for span in spans if _span_ns(span) >= shortest_ns]
        calls = [call for call in calls if _call_ns(call) >= shortest_ns]
        rows = _in_reading_order(spans, calls)
        shown = [_bar(piece, depth, start_ns) for piece, depth in rows][:BARS_MAX]
        return shown, len(self.spans) + len(self.calls) + self.cut - len(shown)


Piece = TimedSpan | Call


def _shortest(spans: list[TimedSpan], calls: list[Call]) -> int:
    """Return how long a piece must be to be among the longest."""
    lengths = sorted([*map(_span_ns, spans), *map(_call_ns, calls)], reverse=True)
    return lengths[BARS_MAX - 1] if len(lengths) >= BARS_MAX else 0


def _in_reading_order(spans: list[TimedSpan], calls: list[Call]) -> list[tuple[Piece, int]]:
    """Put pieces below the span that they stand in, siblings by start."""
    known = {span.span_id for span in spans}
    below: dict[str | None, list[Piece]] = {}
    pieces: list[Piece] = [*spans, *calls]
    for piece in sorted(pieces, key=_start):
        around = piece.parent if isinstance(piece, TimedSpan) else piece.span_id
        own = piece.span_id if isinstance(piece, TimedSpan) else None
        below.setdefault(around if around in known and around != own else None, []).append(piece)
    rows: list[tuple[Piece, int]] = []
    waiting = [(piece, 0) for piece in reversed(below.pop(None, []))]
    while waiting:
        piece, depth = waiting.pop()
        rows.append((piece, depth))
        if isinstance(piece, TimedSpan):
            inner = below.pop(piece.span_id, [])
            waiting.extend((child, depth + 1) for child in reversed(inner))
    # Spans that are one another's parents stand below none; they come last.
    rows.extend((piece, 0) for piece in _left(below.values()))
    return rows


def _left(groups: Iterable[list[Piece]]) -> list[Piece]:
    return sorted((piece for group in groups for piece in group), key=_start)


def _bar(piece: Piece, depth: int, start_ns: int) -> Bar:
    if isinstance(piece, TimedSpan):
        sort, took_ms, status = "span", piece.took_ns / NS_PER_MS, str(piece.status)
    else:
        sort, took_ms = piece.sort, piece.took_ms
        status = "error" if piece.is_failed else "ok"
    return Bar(
        name=piece.name,
        sort=sort,
        depth=depth,
        after_ms=max(0, _start(piece) - start_ns) / NS_PER_MS,
        took_ms=took_ms,
        status=status,
        event_id=piece.event_id,
        span_id=piece.span_id,
    )


def _start(piece: Piece) -> int:
    return piece.start_unix_ns if isinstance(piece, TimedSpan) else _call_start(piece)


def _span_ns(span: TimedSpan) -> int:
    return span.took_ns


def _call_ns(call: Call) -> int:
    return int(call.took_ms * NS_PER_MS)


def _call_start(call: Call) -> int:
    return call.end_unix_ns - _call_ns(call)
