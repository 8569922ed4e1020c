"""Outlines of traces, page by page; those asked for last are kept, since more pages follow."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.errors import NotFoundError
from backtrail.model.kinds import Status
from backtrail.model.limits.reading import OUTLINES_KEPT_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.trail.outline import Arrangement, SpanRow

SPANS = ("span.started", "span.ended")


class OutlineRow(Struct, frozen=True, kw_only=True):
    """A span at its place in the reading order."""

    span_id: str
    parent: str | None
    depth: int
    name: str
    status: Status
    start_unix_ns: int | None
    took_ns: int | None
    """`None` when it never ended, or its beginning was not recorded."""
    self_ns: int | None
    """The part of it in which none of its children ran."""
    error: str | None


class OutlinePage(Struct, frozen=True, kw_only=True):
    """Spans of a trace in reading order, parents before children."""

    rows: list[OutlineRow]
    total: int
    start_unix_ns: int
    """When the trace began."""
    end_unix_ns: int
    next_cursor: str | None


class Outlines:
    """The outlines that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], Arrangement] = OrderedDict()
        self._lock = Lock()

    def page(self, catalog: Catalog, trace: TraceSummary, *, start: int, limit: int) -> OutlinePage:
        """Return spans from a place on."""
        spans = self._arranged(catalog, trace)
        end = start + limit
        return OutlinePage(
            rows=[_told(row) for row in spans.rows(start, end)],
            total=len(spans),
            start_unix_ns=trace.start_unix_ns,
            end_unix_ns=trace.end_unix_ns,
            next_cursor=str(end) if end < len(spans) else None,
        )

    def span(self, catalog: Catalog, trace: TraceSummary, span_id: str) -> SpanRow:
        """Return a span with all that is known of it.

        Raises:
            NotFoundError: the trace has no such span.
        """
        row = self._arranged(catalog, trace).row(span_id)
        if row is None:
            raise NotFoundError(
                f"trace {trace.trace_id} has no span {span_id!r}",
                hint=f"/api/traces/{trace.trace_id}/outline lists them",
            )
        return row

    def _arranged(self, catalog: Catalog, trace: TraceSummary) -> Arrangement:
        """Return the outline of a trace as it is by now: events are never changed, only added."""
        key = (trace.trace_id, trace.events)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        spans = Arrangement(reading.events(catalog, trace.trace_id, kinds=SPANS))
        with self._lock:
            self._kept[key] = spans
            while len(self._kept) > OUTLINES_KEPT_MAX:
                self._kept.popitem(last=False)
        return spans


def _told(row: SpanRow) -> OutlineRow:
    return OutlineRow(
        span_id=row.span_id,
        parent=row.parent,
        depth=row.depth,
        name=row.name,
        status=row.status,
        start_unix_ns=row.start_unix_ns,
        took_ns=_ns(row.took_ms),
        self_ns=_ns(row.self_ms),
        error=row.error,
    )


def _ns(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds * NS_PER_MS)
