"""What is told of processes, runs, traces, spans, entries and errors: their bodies' shapes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backtrail.model.event import Body, Json

Status = Literal["ok", "error", "cancelled", "unfinished"]
"""How a span or a trace ended; `unfinished` is what a reader says of one that never did."""

Mechanism = Literal[
    "uncaught", "thread", "task", "unraisable", "decorator", "context_manager", "log", "test",
    "manual", "hang", "deadlock",
]  # fmt: skip
"""What brought an error to the recorder."""


class Link(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reference from one trace to another."""

    relation: str
    """`child.of`, `retry.of` or `replay.of`."""
    trace_id: str
    span_id: str | None = None


class ProcessStarted(Body, frozen=True, kw_only=True):
    """A process began to record."""

    pid: int
    parent_pid: int
    argv: list[str]
    executable: str
    cwd: str
    python: str
    platform: str
    host: str
    mode: str
    """`full` or `flight`."""
    session: str | None = None
    parent_process: str | None = None
    """The recording process that forked or started this one, where it is known."""
    run_id: str | None = None


class ProcessEnded(Body, frozen=True, kw_only=True):
    """A process ended in an orderly way; without this event it was killed or still lives."""

    counters: dict[str, int] = {}
    """What was lost or cut while recording, by reason."""


SHORTENED = "long or deep value of an error shortened"
"""The counter of what says itself, where it stands, how much of it is missing."""


class ClockAnchored(Body, frozen=True, kw_only=True):
    """Ties the monotonic clock of this process to the wall clock anew."""

    time_unix_ns: int


class TraceStarted(Body, frozen=True, kw_only=True):
    """A trace began: an operation of its own."""

    name: str
    links: list[Link] = []
    attributes: dict[str, Json] = {}


class TraceEnded(Body, frozen=True, kw_only=True):
    """A trace that was begun as an operation ended."""

    status: Status = "ok"


class RunStarted(Body, frozen=True, kw_only=True):
    """`backtrail run` started a program."""

    run_id: str
    command: list[str]
    cwd: str
    name: str | None = None
    """What the user calls it; otherwise the command is its name."""
    session: str | None = None
    timeout_s: float | None = None


class RunEnded(Body, frozen=True, kw_only=True):
    """A program that `backtrail run` started has ended."""

    run_id: str
    exit_code: int | None = None
    """`None` when a signal ended it."""
    signal: str | None = None
    """Name of that signal: `SIGKILL`."""
    is_timed_out: bool = False


class DebugRecorded(Body, frozen=True, kw_only=True):
    """The program called `debug`."""

    action: str
    context: str
    attributes: dict[str, Json] = {}
    data: Json = None
    state: Json = None
    ai_tags: list[str] | None = None


class LogEmitted(Body, frozen=True, kw_only=True):
    """A log record came from logging, structlog or loguru."""

    level: str
    logger: str
    message: str
    file: str | None = None
    line: int | None = None
    function: str | None = None
    attributes: dict[str, Json] = {}
    exception: str | None = None
    """`Type: message` of an exception that came with it."""
    error_id: str | None = None


class SpanStarted(Body, frozen=True, kw_only=True):
    """A span began; its id is the event's span id."""

    name: str
    parent: str | None = None
    attributes: dict[str, Json] = {}


class SpanEnded(Body, frozen=True, kw_only=True):
    """A span ended."""

    status: Status = "ok"
    error: str | None = None
    """`Type: message` of the exception that left it."""
    attributes: dict[str, Json] = {}
    """Attributes set while it ran."""


class SourceLine(Struct, frozen=True, kw_only=True):
    """One line of a source file."""

    line: int
    text: str


class Frame(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call on a stack."""

    file: str
    """As the code object has it; absolute where that is known."""
    line: int
    function: str
    """Bare name: `transfer`."""
    qualified: str
    """With its classes: `Warehouse.transfer`."""
    module: str | None = None
    code: str | None = None
    """The source line, stripped."""
    expression: str | None = None
    """The exact part of it that was being evaluated."""
    source: list[SourceLine] = []
    locals: dict[str, Json] | None = None
    locals_cut: int = 0
    """Variables left out."""
    is_app: bool = False
    """Whether it is the user's own code: not the standard library, not an installed package."""


class ExceptionInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One exception of a chain."""

    type: str
    """Bare class name: `KeyError`."""
    qualified_type: str
    """With its module: `json.decoder.JSONDecodeError`."""
    message: str
    notes: list[str] = []
    relation: str | None = None
    """How it is tied to the one that names it: `cause`, `context` or `member`."""
    parent: int | None = None
    """Index in the chain of the exception that names it."""
    frames: list[Frame] = []
    """From the raising frame outwards."""
    frames_cut: int = 0
    error_id: str | None = None
    """Set when it was recorded as an error of its own."""


class Stack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a thread or a task was doing, innermost call first."""

    name: str
    frames: list[Frame] = []
    waits_for: str | None = None
    """The lock or the task that it waits for, where that is known."""
    is_current: bool = False
    is_daemon: bool = False


class OpenSpan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A span that had begun and not ended."""

    span_id: str
    name: str
    parent: str | None = None
    started_monotonic_ns: int
    attributes: dict[str, Json] = {}


class HeldLock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lock that threads wait for."""

    name: str
    holder: str | None = None
    waiters: list[str] = []


class ErrorRaised(Body, frozen=True, kw_only=True):
    """An error, with all that is needed to understand it."""

    error_id: str
    type: str
    message: str
    mechanism: Mechanism
    is_handled: bool
    """Whether the program went on."""
    fingerprint: str
    """Identity for counting repeats: type and raising place."""
    frames: list[Frame] = []
    """Of the error itself, from the raising frame outwards; for a hang, of the stack to look at."""
    chain: list[ExceptionInfo] = []
    """The error first, then each exception tied to it."""
    chain_cut: int = 0
    trace_history: list[dict[str, Json]] = []
    """The events of the trace before it, oldest first."""
    open_spans: list[OpenSpan] = []
    threads: list[Stack] = []
    tasks: list[Stack] = []
    locks: list[HeldLock] = []
    process: dict[str, Json] = {}
    state: Json = None
    repeats_before: int = 0
    """Errors of the same identity that were only counted since the last one in full."""
    session: str | None = None


class ErrorRepeated(Body, frozen=True, kw_only=True):
    """An error of an identity that has been recorded in full often enough in this window."""

    fingerprint: str
    type: str
    message: str
    count: int
    """Repeats in this window so far."""


class JournalDropped(Body, frozen=True, kw_only=True):
    """Events were lost, and how many."""

    reason: str
    count: int
