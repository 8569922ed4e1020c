"""The story of a trace: everything that `show` prints, as one object for every face."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct, structs

from backtrail.model.event import Event, Json
from backtrail.model.kinds import Link, Status
from backtrail.model.limits.reading import EVENTS_SHOWN_MAX
from backtrail.store.answers import TraceSummary
from backtrail.trail.failure import Failure, failure
from backtrail.trail.moment import moment_text
from backtrail.trail.ordering import in_order
from backtrail.trail.outline import SpanRow, outline
from backtrail.trail.wording import describe


class Process(Struct, frozen=True, kw_only=True):
    """A process that took part in the trace."""

    process: str
    pid: int | None
    parent_pid: int | None
    command: list[str]
    python: str | None
    cwd: str | None
    mode: str | None
    """`full` or `flight`."""
    time: str
    """When it began to record."""
    ending: Literal["ended", "running", "killed"]
    """`killed` is one that wrote no end and lives no more."""


class EventLine(Struct, frozen=True, kw_only=True):
    """One event, and what it says."""

    event_id: str
    text: str
    kind: str
    time: str
    time_unix_ns: int
    process: str
    thread: str | None
    task: str | None
    span_id: str | None
    body: dict[str, Json]


class Loss(Struct, frozen=True, kw_only=True):
    """Something that the recording does not hold."""

    reason: str
    count: int
    process: str | None
    """The process that counted it; `None` for what the reader found missing."""


class Repeat(Struct, frozen=True, kw_only=True):
    """Errors that were only counted, since others of the same identity are there in full."""

    type: str
    message: str
    fingerprint: str
    count: int


class Story(Struct, frozen=True, kw_only=True):
    """What happened in one trace."""

    trace_id: str
    name: str
    status: Status
    session: str | None
    command: list[str]
    cwd: str | None
    exit_code: int | None
    signal: str | None
    """Name of the signal that ended the program: `SIGKILL`."""
    is_timed_out: bool
    """Whether it was ended at its time limit."""
    is_live: bool
    time: str
    start_unix_ns: int
    end_unix_ns: int | None
    took_ms: float | None
    links: list[Link]
    processes: list[Process]
    errors: list[Failure]
    """The one to begin with first: the last that nothing handled."""
    repeats: list[Repeat]
    event_count: int
    error_count: int
    span_count: int
    events: list[EventLine]
    """The last events, oldest first."""
    outline: list[SpanRow]
    lost: list[Loss]


def story(
    summary: TraceSummary,
    events: Iterable[Event],
    errors: Iterable[Event],
    *,
    events_max: int | None = EVENTS_SHOWN_MAX,
) -> Story:
    """Put together what is known of one trace.

    Args:
        summary: what the store knows of it at a glance.
        events: its events, in any order; those that are missing only make the story shorter.
        errors: its `error.raised` events, each in full.
        events_max: the number of last events that the story holds; `None` is all.
    """
    ordered = in_order(events).events
    run = _last_body(ordered, "run.ended")
    began = _last_body(ordered, "run.started") or _first_body(ordered, "process.started")
    return Story(
        trace_id=summary.trace_id,
        name=summary.name,
        status=summary.status,
        session=summary.session,
        command=summary.command or began.get("argv") or [],
        cwd=began.get("cwd"),
        exit_code=summary.exit_code,
        signal=summary.signal,
        is_timed_out=bool(run.get("is_timed_out")),
        is_live=summary.is_live,
        time=moment_text(summary.start_unix_ns),
        start_unix_ns=summary.start_unix_ns,
        end_unix_ns=summary.end_unix_ns,
        took_ms=summary.took_ms,
        links=_links(ordered),
        processes=_processes(ordered, is_live=summary.is_live),
        errors=_failures(errors),
        repeats=_repeats(ordered),
        event_count=summary.events,
        error_count=summary.errors,
        span_count=summary.spans,
        events=event_lines(
            ordered if events_max is None else _last(ordered, events_max), names=span_names(ordered)
        ),
        outline=outline(ordered),
        lost=_losses(ordered, summary),
    )


def span_names(events: Iterable[Event]) -> dict[str, str]:
    """Return the names of the spans that begin among these events, by their ids."""
    return {
        event.span_id: str(event.body.get("name", ""))
        for event in events
        if event.kind == "span.started" and event.span_id
    }


def event_lines(events: Iterable[Event], *, names: Mapping[str, str]) -> list[EventLine]:
    """Say what each event tells; the end of a span tells its name where that is among `names`."""
    return [
        EventLine(
            event_id=event.event_id,
            text=describe(event.kind, event.body, span_id=event.span_id, names=names),
            kind=event.kind,
            time=moment_text(event.time_unix_ns),
            time_unix_ns=event.time_unix_ns,
            process=event.process,
            thread=event.thread,
            task=event.task,
            span_id=event.span_id,
            body=event.body,
        )
        for event in events
    ]


def _moment(event: Event) -> tuple[int, str, int]:
    return event.time_unix_ns, event.process, event.seq


def _last(events: list[Event], number: int) -> list[Event]:
    return events[max(0, len(events) - number) :]


def _first_body(events: list[Event], kind: str) -> dict[str, Json]:
    return next((event.body for event in events if event.kind == kind), {})


def _last_body(events: list[Event], kind: str) -> dict[str, Json]:
    return _first_body(events[::-1], kind)


def _links(events: list[Event]) -> list[Link]:
    return [
        Link(
            relation=str(link.get("relation", "")),
            trace_id=str(link.get("trace_id", "")),
            span_id=link.get("span_id"),
        )
        for event in events
        if event.kind == "trace.started"
        for link in event.body.get("links", [])
    ]


def _processes(events: list[Event], *, is_live: bool) -> list[Process]:
    ended = {event.process for event in events if event.kind == "process.ended"}
    return [
        Process(
            process=event.process,
            pid=event.body.get("pid"),
            parent_pid=event.body.get("parent_pid"),
            command=event.body.get("argv", []),
            python=event.body.get("python"),
            cwd=event.body.get("cwd"),
            mode=event.body.get("mode"),
            time=moment_text(event.time_unix_ns),
            ending="ended" if event.process in ended else "running" if is_live else "killed",
        )
        for event in events
        if event.kind == "process.started"
    ]


def _failures(errors: Iterable[Event]) -> list[Failure]:
    """Order errors for reading: unhandled before handled, late before early, parts behind all."""
    shown = {error.error_id: error for error in map(failure, sorted(errors, key=_moment))}
    whole = {
        linked.error_id: error.error_id
        for error in shown.values()
        for linked in error.chain
        if linked.error_id in shown and linked.error_id != error.error_id
    }
    failures = [
        structs.replace(error, part_of=whole.get(error.error_id)) for error in shown.values()
    ]
    return sorted(
        failures, key=lambda error: (bool(error.part_of), error.is_handled, -error.time_unix_ns)
    )


def _repeats(events: list[Event]) -> list[Repeat]:
    """Count what was only counted: each identity's count begins anew with every window."""
    repeats: dict[str, Repeat] = {}
    for event in events:
        if event.kind != "error.repeated":
            continue
        fingerprint, count = str(event.body.get("fingerprint", "")), event.body.get("count", 1)
        known = repeats.get(fingerprint)
        repeats[fingerprint] = Repeat(
            type=str(event.body.get("type", "error")),
            message=str(event.body.get("message", "")),
            fingerprint=fingerprint,
            count=max(count, known.count) if known else count,
        )
    return list(repeats.values())


def _losses(events: list[Event], summary: TraceSummary) -> list[Loss]:
    losses = [
        Loss(reason=reason, count=count, process=event.process)
        for event in events
        if event.kind == "process.ended"
        for reason, count in (event.body.get("counters") or {}).items()
    ]
    losses += [
        Loss(
            reason=str(event.body.get("reason", "unknown")),
            count=event.body.get("count", 0),
            process=event.process,
        )
        for event in events
        if event.kind == "journal.dropped"
    ]
    known = sum(loss.count for loss in losses)
    if summary.dropped > known:
        losses.append(
            Loss(reason="events that were lost", count=summary.dropped - known, process=None)
        )
    return losses
