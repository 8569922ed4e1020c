"""`search_events`: which events hold a text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backtrail.model.errors import UsageError
from backtrail.model.event import Event
from backtrail.model.limits.reading import (
    ANSWER_ROWS_MAX,
    ANSWER_TOKENS,
    SEARCH_BYTES_MAX,
    SEARCH_EVENTS_MAX,
)
from backtrail.model.vocabulary import KINDS
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.query.fields import read_query
from backtrail.store.query.terms import Query
from backtrail.trail.moment import moment_text
from backtrail.trail.page.writing import shortened
from backtrail.trail.wording import describe

TEXT_CHARS = 500
"""Characters of one event that are shown."""
MORE_CHARS = 250
"""Characters of an answer that are not events."""
TRACES_MAX = 100
"""Traces that one search goes through."""
_encode = msgspec.json.Encoder().encode


class SearchEvents(Arguments, frozen=True, kw_only=True):
    """What `search_events` takes."""

    query: Annotated[
        str,
        Meta(min_length=1, max_length=1_000, description="A text in the event, in either case."),
    ]
    trace: Annotated[
        str | None, Meta(description="Only this trace, oldest first. Else the newest traces first.")
    ] = None
    traces: Annotated[
        str | None,
        Meta(description="Only in traces that this finds: 'status:error name:llm* since:1h'."),
    ] = None
    kind: Annotated[
        str | None, Meta(description="Only this kind: log.emitted, http.called, llm.called, …")
    ] = None
    after: Annotated[str | None, Meta(description="Go on behind this event_id; needs `trace`.")] = (
        None
    )
    limit: Annotated[int, Meta(ge=1, le=ANSWER_ROWS_MAX)] = 20


class FoundEvent(Struct, frozen=True, kw_only=True):
    """An event with the text."""

    event_id: str
    trace_id: str
    kind: str
    time: str
    text: str


class FoundEvents(Answer, frozen=True, kw_only=True):
    """What `search_events` answers."""

    events: list[FoundEvent]
    more: str | None
    """What was not looked at or is not shown, and how to see it."""


class _Reader:
    """Counts what was read, and stops at a bound."""

    def __init__(self) -> None:
        self.left = SEARCH_EVENTS_MAX

    def bounded(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            if self.left <= 0:
                return
            self.left -= 1
            yield event


def search_events(project: Project, asked: SearchEvents) -> FoundEvents:
    """Return the events that hold a text."""
    if asked.kind is not None and asked.kind not in KINDS:
        raise UsageError(
            f"there is no kind {asked.kind!r}", hint=f"kinds: {', '.join(sorted(KINDS))}"
        )
    if asked.after is not None and asked.trace is None:
        raise UsageError("`after` was given without `trace`", hint="name the trace it belongs to")
    if asked.traces is not None and asked.trace is not None:
        raise UsageError("`traces` was given with `trace`", hint="give one of them")
    reader = _Reader()
    now = project.clock.time_unix_ns()
    query = read_query(asked.traces, now_unix_ns=now) if asked.traces else None
    with opened(project) as catalog:
        traces, unsearched = _traces(catalog, asked, query)
        found = list(islice(_found(catalog, asked, traces, reader), asked.limit + 1))
    shown: list[FoundEvent] = []
    room = ANSWER_TOKENS * CHARS_PER_TOKEN - MORE_CHARS
    for event in found[: asked.limit]:
        line = _line(event)
        room -= encoded_chars(line) + 1
        if room < 0:
            break
        shown.append(line)
    return FoundEvents(events=shown, more=_more(shown, found, reader) or unsearched)


def _traces(
    catalog: Catalog, asked: SearchEvents, query: Query | None
) -> tuple[list[str], str | None]:
    """Return the traces to search, and which are not searched."""
    if asked.trace is not None:
        return [reading.resolve_trace(catalog, asked.trace)], None
    wanted = TraceFilter(grep=asked.query, query=query, limit=TRACES_MAX)
    found = reading.find(catalog, wanted, bytes_max=SEARCH_BYTES_MAX)
    unsearched = None
    if found.stopped_at_unix_ns is not None:
        before = moment_text(found.stopped_at_unix_ns)
        unsearched = f"what was recorded before {before} was not searched: name a trace"
    elif not found.is_complete:
        unsearched = (
            f"only the newest {TRACES_MAX} traces with the text were searched: name a trace"
        )
    return [trace.trace_id for trace in found.traces], unsearched


def _found(
    catalog: Catalog, asked: SearchEvents, traces: list[str], reader: _Reader
) -> Iterator[Event]:
    has_text = reading.text_matcher(asked.query)
    kinds = None if asked.kind is None else {asked.kind}
    for trace_id in traces:
        events = reading.events(catalog, trace_id, kinds=kinds, after=asked.after)
        for event in reader.bounded(events):
            if has_text(_encode(event.body)):
                yield event


def _line(event: Event) -> FoundEvent:
    text = describe(event.kind, event.body, span_id=event.span_id)
    return FoundEvent(
        event_id=event.event_id,
        trace_id=event.trace_id,
        kind=event.kind,
        time=moment_text(event.time_unix_ns),
        text=shortened(text, TEXT_CHARS),
    )


def _more(shown: list[FoundEvent], found: list[Event], reader: _Reader) -> str | None:
    if len(shown) < len(found) and shown:
        last = shown[-1]
        return (
            f"there are more: call again with trace {last.trace_id} and after {last.event_id}, "
            "or a narrower query"
        )
    if reader.left <= 0:
        return f"stopped after {SEARCH_EVENTS_MAX:,} events: name a trace or a kind"
    return None


TOOL = Tool(
    name="search_events",
    title="Search events",
    about="Find recorded events that hold a text: log lines, debug entries, spans, HTTP and model "
    "calls, files, SQL, state changes, errors. To see where a value came from.",
    takes=SearchEvents,
    answers=FoundEvents,
    answer=search_events,
)
