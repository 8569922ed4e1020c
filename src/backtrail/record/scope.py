"""Where the program is: which trace, which span, which thread and task.

The present scope is held in a context variable, so it follows `await` and tasks by itself, and
threads and processes where `attach.propagate` hands it on. A span's end sets the variable back to
the nearest scope that has not ended; a token is never reset, because generators and tasks end in
contexts other than the one they began in.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident, get_native_id
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backtrail.model import ids
from backtrail.record import journal
from backtrail.record.capture.redact import clean_text
from backtrail.record.ring import TraceBuffer

encode = msgspec.json.Encoder().encode

Lines = deque[bytes]


class Trace(Struct):
    """A trace that this process takes part in."""

    trace_id: str
    name: str
    ring: deque[Any]
    """Its recent entries as encoded lines, oldest first."""
    started_ns: int
    remote_parent: str | None = None
    """Span id, in another process, that our outermost spans are children of."""
    held: Lines | None = None
    """Lines held back in flight mode; `None` where they are written at once."""
    evicted: int = 0
    """Lines that were held back and gave way to later ones."""
    first: Any = None
    """The span that it began with, and so ends with."""
    is_ended: bool = False


class Lane(Struct, frozen=True):
    """What all events of one trace, thread and task have in common, encoded once."""

    trace: Trace
    thread: int
    """Identity of the thread it is for."""
    task: int
    """Identity of the asyncio task it is for; 0 outside of any."""
    keep: Callable[[bytes], None]
    """Puts an entry's line, without its newline, into the ring of the trace."""
    head: bytes
    """The envelope from the trace id on, for splicing in as one raw value."""
    started: Raw
    ended: Raw
    ended_well: Raw
    """The same with the status, for a span that has nothing more to say."""
    debug: dict[str, Raw]
    """By context, for the lines of debug entries."""
    is_process_top: bool = False
    """Whether it is that of the process's own trace, where a span begins a trace of its own."""


_no_trace = Trace(trace_id="", name="", ring=deque(maxlen=0), started_ns=0)
NO_LANE = Lane(_no_trace, 0, 0, _no_trace.ring.append, b"", Raw(), Raw(), Raw(), {})
"""The lane of what is in no trace: it belongs to no thread, so every fast path turns away."""


class Scope:
    """A place in a trace: its top, or an open span. The present one is in a context variable.

    Its attributes are slots: those of a `Struct` take four times as long to set.
    """

    __slots__ = ("attributes", "is_ended", "lane", "name", "origin", "outer", "span_id")

    def __init__(
        self,
        name: str,
        attributes: dict[str, Any],
        lane: Lane = NO_LANE,
        span_id: str | UnsetType = UNSET,
        outer: Scope | None = None,
        *,
        origin: Scope | None = None,
    ) -> None:
        """Make a place; one with an origin stands in for it, in another thread or task."""
        self.name = name
        self.attributes = attributes
        self.lane = lane
        self.span_id = span_id
        self.outer = outer
        self.origin = origin
        self.is_ended = False

    @property
    def trace(self) -> Trace:
        """The trace that it is in."""
        return self.lane.trace

    @property
    def own(self) -> Scope:
        """The scope itself, also where another one stands in for it."""
        return self if self.origin is None else self.origin

    @property
    def has_ended(self) -> bool:
        """Whether the trace that it is the top of has ended; a span says so for itself."""
        return self.lane.trace.is_ended if self.origin is None else self.origin.has_ended


NOWHERE = Scope("", {})
"""The scope before there is any."""

variable: ContextVar[Scope] = ContextVar("backtrail_scope", default=NOWHERE)
get: Callable[[], Scope] = variable.get
activate: Callable[[Scope], object] = variable.set

may_hold = False
"""Whether any trace has ever been told to hold back its lines: if not, none needs to be asked."""

span_ids: Iterator[str] = ids.span_ids(0)
"""Ids for new spans, such as no other process makes; begun anew in a forked child."""

traces = TraceBuffer()
"""The rings of all traces, by id."""

running_tasks: dict[Any, Any] = {}
"""asyncio's own table of the task that each running loop is in; empty while no loop runs."""


def _nothing() -> None:
    """Do nothing on first use: recording was started already."""


on_first_use: Callable[[], None] = _nothing
"""Starts recording when the program just uses it; set by `switch`."""


class _Process(Struct):
    """What is the same for the whole process."""

    root: Trace | None = None
    main_thread: int = 0
    inherited: str | None = None
    """`traceparent` that the process was started with."""
    held_lines: int = 0
    """Lines that a trace holds back in flight mode; 0 in full mode."""


_process = _Process()
_named: dict[str, Trace] = {}
"""Traces that the program named by their ids, oldest first."""


def begin_process(*, inherited: str | None, is_child: bool = False) -> None:
    """Start afresh: at the start of recording, and in a forked child.

    A forked child goes on in the trace of its parent, whose open spans it does not own.
    """
    global span_ids  # noqa: PLW0603 - one recorder per process
    span_ids = ids.span_ids(int.from_bytes(os.urandom(8)))
    if is_child:
        _process.main_thread = get_ident()
        for trace in (_process.root, get().trace):
            if trace is not None and trace.held is not None:
                # They are the parent's to write.
                trace.held.clear()
        return
    _process.main_thread = _main_thread()
    _process.inherited = inherited
    _process.root = None
    activate(NOWHERE)


def _main_thread() -> int:
    """Return the identity of the main thread, also when another one begins to record."""
    threading = sys.modules.get("threading")
    main = getattr(threading, "_main_thread", None)
    ident = getattr(main, "ident", None)
    return ident if isinstance(ident, int) else get_ident()


def new_trace(name: str, *, trace_id: str | None = None) -> Trace:
    """Make a trace of this process, with its ring."""
    clock = journal.clock()
    if trace_id is None:
        # Nobody else knows its id, so its ring lives just as long as the trace.
        trace_id = ids.uuid7(clock.time_unix_ns(), os.urandom(10))
        ring: deque[Any] = deque(maxlen=traces.max_entries)
    else:
        ring = traces.ring(trace_id)
    trace = Trace(trace_id=trace_id, name=name, ring=ring, started_ns=clock.monotonic_ns())
    if _process.held_lines:
        trace.held = deque(maxlen=_process.held_lines)
    return trace


def root() -> Trace:
    """Return the trace of everything that belongs to no other: that of the process."""
    if _process.root is None:
        handed_on = ids.parse_traceparent(_process.inherited or "")
        trace_id, span_id = handed_on or (None, None)
        _process.root = new_trace("process", trace_id=trace_id)
        _process.root.remote_parent = span_id
    return _process.root


def current() -> Scope:
    """Return the present scope, settled for this thread and task; made if there is none."""
    scope = get()
    if scope.lane.thread != get_ident() or running_tasks:
        scope = settled(scope)
    return scope


def peek() -> Scope | None:
    """Return the present scope if there is one, and change nothing."""
    scope = get()
    return None if scope is NOWHERE else scope


def settled(scope: Scope) -> Scope:
    """Return the scope as it is for this thread and task, and make it the present one."""
    thread = get_ident()
    task_id, task_name = _task() if running_tasks else (0, None)
    lane = scope.lane
    if lane.thread == thread and lane.task == task_id:
        return scope
    if scope is NOWHERE:
        on_first_use()
        scope = at_top(root())
    else:
        lane = _make_lane(lane.trace, thread, task_id, task_name)
        scope = Scope(
            scope.name, scope.attributes, lane, scope.span_id, scope.outer, origin=scope.own
        )
    activate(scope)
    return scope


def at_top(trace: Trace, *, outer: Scope | None = None) -> Scope:
    """Return the scope at the top of a trace, for this thread and task."""
    task_id, task_name = _task() if running_tasks else (0, None)
    lane = _make_lane(trace, get_ident(), task_id, task_name)
    return Scope(trace.name, {}, lane, trace.remote_parent or UNSET, outer)


def _make_lane(trace: Trace, thread: int, task_id: int, task_name: str | None) -> Lane:
    head = encode(trace.trace_id)
    if thread != _process.main_thread:
        head += b',"thread":' + encode(thread_name(thread))
    if task_name is not None:
        head += b',"task":' + encode(task_name)
    return Lane(
        trace=trace,
        thread=thread,
        task=task_id,
        keep=trace.ring.append,
        head=head,
        started=Raw(head + b',"kind":"span.started"'),
        ended=Raw(head + b',"kind":"span.ended"'),
        ended_well=Raw(head + b',"kind":"span.ended","status":"ok"'),
        debug={},
        is_process_top=trace is _process.root and _process.inherited is None,
    )


def thread_name(thread: int) -> str:
    """Return `name:native id` of this thread, without making `threading` adopt it."""
    threading = sys.modules.get("threading")
    known = getattr(threading, "_active", {}).get(thread)
    name = getattr(known, "_name", None)
    return f"{clean_text(name) if isinstance(name, str) else 'thread'}:{get_native_id()}"


def _task() -> tuple[int, str | None]:
    """Return identity and name of the running asyncio task."""
    asyncio = sys.modules["asyncio"]
    task = running_tasks.get(asyncio._get_running_loop())  # noqa: SLF001 - documented, C-speed
    if task is None:
        return 0, None
    try:
        return id(task), clean_text(str(task.get_name()))
    except Exception:  # noqa: BLE001 - a task class of the program's own
        return id(task), None


def leave(scope: Scope) -> None:
    """Go back from a scope whose span has ended, past every other that has ended too.

    Where the program is elsewhere by now, in a scope that goes on, it stays there.
    """
    present = get()
    if present.own is not scope.own and not present.has_ended:
        return
    back = present.outer
    while back is not None and back.has_ended:
        back = back.outer
    activate(back if back is not None else at_top(root()))


def step_out(scope: Scope) -> Scope:
    """Leave a scope for a while, and return the one to step in to again."""
    present = get()
    if scope.outer is not None:
        activate(scope.outer)
    return present


def step_in(scope: Scope, inner: Scope) -> None:
    """Go on in a scope that was left for a while; its end will lead back to where we are."""
    present = get()
    if present.own is not scope.own:
        scope.outer = inner.outer = present if inner.own is scope.own else inner.outer
    activate(inner)


def find(trace_id: str) -> Trace:
    """Return the trace of an id that the program names, made if it must be."""
    present = get().trace
    if present.trace_id == trace_id:
        return present
    trace = _named.get(trace_id)
    if trace is None:
        trace = _named[trace_id] = new_trace("", trace_id=trace_id)
        if len(_named) > traces.max_traces:
            _named.pop(next(iter(_named)), None)
    return trace


def hold_lines(number: int) -> None:
    """Let traces made from here on hold back so many lines; 0 writes them at once."""
    global may_hold  # noqa: PLW0603 - one recorder per process
    _process.held_lines = number
    may_hold = may_hold or number > 0


def hold(trace: Trace) -> None:
    """Let a trace hold back its lines from here on."""
    trace.held = deque(maxlen=_process.held_lines)


def adopt(traceparent: str) -> Scope:
    """Return a scope whose spans are children of one in another process.

    What is no valid `traceparent` gives the top of the process's own trace.
    """
    parsed = ids.parse_traceparent(traceparent)
    if parsed is None:
        return at_top(root())
    trace_id, span_id = parsed
    is_own = trace_id == root().trace_id
    trace = root() if is_own else new_trace("", trace_id=trace_id)
    scope = at_top(trace)
    scope.span_id = span_id or UNSET
    return scope


def get_current_trace_id() -> str:
    """Return the id of the trace that the program is in: 32 hex digits."""
    return current().trace.trace_id


def traceparent() -> str:
    """Return the W3C `traceparent` that hands the present span on to another process."""
    scope = current()
    span_id = scope.span_id
    return ids.traceparent(scope.trace.trace_id, None if span_id is UNSET else str(span_id))


def attach_trace_history(entry: dict[str, Any], trace_id: str) -> dict[str, Any]:
    """Give an entry with the action `error_occurred` the history of a trace, and return it.

    `trace_history` holds the entries before it, oldest first, never itself and without histories
    of their own. Any other entry is returned unchanged.
    """
    present = get().trace
    own = present.ring if present.trace_id == trace_id else None
    return traces.attach_history(entry, trace_id, ring=own)


def envelope(scope: Scope) -> bytes:
    """Return the envelope of an event in a scope, to be spliced in behind `"trace":`."""
    if scope.span_id is UNSET:
        return scope.lane.head
    return scope.lane.head + b',"span":"' + str(scope.span_id).encode() + b'"'
