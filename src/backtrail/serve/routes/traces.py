"""One trace, and everything that is read from it."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import Path, Query
from msgspec import Struct

from backtrail.model.errors import UsageError
from backtrail.model.event import Event
from backtrail.model.limits.reading import OUTLINE_PAGE_MAX, OUTLINE_PAGE_USUAL
from backtrail.model.vocabulary import KINDS
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.routing import USUAL, Cursor, Limit, Routes
from backtrail.serve.http.store import Reads
from backtrail.serve.routes.critical_paths import CriticalPaths, PathPage
from backtrail.serve.routes.outlines import OutlinePage, Outlines
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.trail.cause.answer import Why
from backtrail.trail.cause.asking import why as ask_why
from backtrail.trail.comparison.comparing import compare
from backtrail.trail.comparison.difference import Comparison
from backtrail.trail.outline import SpanRow
from backtrail.trail.whole import Trail
from backtrail.trail.whole import trail as whole_trail

TraceId = Annotated[
    str, Path(max_length=100, description="An id, a beginning of one that is unique, or `latest`.")
]
Kinds = Annotated[
    list[str],
    Query(
        default_factory=list,
        description="Only these kinds.",
        json_schema_extra={"items": {"type": "string", "enum": sorted(KINDS)}},
    ),
]
Place = Annotated[
    str | None,
    Query(max_length=18, pattern="^[0-9]+$", description="`next_cursor` of the page before."),
]
routes = Routes("traces", need=Need.READ)
_outlines = Outlines()
_paths = CriticalPaths()


class EventPage(Struct, frozen=True, kw_only=True):
    """Events of a trace, the oldest first."""

    events: list[Event]
    next_cursor: str | None


@routes.get("/traces/{trace_id}", TraceSummary)
def read_trace(trace_id: TraceId, store: Reads) -> TraceSummary:
    """Return what a list shows of one trace."""
    with store.opened() as catalog:
        return _summary(catalog, trace_id)


@routes.get("/traces/{trace_id}/trail", Trail)
def read_trail(trace_id: TraceId, store: Reads) -> Trail:
    """Return a trace put together: errors, outline, calls, locks, state, and what is missing."""
    with store.opened() as catalog:
        return whole_trail(catalog, reading.resolve_trace(catalog, trace_id))


@routes.get("/traces/{trace_id}/why", Why)
def read_why(
    trace_id: TraceId,
    store: Reads,
    *,
    error: Annotated[str | None, Query(max_length=100, description="One of its errors.")] = None,
    good: Annotated[
        str | None, Query(max_length=100, description="A trace that went well.")
    ] = None,
) -> Why:
    """Return the likely causes of a trace's failure, the best first, with their evidence."""
    with store.opened() as catalog:
        return ask_why(
            catalog,
            reading.resolve_trace(catalog, trace_id),
            error_id=None if error is None else reading.resolve_error(catalog, error),
            good_id=None if good is None else reading.resolve_trace(catalog, good),
        )


@routes.get("/traces/{trace_id}/outline", OutlinePage)
def read_outline(
    trace_id: TraceId,
    store: Reads,
    *,
    limit: Annotated[int, Query(ge=1, le=OUTLINE_PAGE_MAX)] = OUTLINE_PAGE_USUAL,
    cursor: Place = None,
) -> OutlinePage:
    """Return the spans of a trace in reading order, parents before children."""
    with store.opened() as catalog:
        return _outlines.page(
            catalog, _summary(catalog, trace_id), start=int(cursor or 0), limit=limit
        )


@routes.get("/traces/{trace_id}/critical-path", PathPage)
def read_critical_path(
    trace_id: TraceId,
    store: Reads,
    *,
    limit: Annotated[int, Query(ge=1, le=OUTLINE_PAGE_MAX)] = OUTLINE_PAGE_USUAL,
    cursor: Place = None,
) -> PathPage:
    """Return the chain of spans that a trace waited for, in the order in which they began."""
    with store.opened() as catalog:
        return _paths.page(
            catalog, _summary(catalog, trace_id), start=int(cursor or 0), limit=limit
        )


@routes.get("/traces/{trace_id}/spans/{span_id}", SpanRow)
def read_span(
    trace_id: TraceId, span_id: Annotated[str, Path(max_length=100)], store: Reads
) -> SpanRow:
    """Return one span with its attributes."""
    with store.opened() as catalog:
        return _outlines.span(catalog, _summary(catalog, trace_id), span_id)


@routes.get("/traces/{trace_id}/events", EventPage)
def list_events(
    trace_id: TraceId,
    store: Reads,
    *,
    kind: Kinds,
    text: Annotated[str | None, Query(max_length=500, description="A text in them.")] = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> EventPage:
    """Return the events of a trace as they were recorded."""
    unknown = sorted(set(kind) - KINDS.keys())
    if unknown:
        raise UsageError(
            f"there is no kind {unknown[0]!r}", hint=f"kinds: {', '.join(sorted(KINDS))}"
        )
    with store.opened() as catalog:
        found = reading.events(
            catalog,
            reading.resolve_trace(catalog, trace_id),
            kinds=kind or None,
            after=cursor,
            wanted=reading.text_matcher(text) if text else None,
        )
        events = list(islice(found, limit))
        has_more = next(found, None) is not None
    return EventPage(events=events, next_cursor=events[-1].event_id if has_more else None)


@routes.get("/traces/{trace_id}/compare/{other}", Comparison)
def compare_with(
    trace_id: TraceId, other: Annotated[str, Path(max_length=100)], store: Reads
) -> Comparison:
    """Return how a trace differs from another one, which went well."""
    with store.opened() as catalog:
        return compare(
            catalog,
            reading.resolve_trace(catalog, other),
            reading.resolve_trace(catalog, trace_id),
        )


def _summary(catalog: Catalog, text: str) -> TraceSummary:
    return reading.trace_summary(catalog, reading.resolve_trace(catalog, text))
