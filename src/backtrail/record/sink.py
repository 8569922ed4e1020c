"""Where a scope's events go: to the journal at once, or held back until the trace is kept.

In flight mode only rings and held lines exist, in memory; a trace reaches the journal when it
errs, when it was slow, or when the program asks for it. What is kept is written as it was
recorded, and the trace is written through from then on.
"""

from __future__ import annotations

from msgspec import Raw

from backtrail.model import limits
from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Body
from backtrail.model.kinds import JournalDropped
from backtrail.record import guard, journal, scope
from backtrail.record.scope import Scope, Trace


def record_event(
    kind: str,
    body: Body | Raw | dict[str, object],
    *,
    here: Scope | None = None,
    span_id: str | None = None,
    is_entry: bool = False,
    is_kept: bool = False,
) -> bytes:
    """Append an event to the trace of a scope and return its line, without the newline.

    It belongs to the present scope, and to that scope's span, unless others are given. An entry
    enters the ring, and so the history of a later error. A trace that is held back is written
    because of an event that `is_kept`.
    """
    here = here or scope.current()
    if span_id is None:
        trace = scope.envelope(here)
    else:
        trace = here.lane.head + b',"span":"' + span_id.encode() + b'"'
    line = journal.event_line(kind, body, trace=trace)
    if is_entry:
        here.lane.keep(line)
    if is_kept:
        keep(here.trace)
    write(here, line + b"\n")
    return line


def write(here: Scope, line: bytes) -> None:
    """Write a line of a scope's trace, or hold it back."""
    trace = here.lane.trace
    held = trace.held
    if held is None:
        journal.append(line)
        return
    if len(held) == held.maxlen:
        guard.count("held event evicted")
        trace.evicted += 1
    held.append(line)
    if trace.held is not held:
        # Another thread kept the trace meanwhile, and may have passed this line over.
        _write_out(held)


def set_mode(mode: str) -> None:
    """Change, from the next event on, whether traces are written at once or held back."""
    if mode == "flight":
        scope.hold_lines(limits.FLIGHT_LINES_MAX)
        scope.hold(scope.root())
    else:
        scope.hold_lines(0)
        keep(scope.root())
        if present := scope.peek():
            keep(present.trace)


def keep(trace: Trace) -> None:
    """Write all that is held back of a trace, and write it through from here on."""
    held, trace.held = trace.held, None
    if held is None:
        return
    if trace.evicted:
        dropped, trace.evicted = trace.evicted, 0
        own = scope.encode(trace.trace_id)
        body = JournalDropped(reason="held back for too long", count=dropped)
        journal.write_event("journal.dropped", body, trace=own)
    _write_out(held)


def _write_out(held: scope.Lines) -> None:
    """Write lines that were held back, each once, however many threads are at it."""
    while True:
        try:
            line = held.popleft()
        except IndexError:
            return
        journal.append(line)


def keep_trace() -> None:
    """Keep the present trace: in flight mode it is written from its beginning."""
    keep(scope.current().trace)


def end_trace(trace: Trace, *, took_ns: int) -> None:
    """Let go of a trace that has ended: write it if it was slow, else forget what was held."""
    if trace.held is not None:
        if slow_ns is not None and took_ns >= slow_ns:
            keep(trace)
        else:
            trace.held.clear()
    trace.is_ended = True


slow_ns: float | None = None
"""In flight mode, a trace that took longer is written."""


def set_slow(milliseconds: float | None) -> None:
    """Say from which duration on a trace is slow; `None` is never."""
    global slow_ns  # noqa: PLW0603 - one recorder per process
    slow_ns = None if milliseconds is None else milliseconds * NS_PER_MS
