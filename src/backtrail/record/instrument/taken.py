"""An exception that was taken becomes an event, unless its place has told of many already."""

from __future__ import annotations

from _thread import get_ident
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any, Literal

from msgspec import Struct

from backtrail.model.changes import ExceptionHandled
from backtrail.model.clock import NS_PER_S
from backtrail.model.event import Json, Place
from backtrail.model.limits import (
    FRAMES_MAX,
    HANDLED_CALLS_MAX,
    HANDLED_CHAIN_MAX,
    HANDLED_FULL_MAX,
    HANDLED_MAX,
    HANDLED_TYPES_MAX,
    HANDLED_WINDOW_MAX,
    HANDLED_WINDOW_S,
    LOG_THREADS_MAX,
)
from backtrail.record import guard, journal
from backtrail.record.capture.callers import app_frame
from backtrail.record.capture.failure import described, tied, traceback_of
from backtrail.record.capture.frames import Call, calls_of_traceback, kept_frames
from backtrail.record.capture.places import is_app_file, place_of
from backtrail.record.capture.values.message import message_of, message_of_arguments
from backtrail.record.capture.values.namespace import forget_variables
from backtrail.record.capture.values.reach import taint_from, without
from backtrail.record.capture.values.shapes import module_and_name, mro_of, namespace_of, type_name
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.origin import tell

How = Literal["except", "suppress", "log", "future", "protocol"]


_LOOK_EACH = 16
"""Exceptions at a place that has told enough, after which it is asked again; all doublings that
come so late are among them."""


class _Count(Struct):
    """How often exceptions of one type were taken at one place."""

    total: int = 0
    due: int = 0
    """The total from which on it is asked whether the next one is told."""
    told: int = 0
    """Events of this window."""
    since_ns: int = 0


class Firings:
    """What one place has taken so far, type by type."""

    __slots__ = ("by_type",)

    def __init__(self) -> None:
        self.by_type: dict[int, _Count] = {}

    def next(self, kind: type) -> _Count | None:
        """Count one more; return the count if it may be worth an event."""
        count = self.by_type.get(id(kind))
        if count is None:
            if len(self.by_type) >= HANDLED_TYPES_MAX:
                self.by_type.clear()
            count = self.by_type[id(kind)] = _Count()
        count.total += 1
        return count if count.total >= count.due else None


def _is_told(count: _Count) -> bool:
    """Tell whether one more is told: as many as a window may have, then every doubling."""
    now_ns = journal.clock().monotonic_ns()
    if now_ns - count.since_ns > HANDLED_WINDOW_S * NS_PER_S:
        count.since_ns, count.told = now_ns, 0
    is_doubling = not count.total & (count.total - 1)
    if count.told >= HANDLED_MAX and not is_doubling:
        count.due = count.total + _LOOK_EACH - count.total % _LOOK_EACH
        return False
    if not _window.has_room(now_ns):
        return False
    count.told += 1
    return True


class _Window:
    """How many events all places together have made of late."""

    def __init__(self) -> None:
        self.since_ns = 0
        self.told = 0

    def has_room(self, now_ns: int) -> bool:
        """Tell whether one more may be made, and count it."""
        if now_ns - self.since_ns > HANDLED_WINDOW_S * NS_PER_S:
            self.since_ns, self.told = now_ns, 0
        if self.told >= HANDLED_WINDOW_MAX:
            guard.count("handled exception not recorded")
            return False
        self.told += 1
        return True


_window = _Window()
_last: dict[int, tuple[int, int, int, int, int]] = {}
"""By thread, the exception that was taken last: identities of it, of its traceback, of the code
that this begins in with the instruction, and of the place that took it."""


class _Switch:
    """Whether anything is told: the sites stay where they are when nobody wants it any more."""

    is_on = False


def begin() -> None:
    """Tell from here on what is taken."""
    _Switch.is_on = True


def take(error: BaseException, frame: FrameType, firings: Firings, how: How) -> None:
    """Record an exception that a frame of the program's own takes at this moment."""
    count = firings.next(type(error)) if _Switch.is_on else None
    if count is None:
        return
    if _is_known(error, firings):
        count.total -= 1
    elif _is_told(count):
        _tell(error, frame, count, how)


def end() -> None:
    """Tell no more, and start afresh the next time."""
    _Switch.is_on = False
    _last.clear()
    _window.since_ns = 0


def without_us() -> tuple[Any, ...]:
    """Return what `__reduce__` of a site says: where its code is sent to, there is one that is off.

    Nothing of ours may be needed there.
    """
    return (SimpleNamespace, (), {"on": False, "too_deep": RecursionError})


def _is_known(error: BaseException, firings: Firings) -> bool:
    """Tell whether the exception was taken before, further in, and goes on outwards.

    Nothing of it may be kept, and another one may come to lie where it lay. But only one that
    goes on has the very traceback in its own, and another place takes it.
    """
    traceback: TracebackType | None = traceback_of(error)
    if traceback is None:
        return False
    thread = get_ident()
    known = _last.get(thread)
    if len(_last) >= LOG_THREADS_MAX:
        _last.clear()
    code = id(traceback.tb_frame.f_code)
    _last[thread] = (id(error), id(traceback), code, traceback.tb_lasti, id(firings))
    if known is None or known[0] != id(error) or known[4] == id(firings):
        return False
    while traceback is not None:
        # The next exception often lies where the last one lay, and so does its traceback.
        at = (id(traceback), id(traceback.tb_frame.f_code), traceback.tb_lasti)
        if at == known[1:4]:
            return True
        traceback = traceback.tb_next
    return False


def _tell(error: BaseException, frame: FrameType, count: _Count, how: How) -> None:
    walk = Walk()
    stack = calls_of_traceback(traceback_of(error))
    calls = [call for call in stack if _is_app(call)]
    values = _variables(calls[:1], walk) if count.told <= HANDLED_FULL_MAX else {}
    message = _message(error, walk)
    taint_from(error, walk)
    chain = [described(other, walk) for other, _, _ in tied(error)[0][1 : HANDLED_CHAIN_MAX + 1]]
    handler = app_frame(frame)
    body = ExceptionHandled(
        type=module_and_name(type(error))[1].rpartition(".")[2],
        qualified_type=type_name(type(error)),
        message=without(message, walk),
        how=how,
        raised=_place(calls[0]) if calls else None,
        handler=handler and _place((handler, handler.f_lasti, handler.f_lineno)),
        calls=[_place(call) for call in calls[1 : HANDLED_CALLS_MAX + 1]],
        locals=values,
        chain=chain,
        count=count.total,
    )
    for each, _, _ in stack[-FRAMES_MAX:]:
        forget_variables(each)
    tell("exception.handled", body, walk)


def _is_app(call: Call) -> bool:
    return app_frame(call[0]) is call[0]


def _variables(calls: list[Call], walk: Walk) -> dict[str, Json]:
    frames, _ = kept_frames(calls, walk)
    return (frames[0].locals or {}) if frames else {}


def _place(call: Call) -> Place:
    frame, instruction, line = call
    known = place_of(frame.f_code, max(instruction, 0), line)
    return Place(file=known.file, line=known.line, function=known.qualified, code=known.code)


def _message(error: BaseException, walk: Walk) -> str:
    """Return the message, as its class writes it unless that would run the program's own code."""
    for base in mro_of(type(error)):
        written = namespace_of(base).get("__str__")
        if written is not None:
            code = getattr(written, "__code__", None)
            is_own = code is not None and is_app_file(code.co_filename)
            return message_of_arguments(error, walk) if is_own else message_of(error, walk)
    return message_of_arguments(error, walk)
