"""An error as it is shown: what happened, where, with which values, and what came before.

The place of an error is the innermost frame of the user's own code, since that is where a person
begins to read; the frames themselves are all there, from the raising one outwards.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import ENVELOPE, Event, Json
from backtrail.model.kinds import (
    ErrorRaised,
    ExceptionInfo,
    Frame,
    HeldLock,
    OpenSpan,
    SourceLine,
    Stack,
)
from backtrail.trail.moment import moment_text
from backtrail.trail.wording import describe

HANG = "hang"
"""Mechanism, and type, of the error that stands for a program without progress."""


PLACE = (
    "file", "line", "function", "qualified", "code", "expression", "source", "locals", "locals_cut",
)  # fmt: skip
"""What is told of the frame to begin reading at."""


class Raised(Struct, frozen=True, kw_only=True):
    """An exception, and where it was raised: the innermost frame of the user's own code."""

    type: str
    """Bare class name: `KeyError`; `hang` for a program without progress."""
    message: str
    file: str | None = None
    line: int | None = None
    function: str | None = None
    qualified: str | None = None
    """The function with its classes: `Warehouse.transfer`."""
    code: str | None = None
    """The line of source."""
    expression: str | None = None
    """The exact part of it that was being evaluated."""
    source: list[SourceLine] = []
    locals: dict[str, Json] | None = None
    locals_cut: int = 0
    """Variables that were left out."""
    qualified_type: str
    """With its module: `json.decoder.JSONDecodeError`."""
    notes: list[str] = []


class LinkedError(Raised, frozen=True, kw_only=True):
    """An exception that is tied to the error."""

    relation: str | None = None
    """`cause` (raise … from), `context` (raised while it was handled) or `member` of a group."""
    parent: int | None = None
    """Index in the same list of the exception that names it; `None` is the error itself."""
    frames: list[Frame] = []
    frames_cut: int = 0
    error_id: str | None = None
    """Set when it was recorded as an error of its own."""


class Blocked(Struct, frozen=True, kw_only=True):
    """A thread or a task that stood still, and where in the user's own code."""

    thread: str | None = None
    task: str | None = None
    file: str | None = None
    line: int | None = None
    function: str | None = None
    qualified: str | None = None
    code: str | None = None
    expression: str | None = None
    source: list[SourceLine] = []
    locals: dict[str, Json] | None = None
    locals_cut: int = 0
    waits_for: str | None = None
    frames: list[Frame] = []


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """An event of the same trace from before the error."""

    text: str
    kind: str
    time: str | None
    before_ms: float | None
    """How long before the error."""
    thread: str | None
    task: str | None
    span_id: str | None
    body: dict[str, Json]


class SpanLeftOpen(Struct, frozen=True, kw_only=True):
    """A span that had begun and not ended when the error was recorded."""

    span_id: str
    name: str
    parent: str | None
    open_ms: float
    attributes: dict[str, Json]


class Failure(Raised, frozen=True, kw_only=True):
    """An error, with all that was recorded to understand it."""

    error_id: str
    trace_id: str
    part_of: str | None
    """The error of this trace whose chain it belongs to."""
    mechanism: str
    """What brought it to the recorder: `uncaught`, `thread`, `log`, `hang`, …"""
    is_handled: bool
    fingerprint: str
    repeats_before: int
    """Errors of the same identity that were only counted since the last one in full."""
    time: str
    time_unix_ns: int
    process: str
    thread: str | None
    task: str | None
    span_id: str | None
    chain: list[LinkedError]
    chain_cut: int
    frames: list[Frame]
    """From the raising frame outwards."""
    frames_cut: int
    history: list[HistoryEntry]
    """The events of the trace before it, oldest first."""
    open_spans: list[SpanLeftOpen]
    blocked: list[Blocked]
    """For a hang: who stood still in the user's own code."""
    threads: list[Stack]
    tasks: list[Stack]
    locks: list[HeldLock]
    state: Json
    process_facts: dict[str, Json]
    session: str | None


def failure(event: Event, *, part_of: str | None = None) -> Failure:
    """Turn an `error.raised` event into what is shown of it."""
    body = error_body(event)
    head, linked = _chain(body)
    return Failure(
        **_place(body.frames),
        error_id=body.error_id,
        trace_id=event.trace_id,
        part_of=part_of,
        type=body.type,
        qualified_type=head.qualified_type if head else body.type,
        message=body.message,
        notes=head.notes if head else [],
        mechanism=body.mechanism,
        is_handled=body.is_handled,
        fingerprint=body.fingerprint,
        repeats_before=body.repeats_before,
        time=moment_text(event.time_unix_ns),
        time_unix_ns=event.time_unix_ns,
        process=event.process,
        thread=event.thread,
        task=event.task,
        span_id=event.span_id,
        chain=linked,
        chain_cut=body.chain_cut,
        frames=body.frames,
        frames_cut=head.frames_cut if head else 0,
        history=[_history_entry(entry, event) for entry in body.trace_history],
        open_spans=[_left_open(span, event) for span in body.open_spans],
        blocked=_blocked(body) if body.mechanism == HANG else [],
        threads=body.threads,
        tasks=body.tasks,
        locks=body.locks,
        state=body.state,
        process_facts=body.process,
        session=body.session,
    )


def error_body(event: Event) -> ErrorRaised:
    """Read the body of an `error.raised` event; what does not fit its shape is left out."""
    try:
        return msgspec.convert(event.body, ErrorRaised)
    except msgspec.ValidationError:
        return _readable_part(event)


def innermost_app_frame(frames: list[Frame]) -> Frame | None:
    """Return the frame to begin reading at: the innermost of the user's own, else the innermost."""
    return next((frame for frame in frames if frame.is_app), frames[0] if frames else None)


def _readable_part(event: Event) -> ErrorRaised:
    """Keep the members that fit: a line that was too long is cut to some of them."""
    kept: dict[str, Any] = {
        "error_id": event.event_id,
        "type": "error",
        "message": "",
        "mechanism": "manual",
        "is_handled": False,
        "fingerprint": "",
    }
    for name, value in event.body.items():
        try:
            msgspec.convert({**kept, name: value}, ErrorRaised)
        except msgspec.ValidationError:
            continue
        kept[name] = value
    return msgspec.convert(kept, ErrorRaised)


def _place(frames: list[Frame]) -> dict[str, Any]:
    frame = innermost_app_frame(frames)
    if frame is None:
        return {}
    return {name: getattr(frame, name) for name in PLACE}


def _chain(body: ErrorRaised) -> tuple[ExceptionInfo | None, list[LinkedError]]:
    """Take the error itself off the head of its chain, and number the rest anew."""
    if not body.chain:
        return None, []
    head, *rest = body.chain
    return head, [
        LinkedError(
            **_place(linked.frames),
            type=linked.type,
            qualified_type=linked.qualified_type,
            message=linked.message,
            notes=linked.notes,
            relation=linked.relation,
            parent=linked.parent - 1 if linked.parent else None,
            frames=linked.frames,
            frames_cut=linked.frames_cut,
            error_id=linked.error_id,
        )
        for linked in rest
    ]


def _history_entry(entry: dict[str, Any], error: Event) -> HistoryEntry:
    """Read a line of the journal as the ring kept it."""
    at_ns = entry.get("t")
    before_ns = error.monotonic_ns - at_ns if isinstance(at_ns, int) else None
    body = {name: value for name, value in entry.items() if name not in ENVELOPE}
    kind = str(entry.get("kind", "debug.recorded"))
    return HistoryEntry(
        text=describe(kind, body, span_id=entry.get("span")),
        kind=kind,
        time=None if before_ns is None else moment_text(error.time_unix_ns - before_ns),
        before_ms=None if before_ns is None else max(0, before_ns) / NS_PER_MS,
        thread=entry.get("thread"),
        task=entry.get("task"),
        span_id=entry.get("span"),
        body=body,
    )


def _left_open(span: OpenSpan, error: Event) -> SpanLeftOpen:
    return SpanLeftOpen(
        span_id=span.span_id,
        name=span.name,
        parent=span.parent,
        open_ms=max(0, error.monotonic_ns - span.started_monotonic_ns) / NS_PER_MS,
        attributes=span.attributes,
    )


def _blocked(body: ErrorRaised) -> list[Blocked]:
    """Name who stood still in the user's own code; idle workers of libraries are left out."""
    threads = [
        Blocked(**_place(stack.frames), thread=stack.name, **_waiting(stack))
        for stack in body.threads
        if any(frame.is_app for frame in stack.frames)
    ]
    tasks = [
        Blocked(**_place(stack.frames), task=stack.name, **_waiting(stack))
        for stack in body.tasks
        if any(frame.is_app for frame in stack.frames)
    ]
    return threads + tasks


def _waiting(stack: Stack) -> dict[str, Any]:
    return {"waits_for": stack.waits_for, "frames": stack.frames}
