"""Code that is about to run is made to run other code, so that nobody can tell.

Python compiles the program's main script itself and asks no loader; an audit hook sees the code
just before it runs. There is no way to hand Python another code then, and running another one from
within the hook would leave the hook's frame on every stack. So the code itself is changed where it
lies in memory: to one call of a function without arguments, whose frame counts as not yet begun.
The interpreter shows such a frame to nobody: neither tracebacks nor stacks have it. The one call
that the stack is deeper by is added to what the recursion limit leaves.

Everything that this knows of the interpreter is compared with what is there before a byte is
changed; where anything differs, nothing is.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

VERSIONS = ((3, 11), (3, 12), (3, 13))
"""Versions of CPython whose code objects are known."""
_CONSTANTS_AT = 24
"""Byte in a code object at which its constants are."""
_EXCEPTION_TABLE_AT = 40
_FIRST_TRACEABLE_BEFORE = 16
"""Bytes before the instructions: the number of the first one with which a frame has begun."""
_NEVER = (1 << 31) - 1
_STACK_MIN = 2
_THREAD_WORDS = 32
"""Words at the beginning of a thread's state among which the recursion limit stands."""
_DEPTH_MAX = 20
"""Calls on the stack when the main script begins, ours included."""


def let_run(memory: Memory, code: CodeType, function: Callable[[], object]) -> bool:
    """Let code that has not begun call a function instead; tell whether that could be done."""
    call = _call()
    size = len(code.co_code)
    instructions = memory.bytes_at(id(code) + CodeType.__basicsize__, size)
    constants = memory.pointer_at(id(code) + _CONSTANTS_AT)
    table = memory.pointer_at(id(code) + _EXCEPTION_TABLE_AT)
    traceable = memory.int_at(id(code) + CodeType.__basicsize__ - _FIRST_TRACEABLE_BEFORE)
    depth = memory.depth_left()
    if (
        depth is None
        or len(call) > size
        or code.co_stacksize < _STACK_MIN
        or bytes(instructions) != _in_memory(code)
        or constants.value != id(code.co_consts)
        or table.value != id(code.co_exceptiontable)
        or not _is_first(traceable.value, instructions, call)
    ):
        return False
    before = (code.co_consts, code.co_exceptiontable)
    after: tuple[object, object] = ((function,), b"")
    for thing in after:
        memory.hold(thing)
    constants.value, table.value = map(id, after)
    for thing in before:
        memory.let_go(thing)
    instructions[: len(call)] = tuple(call)
    traceable.value = _NEVER
    words, index = depth
    words[index] += 1
    return True


def open_memory() -> Memory | None:
    """Return access to the memory of this process, if its interpreter is one that is known."""
    if sys.implementation.name != "cpython" or sys.version_info[:2] not in VERSIONS:
        return None
    if hasattr(sys, "gettotalrefcount") or "t" in getattr(sys, "abiflags", ""):
        return None
    try:
        # Not every Python has it, and `ctypes` itself takes ten times as long to load.
        memory = Memory(importlib.import_module("_ctypes"))
    except ImportError:
        return None
    return memory if memory.has_known_frames() else None


def _call() -> bytes:
    """Return the instructions that call the first constant and return what it returns."""
    load_name, load_constant = _in_memory(compile("(f, 1)", "", "eval"))[2:6:2]
    call = bytearray(_in_memory(compile("f()", "", "eval")))
    call[call.index(load_name)] = load_constant
    return bytes(call)


def _is_first(number: int, instructions: Any, call: bytes) -> bool:
    """Tell whether a number is that of the instruction with which a frame has begun."""
    resume = call[0]
    return 0 <= 2 * number < len(instructions) and bool(instructions[2 * number] == resume)


def _in_memory(code: CodeType) -> bytes:
    return code._co_code_adaptive  # type: ignore[attr-defined,no-any-return] # noqa: SLF001 - nothing else tells


def _generator() -> Any:
    yield


class Memory:
    """The memory of this process."""

    def __init__(self, access: Any) -> None:
        simple = access._SimpleCData  # noqa: SLF001 - it has no other name there
        self.byte: Any = type("Byte", (simple,), {"_type_": "B"})
        self.int: Any = type("Int", (simple,), {"_type_": "i"})
        self.pointer: Any = type("Pointer", (simple,), {"_type_": "P"})
        self.hold: Callable[[object], object] = access.Py_INCREF
        self.let_go: Callable[[object], object] = access.Py_DECREF
        self.access = access

    def has_known_frames(self) -> bool:
        """Tell whether the first traceable instruction is where it is looked for."""
        at = CodeType.__basicsize__ - _FIRST_TRACEABLE_BEFORE
        samples = ((_generator.__code__, 2), (_with_cell.__code__, 1), (_call.__code__, 0))
        return all(self.int_at(id(code) + at).value == first for code, first in samples)

    def bytes_at(self, address: int, size: int) -> Any:
        """Return the bytes from an address on, to be read and written."""
        return (self.byte * size).from_address(address)

    def pointer_at(self, address: int) -> Any:
        """Return the pointer at an address, to be read and written."""
        return self.pointer.from_address(address)

    def int_at(self, address: int) -> Any:
        """Return the `int` at an address, to be read and written."""
        return self.int.from_address(address)

    def depth_left(self) -> tuple[Any, int] | None:
        """Return where this thread counts the calls that it may still make, found by the limit."""
        access = self.access
        members = {
            "_flags_": access.FUNCFLAG_CDECL | access.FUNCFLAG_PYTHONAPI,
            "_restype_": self.pointer,
        }
        get = type("Get", (access.CFuncPtr,), members)
        library = access.dlopen(None, 0)
        found: Any = get(access.dlsym(library, "PyThreadState_Get"))()
        words = (self.int * _THREAD_WORDS).from_address(getattr(found, "value", found))
        limit = sys.getrecursionlimit()
        places = [
            at
            for at in range(_THREAD_WORDS - 1)
            if words[at + 1] == limit and 0 < limit - words[at] < _DEPTH_MAX
        ]
        return (words, places[0]) if len(places) == 1 else None


def _with_cell(argument: object) -> Callable[[], object]:
    return lambda: argument
