"""Asks the store for what a story needs, and no more than it needs."""

from __future__ import annotations

from backtrail.model.event import Event
from backtrail.model.limits import (
    EVENTS_SHOWN_MAX,
    STORY_ERRORS_MAX,
    STORY_EVENTS_MAX,
)
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.trail.failure import Failure, failure
from backtrail.trail.shape import fitting
from backtrail.trail.story import Story, story

ERROR = "error.raised"
STRUCTURE = frozenset(
    {
        "error.repeated",
        "journal.dropped",
        "process.ended",
        "process.started",
        "run.ended",
        "run.started",
        "span.ended",
        "span.started",
        "trace.started",
    }
)
"""Kinds that give a story its structure; the others are only listed."""


def tell(catalog: Catalog, trace_id: str, *, events_max: int | None = EVENTS_SHOWN_MAX) -> Story:
    """Return the story of a trace, by its full id.

    A long trace is not read whole: its structure up to a bound, its last errors, its last events.

    Raises:
        NotFoundError: there is no such trace.
    """
    summary = reading.trace_summary(catalog, trace_id)
    if summary.events <= STORY_EVENTS_MAX or events_max is None:
        events = [fitting(event) for event in reading.events(catalog, trace_id)]
        errors = [event for event in events if event.kind == ERROR]
    else:
        errors = reading.last_events(catalog, trace_id, STORY_ERRORS_MAX, kinds={ERROR})
        known = {
            event.event_id: fitting(event)
            for part in (
                reading.events(catalog, trace_id, kinds=STRUCTURE, limit=STORY_EVENTS_MAX),
                reading.last_events(catalog, trace_id, events_max),
            )
            for event in part
        }
        events = list(known.values())
    return story(summary, events, errors[-STORY_ERRORS_MAX:], events_max=events_max)


def tell_error(catalog: Catalog, error_id: str) -> Failure:
    """Return one error, by its full id.

    Raises:
        NotFoundError: there is no such error.
    """
    event: Event = reading.error(catalog, error_id).event
    return failure(event)
