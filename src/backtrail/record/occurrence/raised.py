"""An exception becomes one error record, however many layers see it.

The record is built of what `capture` finds, encoded once, searched once for copies of secrets,
written to the journal and synced; its file follows at once or later. It may be called from a
signal handler, from `__del__` or while the interpreter shuts down: no lock is waited for but the
journal's own, which its thread may take again.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import msgspec
from msgspec import Raw

from backtrail.model import ids
from backtrail.model.kinds import (
    SHORTENED,
    ErrorRaised,
    ErrorRepeated,
    Frame,
    Mechanism,
)
from backtrail.model.limits import ERROR_BYTES_MAX
from backtrail.record import guard, journal, scope, sink, switch
from backtrail.record.capture.failure import (
    Failure,
    error_id_of,
    failure,
    mark,
    safe_message,
    traceback_of,
)
from backtrail.record.capture.frames import Call, calls_of_traceback
from backtrail.record.capture.redact import clean_text, is_clean, scrub
from backtrail.record.capture.secrets.command import clean_command
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.stacks import thread_stacks
from backtrail.record.capture.tasks import task_stacks
from backtrail.record.capture.values.shapes import module_and_name, type_name
from backtrail.record.capture.values.walk import Walk
from backtrail.record.occurrence import repeats, synced
from backtrail.record.occurrence.bundle import write_bundle, write_later
from backtrail.record.occurrence.spans import shown_spans, spans_around
from backtrail.record.ring import history_json
from backtrail.record.scope import Scope

_FRAMES_WITH_LOCALS = (10, 3, 1, 0)
"""How many of the innermost frames keep their variables when a record is too large."""

_NO_BODY = Raw(b"{}")
_HISTORY = b',"trace_history":'
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)
"""What is called for the state that it returns; any other object is itself the state."""
_encode = msgspec.json.Encoder().encode
before_error: list[Callable[[BaseException], object]] = []
"""Told of an error before it is recorded, to record what bears on it."""
_busy: set[int] = set()
"""Threads that are recording an error; one that fails meanwhile is only counted."""


def capture_exception(
    error: BaseException,
    *,
    mechanism: Mechanism = "manual",
    is_handled: bool | None = None,
    state: Any = None,
) -> str | None:
    """Record an exception with everything that is needed to understand it.

    The same exception is recorded once, however often this is called for it. Repeats of the same
    error, by type and raising place, are counted after the first few.

    Whether the program goes on is told by `is_handled`; unless given, only errors that the program
    itself records count as handled. `state` is a value, or a function that returns one, to be
    kept with the error.

    Returns:
        The id of the error's record; `None` when it was only counted or nothing was recorded.
    """
    thread = get_ident()
    if thread in _busy:
        guard.count("error while recording an error")
        return None
    _busy.add(thread)
    try:
        return _capture(error, mechanism, is_handled=is_handled, state=state)
    except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.count("error not recorded")
        guard.broke("capture_exception", fault)
        return None
    finally:
        _busy.discard(thread)


def _silent(*_: Any, **__: Any) -> str | None:
    return None


switch.rebind_when_disabled(capture_exception, _silent)


def _capture(
    error: BaseException, mechanism: Mechanism, *, is_handled: bool | None, state: Any
) -> str | None:
    known_id = error_id_of(error)
    if known_id is not None:
        return known_id or None
    here = scope.current()
    clock = journal.clock()
    calls = calls_of_traceback(traceback_of(error))
    seen = repeats.seen(_identity(error, calls), clock.monotonic_ns())
    if not repeats.is_full(seen):
        mark(error, "")
        _count_repeat(error, seen, here)
        return None
    error_id = ids.uuid7(clock.time_unix_ns(), os.urandom(10))
    mark(error, error_id)
    _tell_before(error)
    walk = Walk()
    taken = failure(error, walk, calls)
    record(
        here,
        walk,
        taken,
        error_id=error_id,
        mechanism=mechanism,
        is_handled=mechanism in {"manual", "log"} if is_handled is None else is_handled,
        state=_state(state, walk),
        fingerprint=seen.fingerprint,
        repeats_before=seen.unreported,
    )
    seen.unreported = 0
    return error_id


def _tell_before(error: BaseException) -> None:
    for tell in before_error:
        try:
            tell(error)
        except Exception as fault:  # noqa: BLE001 - one that fails must not cost the record
            guard.broke("before an error", fault)


def record(here: Scope, walk: Walk, taken: Failure, *, error_id: str, **members: Any) -> None:
    """Write an error record of what was taken of a failure, with further members, in a scope."""
    if "threads" not in members:
        members["threads"] = thread_stacks(walk, without=get_ident())
        members["tasks"] = task_stacks(walk)
        members["open_spans"] = shown_spans(spans_around(here), walk)
    body = ErrorRaised(
        error_id=error_id,
        type=taken.type,
        message=taken.message,
        frames=taken.frames,
        chain=taken.chain,
        chain_cut=taken.chain_cut,
        process=process_facts(),
        session=switch.current_settings().session,
        **members,
    )
    taints = _searchable(walk, here)
    encoded = scrub(_encoded(body), taints)
    history = scrub(history_json(here.trace.ring), taints)
    head = journal.event_line("error.raised", _NO_BODY, trace=scope.envelope(here))
    # With its history a record is large: it is put together once.
    members_of_body = memoryview(encoded)[1:-1]
    line = b"".join((head[:-1], b",", members_of_body, _HISTORY, history, b"}\n"))
    sink.keep(here.trace)
    sink.write(here, line)
    is_last_word = members["mechanism"] in synced.LAST_WORDS
    synced.up_to_here(len(line), must=is_last_word)
    home = journal.directory()
    if home is not None:
        (write_bundle if is_last_word else write_later)(home, error_id, line)
    if walk.cuts:
        guard.count(SHORTENED, walk.cuts)


def _identity(error: BaseException, calls: list[Call]) -> tuple[object, ...]:
    """Return what two occurrences of the same error have in common: type and raising place."""
    kind = type_name(type(error))
    if not calls:
        return (kind,)
    frame, _, line = calls[0]
    code = frame.f_code
    return (kind, code.co_filename.rpartition(os.sep)[2], code.co_qualname, line)


def process_facts() -> dict[str, Any]:
    """Return what is worth knowing of the process at this moment."""
    global _steady_facts  # noqa: PLW0603 - found out once
    if _steady_facts is None:
        _steady_facts = {
            "python": sys.version.split()[0],
            "executable": sys.executable,
            "argv": clean_command(getattr(sys, "orig_argv", sys.argv)),
        }
    return {
        "pid": os.getpid(),
        "process": journal.process_id(),
        "time_unix_ns": journal.clock().time_unix_ns(),
        "cwd": _working_directory(),
        **_steady_facts,
    }


_steady_facts: dict[str, Any] | None = None


def _working_directory() -> str | None:
    try:
        path = os.getcwd()
    except OSError:
        return None
    return path if is_clean(path) else clean_text(path)


def _count_repeat(error: BaseException, seen: repeats.Seen, here: Scope) -> None:
    if not repeats.is_worth_writing(seen.repeats):
        return
    walk = Walk()
    body = ErrorRepeated(
        fingerprint=seen.fingerprint,
        type=module_and_name(type(error))[1].rpartition(".")[2],
        message=safe_message(error, walk),
        count=seen.repeats,
    )
    encoded = scrub(_encode(body), walk.taints)
    sink.record_event("error.repeated", Raw(encoded), here=here)


def _state(state: Any, walk: Walk) -> Any:
    """Return the state that was given with the error, as JSON."""
    if state is None:
        return None
    if type(state) in _FUNCTIONS:
        try:
            state = state()
        except Exception as error:  # noqa: BLE001 - the program's own function may raise anything
            return {"$type": "state", "$broken": type_name(type(error))}
    return snapshot(state, name="state", walk=walk)


def _searchable(walk: Walk, here: Scope) -> set[str]:
    """Return the taints whose removal leaves the record what it is: its ids and places stay."""
    taints = walk.taints
    if not taints:
        return taints
    paths = f"{_working_directory()} {sys.executable} {sys.prefix}"
    steady = f"{here.trace.trace_id} {journal.process_id()} {paths}"
    return {taint for taint in taints if taint not in steady}


def _encoded(body: ErrorRaised) -> bytes:
    """Encode a record; one that is too large loses variables from the outermost frames on."""
    encoded = _encode(body)
    for keep in _FRAMES_WITH_LOCALS:
        if len(encoded) <= ERROR_BYTES_MAX:
            return encoded
        body = _slimmer(body, keep)
        guard.count("variables of an error cut")
        encoded = _encode(body)
    return encoded


def _slimmer(body: ErrorRaised, keep: int) -> ErrorRaised:
    """Return a record whose outer frames have no variables; nor have those of other stacks."""
    replace = msgspec.structs.replace

    def slim(frames: list[Frame]) -> list[Frame]:
        head = frames[:keep]
        rest = [
            replace(f, locals=None, locals_cut=f.locals_cut + len(f.locals or ()), source=[])
            for f in frames[keep:]
        ]
        return head + rest

    return replace(
        body,
        frames=slim(body.frames),
        chain=[replace(info, frames=slim(info.frames)) for info in body.chain],
        threads=[replace(stack, frames=slim(stack.frames)) for stack in body.threads],
        tasks=[replace(stack, frames=slim(stack.frames)) for stack in body.tasks],
    )
