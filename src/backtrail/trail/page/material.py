"""What a page is made from, asked of the store."""

from __future__ import annotations

from msgspec import Struct, structs

from backtrail.model.errors import NotFoundError
from backtrail.model.event import Event
from backtrail.model.limits.reading import PAGE_EVENTS_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.lookup import LATEST, short_ids
from backtrail.trail.cause.answer import Why
from backtrail.trail.cause.asking import why
from backtrail.trail.failure import Failure
from backtrail.trail.story import EventLine, event_lines
from backtrail.trail.telling import tell_error
from backtrail.trail.whole import Trail, trail

ID_SHOWN = 12
"""Digits of an id that a page shows: its millisecond, which every command takes."""


class Material(Struct, frozen=True, kw_only=True):
    """All that a page may tell."""

    story: Trail
    error: Failure | None
    """The error that the page is about."""
    why: Why | None
    events: list[EventLine]
    """In the order in which they happened: the last ones, and those that the causes name."""
    processes: dict[str, str] = {}
    """Ids of processes, and their beginnings that tell them apart."""

    def shown_id(self, event_id: str) -> str:
        """Return the id of an event as short as every command still takes it."""
        process, _, seq = event_id.rpartition(":")
        return f"{self.processes.get(process, process)}:{seq}"

    def shown_place(self, file: str | None, line: int | None) -> str:
        """Return a place as editors take it, from the folder in which the program ran."""
        if file is None:
            return "an unknown place"
        root = f"{self.story.cwd}/" if self.story.cwd else ""
        return f"{file.removeprefix(root)}:{line}"

    @property
    def id_shown(self) -> str:
        """The trace, as a person would type it."""
        return self.story.trace_id[:ID_SHOWN]

    def shown_error(self, error: Failure) -> str:
        """Return the id of an error of the trace as short as every command still takes it."""
        known = {error.error_id, *(each.error_id for each in self.story.errors)}
        return short_ids(known)[error.error_id]

    @property
    def chain_ids(self) -> set[str]:
        """The events on the way from the likeliest cause to the crash."""
        if self.why is None or not self.why.candidates:
            return set()
        best = self.why.candidates[0]
        steps = {step.event_id for step in best.chain if step.event_id is not None}
        return steps | {best.event.id}

    @property
    def candidate_ids(self) -> set[str]:
        """The events that may be the cause."""
        return {each.event.id for each in self.why.candidates} if self.why else set()


def gather(catalog: Catalog, trace_id: str, *, error_id: str | None = None) -> Material:
    """Ask the store for what a page about a trace may tell.

    Args:
        catalog: where it is kept.
        trace_id: the trace, by its full id.
        error_id: the error to tell of, by its full id; without one, the one to begin with.

    Raises:
        NotFoundError: there is no such trace, or no such error.
    """
    story = trail(catalog, trace_id, events_max=PAGE_EVENTS_MAX)
    error = _error(catalog, story, error_id)
    causes = None if error is None else why(catalog, trace_id, error_id=error.error_id)
    told = Material(story=story, error=error, why=causes, events=story.events)
    missing = (told.chain_ids | told.candidate_ids) - {line.event_id for line in story.events}
    named = [event for each in sorted(missing) if (event := _event(catalog, trace_id, each))]
    # The last events are there; what is missing of those that are named came before them.
    named.sort(key=lambda event: (event.time_unix_ns, event.seq))
    events = [*event_lines(named, names={}), *story.events]
    return structs.replace(
        told, events=events, processes=short_ids(line.process for line in events)
    )


def named_error(catalog: Catalog, text: str, trace_id: str) -> str | None:
    """Return the error of a trace that a text names by the error's own id, or as its only one."""
    if text.strip() == LATEST:
        return None
    try:
        error_id = reading.resolve_error(catalog, text)
    except NotFoundError:
        return None
    return error_id if reading.error(catalog, error_id).summary.trace_id == trace_id else None


def _error(catalog: Catalog, story: Trail, error_id: str | None) -> Failure | None:
    if error_id is None:
        return story.errors[0] if story.errors else None
    for error in story.errors:
        if error.error_id == error_id:
            return error
    return tell_error(catalog, error_id)


def _event(catalog: Catalog, trace_id: str, event_id: str) -> Event | None:
    process, _, seq = event_id.rpartition(":")
    if not process or not seq.isdigit():
        return None
    try:
        return reading.event(catalog, trace_id, process=process, seq=int(seq))
    except NotFoundError:
        return None
