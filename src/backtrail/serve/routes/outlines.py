"""Outlines of traces, page by page; those asked for last are kept, since more pages follow."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from msgspec import Struct, structs

from backtrail.model.clock import NS_PER_MS
from backtrail.model.errors import NotFoundError
from backtrail.model.kinds import Status
from backtrail.model.limits.reading import OUTLINES_KEPT_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.store.spans.numbers import number_of
from backtrail.store.spans.reading import Shape, ToldSpan, shapes, told
from backtrail.trail.outline import NO_NAME, Arrangement, Order, Placed, SpanRow, outline

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
        self._kept: OrderedDict[tuple[str, str, int], Arrangement] = OrderedDict()
        self._orders: OrderedDict[tuple[str, str, int], Order[Shape]] = OrderedDict()
        self._lock = Lock()

    def page(self, catalog: Catalog, trace: TraceSummary, *, start: int, limit: int) -> OutlinePage:
        """Return spans from a place on."""
        spans = self._ordered(catalog, trace)
        end = start + limit
        placed = spans.placed(start, end)
        facts = told(catalog, trace.trace_id, [each.span.ordinal for each in placed])
        return OutlinePage(
            rows=[_told(place, fact) for place, fact in zip(placed, facts, strict=True)],
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
        place = self._ordered(catalog, trace).find(number_of(span_id))
        needle = b'"%b"' % span_id.encode(errors="replace")
        events = reading.events(
            catalog, trace.trace_id, kinds=SPANS, wanted=lambda line: needle in line
        )
        own = outline(event for event in events if event.span_id == span_id)
        if place is None or not own:
            raise NotFoundError(
                f"trace {trace.trace_id} has no span {span_id!r}",
                hint=f"/api/traces/{trace.trace_id}/outline lists them",
            )
        self_ms = None if place.self_ns is None else place.self_ns / NS_PER_MS
        return structs.replace(own[0], depth=place.depth, self_ms=self_ms)

    def _ordered(self, catalog: Catalog, trace: TraceSummary) -> Order[Shape]:
        """Return the order of a trace's spans as it is by now: it is read from their rows."""
        key = (str(catalog.home), trace.trace_id, trace.events)
        with self._lock:
            if key in self._orders:
                self._orders.move_to_end(key)
                return self._orders[key]
        spans = Order(shapes(catalog, trace.trace_id))
        with self._lock:
            self._orders[key] = spans
            while len(self._orders) > OUTLINES_KEPT_MAX:
                self._orders.popitem(last=False)
        return spans

    def arranged(self, catalog: Catalog, trace: TraceSummary) -> Arrangement:
        """Return the outline of a trace as it is by now: events are never changed, only added."""
        # Two projects may have traces of one id: a sender chooses it.
        key = (str(catalog.home), trace.trace_id, trace.events)
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


def _told(place: Placed[Shape], fact: ToldSpan) -> OutlineRow:
    return OutlineRow(
        span_id=fact.span_id,
        parent=fact.parent,
        depth=place.depth,
        name=NO_NAME if fact.name is None else fact.name,
        status=fact.status,
        start_unix_ns=fact.start_unix_ns,
        took_ns=fact.took_ns,
        self_ns=place.self_ns,
        error=fact.error,
    )
