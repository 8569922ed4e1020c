"""What every asyncio task is doing, in all threads, without awaiting or touching any."""

from __future__ import annotations

import sys
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from backtrail.model.kinds import Stack
from backtrail.model.limits import STACK_FRAMES_MAX, TASKS_MAX
from backtrail.record import guard
from backtrail.record.capture.frames import Call, running_frames
from backtrail.record.capture.places import OWN_CODE, is_app_file
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.capture.waits import wait_of

_SETS = ("_all_tasks", "_scheduled_tasks", "_eager_tasks")
"""Where the versions of asyncio keep all tasks of all loops."""
_CHAIN_MAX = 1_000


def task_stacks(walk: Walk, *, with_locals: bool = False) -> list[Stack]:
    """Return the stack of every task that is not done: who waits for what, innermost call first."""
    stacks = []
    for task in open_tasks():
        try:
            stacks.append(_stack(task, walk, with_locals=with_locals))
        except Exception:  # noqa: BLE001 - a task class of the program may be anything
            walk.cuts += 1
    return sorted(stacks, key=lambda stack: _order(stack.name))


def waiting_tasks() -> list[tuple[str, list[Call]]]:
    """Return name and calls, innermost first, of each task that is neither done nor running."""
    found = []
    for task in open_tasks():
        try:
            base = sys.modules["asyncio.tasks"].Task
            calls, is_running = calls_of_coroutine(base.get_coro(task))
            if not is_running:
                found.append((str(base.get_name(task)), calls))
        except Exception:  # noqa: BLE001 - a task class of the program may be anything
            guard.count("task not captured")
    return sorted(found, key=lambda each: _order(each[0]))


def open_tasks() -> list[Any]:
    """Return the tasks of all loops, whoever runs them, that are not done, up to a number."""
    asyncio = sys.modules.get("asyncio.tasks")
    if asyncio is None:
        return []
    base = asyncio.Task
    is_done = base.done
    found: dict[int, Any] = {}
    for name in _SETS:
        held = getattr(asyncio, name, ())
        for each in _copy(getattr(held, "data", held)):
            task = each() if type(each).__name__ == "ReferenceType" or callable(each) else each
            if len(found) < TASKS_MAX and issubclass(type(task), base) and not is_done(task):
                found[id(task)] = task
    return list(found.values())


def _copy(held: Any) -> list[Any]:
    for _ in range(3):
        try:
            return list(held)
        except RuntimeError:
            continue
    return []


def _stack(task: Any, walk: Walk, *, with_locals: bool) -> Stack:
    base = sys.modules["asyncio.tasks"].Task
    coroutine = base.get_coro(task)
    calls, is_running = calls_of_coroutine(coroutine)
    frames = running_frames(calls, walk, with_locals=with_locals)
    waits_for = None if is_running else _awaited(task, base, calls)
    return Stack(
        name=shown_text(str(base.get_name(task)), walk),
        frames=frames,
        waits_for=shown_text(waits_for, walk) if waits_for else None,
        is_current=is_running,
    )


def calls_of_coroutine(awaited: Any) -> tuple[list[Call], bool]:
    """Return the calls of a coroutine, innermost first, and whether it runs at this moment."""
    calls: list[Call] = []
    is_running = False
    for _ in range(min(_CHAIN_MAX, STACK_FRAMES_MAX)):
        frame, next_, runs = _step(awaited)
        if frame is not None and not frame.f_code.co_filename.startswith(OWN_CODE):
            calls.append((frame, frame.f_lasti, frame.f_lineno))
        is_running = is_running or runs
        if next_ is None:
            break
        awaited = next_
    calls.reverse()
    return calls, is_running


def _step(awaited: Any) -> tuple[Any, Any, bool]:
    """Return the frame of an awaitable, what it awaits itself, and whether it runs."""
    kind = type(awaited)
    if kind is CoroutineType:
        return awaited.cr_frame, awaited.cr_await, awaited.cr_running
    if kind is GeneratorType:
        return awaited.gi_frame, awaited.gi_yieldfrom, awaited.gi_running
    if kind is AsyncGeneratorType:
        return awaited.ag_frame, awaited.ag_await, awaited.ag_running
    return None, _generator_behind(awaited, kind), False


def _generator_behind(awaited: Any, kind: type) -> Any:
    """Return the asynchronous generator behind what its `asend` gave, where it is still known."""
    if kind.__module__ != "builtins" or not kind.__name__.startswith("async_generator_"):
        return None
    gc = sys.modules.get("gc")
    if gc is None:
        return None
    return next(
        (each for each in gc.get_referents(awaited) if type(each) is AsyncGeneratorType), None
    )


def _awaited(task: Any, base: Any, calls: list[Call]) -> str | None:
    """Name what a task awaits; nothing, if it is about to run."""
    waiter = getattr(task, "_fut_waiter", None)
    if isinstance(waiter, base):
        return f"task {base.get_name(waiter)}"
    children = getattr(waiter, "_children", None)
    if type(children) is list:
        names = [base.get_name(child) for child in children[:5] if isinstance(child, base)]
        return "tasks " + ", ".join(map(str, names))
    if waiter is None or not calls:
        return None
    wait = wait_of(calls)
    if wait is not None:
        return wait.text
    code = calls[0][0].f_code
    return "future" if is_app_file(code.co_filename) else code.co_qualname


def _order(name: str) -> tuple[str, int]:
    """Sort `Task-10` behind `Task-9`."""
    head, _, number = name.rpartition("-")
    return (head, int(number)) if number.isdecimal() and len(number) < 10 else (name, 0)  # noqa: PLR2004 - digits
