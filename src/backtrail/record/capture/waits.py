"""What a stack waits for, told from its innermost calls.

A thread inside `Thread.join`, `Queue.get` or `selectors` is known by that function. A lock is
waited for in C, without a frame of its own: it is told from the expression that is being
evaluated, and looked up through stored values only, so that no code of the program runs.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from backtrail.model.limits import ITEMS_MAX
from backtrail.record.capture.frames import Call
from backtrail.record.capture.places import place_of
from backtrail.record.capture.values.shapes import fields, shape_of

_DEPTH_MAX = 8
"""Calls of a library that may lie between the program and the wait."""
_BY_FUNCTION = {
    ("threading", "join"): "thread",
    ("threading", "_wait_for_tstate_lock"): "thread",
    ("threading", "wait"): "event",
    ("threading", "wait_for"): "condition",
    ("threading", "acquire"): "semaphore",
    ("threading", "_wait"): "barrier",
    ("queue", "get"): "queue",
    ("queue", "put"): "queue",
    ("queue", "join"): "queue",
    ("subprocess", "wait"): "process",
    ("subprocess", "communicate"): "process",
    ("subprocess", "_wait"): "process",
    ("multiprocessing.popen_fork", "wait"): "process",
    ("multiprocessing.process", "join"): "process",
    ("multiprocessing.connection", "_recv"): "connection",
    ("concurrent.futures._base", "result"): "future",
    ("concurrent.futures._base", "wait"): "future",
    ("concurrent.futures.thread", "_worker"): "work",
    ("selectors", "select"): "input or output",
    ("socket", "accept"): "connection",
    ("socket", "readinto"): "socket",
    ("ssl", "read"): "socket",
}
_CALL = re.compile(r"(?P<path>[A-Za-z_][\w.]*)\.(?P<method>\w+)\(")
_METHODS = {
    "acquire": "lock",
    "__enter__": "lock",
    "sleep": "sleep",
    "join": "thread",
    "recv": "socket",
    "recv_into": "socket",
    "accept": "connection",
    "read": "file",
    "readline": "file",
    "get": "queue",
    "put": "queue",
    "select": "input or output",
    "poll": "input or output",
    "waitpid": "process",
}
_LOCKS = frozenset({"lock", "RLock", "_RLock", "Semaphore", "BoundedSemaphore", "Condition"})
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*\Z")
_MISSING = object()


class Wait(Struct):
    """What a stack waits for."""

    what: str
    """`lock`, `thread`, `queue` …"""
    text: str
    """For people: `lock target.lock`."""
    lock: Any = None
    """The lock itself, where it could be found."""
    expression: str = ""


def wait_of(calls: list[Call]) -> Wait | None:
    """Return what a stack waits for; `None` when it is working or nothing is known."""
    outer: Wait | None = None
    for depth, call in enumerate(calls[:_DEPTH_MAX]):
        frame, instruction, line = call
        place = place_of(frame.f_code, instruction, line)
        module = dict.get(frame.f_globals, "__name__")
        what = _BY_FUNCTION.get((module, place.function)) if type(module) is str else None
        if what is not None:
            outer = Wait(what, what)
        elif place.is_app or depth == 0:
            return _in_program(call, place.expression or "", place.code or "", outer)
    return outer


def _in_program(call: Call, expression: str, code: str, outer: Wait | None) -> Wait | None:
    """Name what is waited for by the expression of the program that waits."""
    if outer is not None:
        called = _CALL.match(expression)
        return Wait(outer.what, f"{outer.what} {called['path'] if called else expression}".strip())
    if code.startswith(("with ", "async with ")) and _PATH.match(expression):
        lock = value_of(call, expression)
        if is_lock(lock):
            return Wait("lock", f"lock {expression}", lock, expression)
    called = _CALL.match(expression)
    if called is None:
        return Wait("sleep", "sleep") if expression.startswith("sleep(") else None
    what = _METHODS.get(called["method"])
    if what is None:
        return None
    if what == "sleep":
        return Wait(what, what)
    lock = value_of(call, called["path"]) if what == "lock" else None
    return Wait(what, f"{what} {called['path']}", lock if is_lock(lock) else None, called["path"])


def is_lock(value: Any) -> bool:
    """Tell whether a value is a lock of `_thread` or `threading`."""
    kind = type(value)
    return kind.__module__ in {"_thread", "threading"} and kind.__qualname__ in _LOCKS


def value_of(call: Call, path: str) -> Any:
    """Return the value of a dotted name in a frame, by what is stored, or `None`."""
    frame = call[0]
    first, *rest = path.split(".")
    local = frame.f_locals
    value = (
        local.get(first, _MISSING)
        if type(local).__name__ in {"dict", "FrameLocalsProxy"}
        else _MISSING
    )
    if value is _MISSING:
        value = dict.get(frame.f_globals, first)
    for name in rest[:ITEMS_MAX]:
        value = next(
            (each for key, each in fields(value, shape_of(type(value))) if key == name), None
        )
    return value
