"""The vocabulary: every kind of event, and the shape of its body.

A kind is never redefined: a changed body is a new version with a one-step upgrader. JSON Schema
and `docs/events.md` are made from this table. The recorder does not load it: a program pays only
for the kinds that it records.
"""

from __future__ import annotations

from msgspec import Struct

from backtrail.model import changes, effects, kinds
from backtrail.model.event import Body, Place

KINDS: dict[str, type[Body]] = {
    "process.started": kinds.ProcessStarted,
    "process.ended": kinds.ProcessEnded,
    "clock.anchored": kinds.ClockAnchored,
    "trace.started": kinds.TraceStarted,
    "trace.ended": kinds.TraceEnded,
    "run.started": kinds.RunStarted,
    "run.ended": kinds.RunEnded,
    "debug.recorded": kinds.DebugRecorded,
    "log.emitted": kinds.LogEmitted,
    "span.started": kinds.SpanStarted,
    "span.ended": kinds.SpanEnded,
    "error.raised": kinds.ErrorRaised,
    "error.repeated": kinds.ErrorRepeated,
    "journal.dropped": kinds.JournalDropped,
    "http.called": effects.HttpCalled,
    "llm.called": effects.LlmCalled,
    "rate.limited": effects.RateLimited,
    "file.opened": effects.FileOpened,
    "file.changed": effects.FileChanged,
    "directory.changed": effects.DirectoryChanged,
    "environment.read": effects.EnvironmentRead,
    "environment.changed": effects.EnvironmentChanged,
    "subprocess.started": effects.SubprocessStarted,
    "subprocess.ended": effects.SubprocessEnded,
    "sql.executed": effects.SqlExecuted,
    "clock.read": effects.ClockRead,
    "exception.handled": changes.ExceptionHandled,
    "state.changed": changes.StateChanged,
    "lock.requested": changes.LockRequested,
    "lock.acquired": changes.LockAcquired,
    "lock.released": changes.LockReleased,
    "lock.timed_out": changes.LockTimedOut,
    "lock.used": changes.LockUsed,
    "validation.failed": changes.ValidationFailed,
    "operation.measured": changes.OperationMeasured,
}
"""Every kind by its name."""

SHAPES: tuple[type[Struct], ...] = (
    *KINDS.values(),
    kinds.ExceptionInfo,
    kinds.Frame,
    kinds.HeldLock,
    kinds.Link,
    kinds.OpenSpan,
    kinds.SourceLine,
    kinds.Stack,
    Place,
)
"""Every shape that a line of a journal may hold: bodies, and what stands inside them."""
