"""Who holds a lock that others wait for.

A reentrant lock says so itself, and so does one that is watched. A plain one does not: its holder
is told from the source, as the thread or task that stands inside a `with` statement whose lock is
this one.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from backtrail.model.event import Place
from backtrail.record.capture.frames import Call, calls_of_stack
from backtrail.record.capture.places import place_of
from backtrail.record.capture.source import lines_of
from backtrail.record.capture.stacks import running_threads, thread_name
from backtrail.record.capture.tasks import waiting_tasks
from backtrail.record.capture.waits import Wait, entered, lock_of, value_of, wait_of

_OWNER = re.compile(r"owner=(\d+)")
_FRAMES_MAX = 100


class LockFound(Struct):
    """A lock that is waited for."""

    lock: Any
    name: str
    holder: str | None
    waiters: list[str]
    places: list[Place | None]
    """Where each of them waits, in the program's own code."""


class _With(Struct):
    """A `with` statement: its lines, and the expressions that it enters."""

    line: int
    body: int
    end: int
    items: list[str]


def held_locks() -> list[LockFound]:
    """Return the locks that threads and tasks wait for, in the order in which those began."""
    threads = running_threads()
    names = {thread: thread_name(known, thread) for thread, _, known in threads}
    stacks = [(names[thread], calls_of_stack(frame)) for thread, frame, _ in threads]
    stacks += waiting_tasks()
    found: dict[int, LockFound] = {}
    for name, calls in stacks:
        wait = wait_of(calls) if calls else None
        if wait is not None and wait.lock is not None:
            lock = found.setdefault(id(wait.lock), _found(wait))
            lock.waiters.append(name)
            lock.places.append(_own_place(calls))
    for lock in found.values():
        lock.holder = _owner(lock.lock, names)
    if any(lock.holder is None for lock in found.values()):
        _find_holders(found, stacks)
    return list(found.values())


def _found(wait: Wait) -> LockFound:
    notes = watched_notes(wait.lock)
    name = notes.name if notes else f"{wait.expression} at {id(wait.lock):#x}"
    return LockFound(wait.lock, name, None, [], [])


def _own_place(calls: list[Call]) -> Place | None:
    """Return where a stack is in the program's own code."""
    for frame, instruction, line in calls[:_FRAMES_MAX]:
        place = place_of(frame.f_code, instruction, line)
        if place.is_app:
            return Place(
                file=place.file, line=place.line, function=place.qualified, code=place.code
            )
    return None


def watched_notes(lock: Any) -> Any:
    """Return what is known of a lock that is watched; `None` for any other."""
    return getattr(lock, "_backtrail_notes", None)


def _owner(lock: Any, names: dict[int, str]) -> str | None:
    """Return the thread that holds a lock, where the lock itself says so."""
    if (notes := watched_notes(lock)) is not None:
        return notes.holder.name if notes.holder else None
    owner = _OWNER.search(repr(lock)) if type(lock).__name__ == "RLock" else None
    return names.get(int(owner[1])) if owner else None


def _find_holders(found: dict[int, LockFound], stacks: list[tuple[str, list[Call]]]) -> None:
    statements: dict[str, list[_With]] = {}
    for name, calls in stacks:
        for call in calls[:_FRAMES_MAX]:
            path = call[0].f_code.co_filename
            if path not in statements:
                statements[path] = _with_statements(path)
            for expression in _held_in(call, statements[path]):
                known = found.get(id(lock_of(value_of(call, expression))))
                if known is not None and known.holder is None:
                    known.holder = name


def _with_statements(path: str) -> list[_With]:
    """Return the `with` statements of a source file."""
    source = "\n".join(lines_of(path))
    if "with " not in source:
        return []
    # Only a program that hangs pays for this one.
    ast = importlib.import_module("ast")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        _With(
            line=node.lineno,
            body=node.body[0].lineno,
            end=node.end_lineno or node.lineno,
            items=[ast.unparse(item.context_expr) for item in node.items],
        )
        for node in ast.walk(tree)
        if isinstance(node, (ast.With, ast.AsyncWith))
    ]


def _held_in(call: Call, statements: list[_With]) -> Iterator[str]:
    """Yield the expressions of the `with` statements that a frame stands inside."""
    frame, _, line = call
    if line is None or not statements:
        return
    begun = entered(call)
    for each in statements:
        if begun in each.items and each.line <= line <= each.body:
            yield from each.items[: each.items.index(begun)]
        elif each.line >= frame.f_code.co_firstlineno and each.body <= line <= each.end:
            yield from each.items
