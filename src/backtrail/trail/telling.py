"""Asks the store for what a story needs, and no more than it needs."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from backtrail.model.event import Event
from backtrail.model.limits.reading import (
    EVENTS_SHOWN_MAX,
    STORY_ERRORS_MAX,
    STORY_EVENTS_MAX,
    TRAIL_EVENTS_MAX,
)
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
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


VIEWED = (
    frozenset({"http.called", "llm.called", "rate.limited"}),
    frozenset({"exception.handled", "validation.failed"}),
    frozenset({"state.changed"}),
    frozenset({"lock.acquired", "lock.released", "lock.requested", "lock.timed_out", "lock.used"}),
    frozenset({"operation.measured", "sql.executed", "subprocess.ended", "subprocess.started"}),
)
"""Kinds that have views of their own; of a long trace the last events of each sort are read."""


class Gathered(Struct, frozen=True, kw_only=True):
    """What the store was asked for."""

    summary: TraceSummary
    events: list[Event]
    errors: list[Event]
    """The `error.raised` events, the last ones, each in full."""
    is_whole: bool
    """Whether these are all events of the trace."""


def gather(
    catalog: Catalog, trace_id: str, *, events_max: int | None, has_views: bool = False
) -> Gathered:
    """Ask for what is told of a trace, by its full id; of a long one for a part.

    Args:
        catalog: where it is kept.
        trace_id: the trace.
        events_max: the number of last events that are wanted; `None` is all.
        has_views: whether the last events of each sort are wanted too.

    Raises:
        NotFoundError: there is no such trace.
    """
    summary = reading.trace_summary(catalog, trace_id)
    if summary.events <= STORY_EVENTS_MAX or events_max is None:
        events = [fitting(event) for event in reading.events(catalog, trace_id)]
        errors = [event for event in events if event.kind == ERROR][-STORY_ERRORS_MAX:]
        return Gathered(summary=summary, events=events, errors=errors, is_whole=True)
    parts: list[Iterable[Event]] = [
        reading.events(catalog, trace_id, kinds=STRUCTURE, limit=STORY_EVENTS_MAX),
        reading.last_events(catalog, trace_id, events_max),
    ]
    if has_views:
        parts += [
            reading.last_events(catalog, trace_id, TRAIL_EVENTS_MAX, kinds=kinds)
            for kinds in VIEWED
        ]
    known = {event.event_id: fitting(event) for part in parts for event in part}
    return Gathered(
        summary=summary,
        events=list(known.values()),
        errors=reading.last_events(catalog, trace_id, STORY_ERRORS_MAX, kinds={ERROR}),
        is_whole=False,
    )


def tell(catalog: Catalog, trace_id: str, *, events_max: int | None = EVENTS_SHOWN_MAX) -> Story:
    """Return the story of a trace, by its full id.

    A long trace is not read whole: its structure up to a bound, its last errors, its last events.

    Raises:
        NotFoundError: there is no such trace.
    """
    found = gather(catalog, trace_id, events_max=events_max)
    return story(found.summary, found.events, found.errors, events_max=events_max)


def tell_error(catalog: Catalog, error_id: str) -> Failure:
    """Return one error, by its full id.

    Raises:
        NotFoundError: there is no such error.
    """
    event: Event = reading.error(catalog, error_id).event
    return failure(event)
