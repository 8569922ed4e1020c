"""What a stack waits for, told from its innermost calls.

A thread inside `Thread.join`, `Queue.get` or `selectors` is known by that function. What is waited
for in C has no frame of its own: it is told from the instruction that is being executed, and looked
up through stored values only, so that no code of the program runs.
"""

from __future__ import annotations

import importlib
import re
import sys
from types import (
    BuiltinFunctionType,
    CodeType,
    GetSetDescriptorType,
    MemberDescriptorType,
    ModuleType,
)  # fmt: skip
from typing import Any

from msgspec import Struct

from backtrail.model.limits import ITEMS_MAX
from backtrail.record.capture.frames import Call
from backtrail.record.capture.places import place_of
from backtrail.record.capture.values.namespace import forget_variables
from backtrail.record.capture.values.shapes import module_and_name, mro_of, namespace_of, shape_of

LOCKING = frozenset({"lock", "semaphore", "condition"})
"""What a thread gets only when another one lets go of it, or says so."""
LOOP = "tasks"
"""What a thread waits for that runs a loop of them, and a group of them too."""
_INPUT = "input or output"
_DEPTH_MAX = 8
"""Calls of a library that may lie between the program and the wait."""
_UNIT = 2
"""Bytes of an instruction."""
_AWAITING_MAX = 8
"""Instructions, and their caches, that await what an `async with` enters; its body is beyond."""
_BY_FUNCTION = {
    ("threading", "Thread.join"): "thread",
    ("threading", "Thread._wait_for_tstate_lock"): "thread",
    ("threading", "Condition.__enter__"): "lock",
    ("threading", "Condition.wait"): "condition",
    ("threading", "Condition.wait_for"): "condition",
    ("threading", "Semaphore.acquire"): "semaphore",
    ("threading", "Event.wait"): "event",
    ("threading", "Barrier.wait"): "barrier",
    ("queue", "get"): "queue",
    ("queue", "put"): "queue",
    ("queue", "join"): "queue",
    ("subprocess", "wait"): "process",
    ("subprocess", "communicate"): "process",
    ("subprocess", "_wait"): "process",
    ("multiprocessing.popen_fork", "wait"): "process",
    ("multiprocessing.process", "join"): "process",
    ("multiprocessing.connection", "_recv"): "connection",
    ("multiprocessing.synchronize", "SemLock.__enter__"): "lock",
    ("concurrent.futures._base", "result"): "future",
    ("concurrent.futures._base", "wait"): "future",
    ("concurrent.futures.thread", "_worker"): "work",
    ("selectors", "select"): _INPUT,
    ("socket", "accept"): "connection",
    ("socket", "readinto"): "socket",
    ("ssl", "read"): "socket",
    ("asyncio.locks", "Lock.acquire"): "lock",
    ("asyncio.locks", "Condition.wait"): "condition",
    ("asyncio.locks", "Semaphore.acquire"): "semaphore",
    ("asyncio.locks", "Event.wait"): "event",
    ("asyncio.locks", "Barrier.wait"): "barrier",
    ("asyncio.queues", "get"): "queue",
    ("asyncio.queues", "put"): "queue",
    ("asyncio.queues", "join"): "queue",
    ("asyncio.streams", "_wait_for_data"): "connection",
    ("asyncio.base_events", "_run_once"): LOOP,
    ("asyncio.taskgroups", "__aexit__"): LOOP,
    ("asyncio.tasks", "sleep"): "sleep",
}
"""Functions in Python that wait, by module and name, with its class where that tells."""
_IN_C = {
    ("_thread", "acquire"): "lock",
    ("_thread", "__enter__"): "lock",
    ("multiprocessing.synchronize", "acquire"): "lock",
    ("_queue", "get"): "queue",
    ("_socket", "recv"): "socket",
    ("_socket", "recv_into"): "socket",
    ("socket", "recv"): "socket",
    ("socket", "recv_into"): "socket",
    ("_io", "read"): "file",
    ("_io", "readline"): "file",
    ("select", "select"): _INPUT,
    ("select", "poll"): _INPUT,
    ("posix", "read"): "file",
    ("posix", "waitpid"): "process",
    ("time", "sleep"): "sleep",
}
"""What waits in C, by the module that it is from and its own name."""
_NAMELESS = frozenset({"sleep", LOOP})
"""What is said without what it is called on."""
_LOCKS = frozenset({"lock", "Lock", "RLock", "_RLock", "Semaphore", "BoundedSemaphore"})
_LOCK_MODULES = frozenset({"_thread", "threading", "asyncio.locks", "backtrail.record.locks.mutex"})
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*\Z")
_MISSING = object()
_STORAGES = frozenset({GetSetDescriptorType, MemberDescriptorType})
"""What the interpreter reads `__dict__` of an object by."""


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
    outer: str | None = None
    for depth, call in enumerate(calls[:_DEPTH_MAX]):
        frame, instruction, line = call
        place = place_of(frame.f_code, instruction, line)
        what = _by_function(frame.f_globals, place.qualified, place.function)
        if what is not None:
            outer = what
        elif depth == 0 or place.is_app:
            begun = entered(call)
            if begun is not None:
                return _at_with(call, begun, outer)
            return _at_call(call, place.expression or "", outer)
    return Wait(outer, outer) if outer else None


def _by_function(namespace: dict[str, Any], qualified: str, function: str) -> str | None:
    module = dict.get(namespace, "__name__")
    if type(module) is not str:
        return None
    return _BY_FUNCTION.get((module, qualified)) or _BY_FUNCTION.get((module, function))


def _at_with(call: Call, expression: str, outer: str | None) -> Wait | None:
    """Name what is waited for at the beginning of a `with` statement."""
    value = value_of(call, expression)
    lock = lock_of(value)
    if outer is None and lock is None and value is not None:
        return None
    what = outer or "lock"
    if what in _NAMELESS:
        return Wait(what, what)
    return Wait(what, f"{what} {expression}", lock, expression)


def _at_call(call: Call, expression: str, outer: str | None) -> Wait | None:
    """Name what is waited for in a call."""
    expression = expression.removeprefix("await ")
    owner, name = _called(expression)
    value = value_of(call, owner)
    if outer in _NAMELESS:
        return Wait(outer, outer)
    if outer is not None:
        text = _thread_name(value) or owner or expression
        lock = lock_of(value) if outer != "condition" else None
        return Wait(outer, f"{outer} {text}".strip(), lock, owner)
    what = _IN_C.get((_origin(call, owner, value, name), name))
    if what is None and name == "acquire" and owner and value is None:
        what = "lock"  # An element of a list, say, is not looked up; what is acquired is a lock.
    if what is None:
        return None
    if what in _NAMELESS:
        return Wait(what, what)
    return Wait(what, f"{what} {owner}".strip(), lock_of(value), owner)


def _called(expression: str) -> tuple[str, str]:
    """Return what a call is made on, and the name of the function; empty where there is none."""
    unmatched = 0
    for index in range(len(expression) - 1, -1, -1) if expression.endswith(")") else ():
        unmatched += {")": 1, "(": -1}.get(expression[index], 0)
        if not unmatched:
            owner, _, name = expression[:index].rpartition(".")
            return (owner, name) if name.isidentifier() else ("", "")
    return "", ""


def _origin(call: Call, owner: str, value: Any, name: str) -> str:
    """Return the module that a function, or the class of a method, is from."""
    if owner and type(value) is not ModuleType:
        return module_and_name(type(value))[0]
    function = value_of(call, f"{owner}.{name}" if owner else name)
    module = function.__module__ if type(function) is BuiltinFunctionType else None
    return module if type(module) is str else ""


def _thread_name(value: Any) -> str | None:
    """Return the name of a thread that is waited for."""
    threading = sys.modules.get("threading")
    if threading is None or threading.Thread not in mro_of(type(value)):
        return None
    name = _stored(value, "_name")
    return name if type(name) is str else None


def entered(call: Call) -> str | None:
    """Return the expression whose `with` statement a call is about to go into, if it is."""
    frame, instruction, line = call
    before = _before_with(frame.f_code, instruction)
    if before is None:
        return None
    # In some versions its place is the whole statement; that of what comes before it is not.
    return place_of(frame.f_code, before, line).expression or ""


def _before_with(code: CodeType, instruction: int) -> int | None:
    """Return the instruction that gave a `with` statement its object, if it is just being entered.

    Those that follow the one which enters an `async with` await that.
    """
    # Only an error beside other threads or tasks pays for this one.
    numbers = importlib.import_module("opcode").opmap
    units = code.co_code
    if instruction < _UNIT:
        return None
    if units[instruction] == numbers["BEFORE_WITH"]:
        return instruction - _UNIT
    for enters in range(instruction - _UNIT, max(0, instruction - _AWAITING_MAX * _UNIT), -_UNIT):
        if units[enters] == numbers["BEFORE_ASYNC_WITH"]:
            return enters - _UNIT
    return None


def lock_of(value: Any) -> Any:
    """Return the lock that a value is, or that a condition has; `None` where it is none."""
    kind = type(value)
    module, name = module_and_name(kind)
    if module not in _LOCK_MODULES:
        return None
    if name == "Condition":
        return lock_of(_stored(value, "_lock"))
    return value if name in _LOCKS else None


def value_of(call: Call, path: str) -> Any:
    """Return the value of a dotted name in a frame, by what is stored, or `None`."""
    if not _PATH.match(path):
        return None
    frame = call[0]
    first, *rest = path.split(".")
    local = frame.f_locals
    value = _MISSING
    if type(local).__name__ in {"dict", "FrameLocalsProxy"}:
        value = local.get(first, _MISSING)
    del local
    forget_variables(frame)
    if value is _MISSING:
        value = dict.get(frame.f_globals, first)
    for name in rest[:ITEMS_MAX]:
        value = _stored(value, _mangled(name, frame.f_code.co_qualname))
    return value


def _mangled(name: str, function: str) -> str:
    """Return the name under which a class keeps what its methods call `__name`."""
    owner = function.rpartition(".")[0].rpartition(".")[2].lstrip("_")
    is_private = name.startswith("__") and not name.endswith("__")
    return f"_{owner}{name}" if is_private and owner else name


def _stored(value: Any, name: str) -> Any:
    """Return what is stored under a name in a module, an object or its class, or `None`."""
    kind = type(value)
    for base in mro_of(kind):
        storage = namespace_of(base).get("__dict__")
        if type(storage) in _STORAGES and base is not type:
            stored = storage.__get__(value)
            if dict in mro_of(type(stored)) and dict.__contains__(stored, name):
                return dict.__getitem__(stored, name)
    for slot, read in shape_of(kind).slots:
        if slot == name:
            try:
                return read(value)
            except AttributeError:
                return None
    classes = mro_of(value) if type in mro_of(kind) else mro_of(kind)
    return next((own[name] for each in classes if name in (own := namespace_of(each))), None)
