"""The trail of a trace: everything that is known of it, put together, as one object for every face.

`show` prints it, `--json` and the Model Context Protocol hand it out as it is; each command for one
aspect shows the same view of it, over all events.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from backtrail.model.event import Event
from backtrail.model.limits.reading import EVENTS_SHOWN_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.trail.ordering import in_order
from backtrail.trail.story import Story, story
from backtrail.trail.telling import Gathered, gather
from backtrail.trail.views.gaps import Gap, gaps
from backtrail.trail.views.http_calls import HttpCalls, http_calls
from backtrail.trail.views.lock_timeline import LockTimeline, lock_timeline
from backtrail.trail.views.performance import Performance, performance
from backtrail.trail.views.related import RelatedTrace, SameError, related_traces, same_errors
from backtrail.trail.views.state_history import StateHistory, state_history
from backtrail.trail.views.swallowed import Swallowed, swallowed
from backtrail.trail.views.transcripts import LlmCalls, llm_calls


class Trail(Story, frozen=True, kw_only=True):
    """A trace put together: its story, and every aspect of it.

    Its `events` are the last ones, in the order in which they happened, whatever the clocks of
    their machines say; its `outline` holds the spans with the time of their own.
    """

    llm: LlmCalls
    http: HttpCalls
    locks: LockTimeline
    state: StateHistory
    swallowed: Swallowed
    performance: Performance
    gaps: list[Gap]
    """What is missing, and where."""
    related: list[RelatedTrace]
    same_errors: list[SameError]
    """Errors of other traces that have the identity of one of this, newest first."""
    notes: list[str]
    """Where clocks were moved, and what was not looked at."""


def trail(catalog: Catalog, trace_id: str, *, events_max: int | None = EVENTS_SHOWN_MAX) -> Trail:
    """Return the trail of a trace, by its full id.

    A long trace is not read whole: its structure up to a bound, its last errors, its last events,
    its last calls, changes and waits. The commands for one aspect read all of that aspect.

    Raises:
        NotFoundError: there is no such trace.
    """
    found = gather(catalog, trace_id, events_max=events_max, has_views=True)
    told = story(found.summary, found.events, found.errors, events_max=events_max)
    ordered = in_order(found.events)
    return Trail(
        **structs.asdict(told),
        llm=llm_calls(ordered.events),
        http=http_calls(ordered.events),
        locks=lock_timeline(ordered.events),
        state=state_history(ordered.events),
        swallowed=swallowed(ordered.events),
        performance=performance(ordered.events),
        gaps=_gaps(catalog, told, ordered.events),
        related=related_traces(
            catalog, trace_id, told.links, dict.fromkeys(event.process for event in ordered.events)
        ),
        same_errors=same_errors(
            catalog, trace_id, [error.fingerprint for error in told.errors if error.fingerprint]
        ),
        notes=[*ordered.notes, *_notes(found)],
    )


def _gaps(catalog: Catalog, told: Story, events: Sequence[Event]) -> list[Gap]:
    processes = dict.fromkeys(event.process for event in events)
    return gaps(
        events,
        [hole for process in processes for hole in reading.holes(catalog, process)],
        killed={one.process: one.pid for one in told.processes if one.ending == "killed"},
    )


def _notes(found: Gathered) -> list[str]:
    if found.is_whole:
        return []
    looked, total = len(found.events), found.summary.events
    part = f"the trace is long: {looked:,} of its {total:,} events were looked at, the last of each"
    return [f"{part} sort; `perf`, `llm`, `locks` and `state` look at all"]
