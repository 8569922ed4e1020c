"""A program that hangs, recorded as an error of type `hang`.

What is shown first is the stack to look at: that of the first thread or task, in the order in which
they were started, which waits for a lock; without one, that of the main thread. Every blocked
thread and task comes with its variables, and each lock that is waited for with who waits and,
where it can be told, who holds it.
"""

from __future__ import annotations

import os
from typing import Any

from backtrail.model import ids
from backtrail.model.kinds import ExceptionInfo, Frame, HeldLock, Stack
from backtrail.record import guard, journal, scope, switch
from backtrail.record.capture.failure import Failure
from backtrail.record.capture.holders import LockFound, held_locks
from backtrail.record.capture.stacks import thread_stacks
from backtrail.record.capture.tasks import task_stacks
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.capture.waits import LOCKING, LOOP
from backtrail.record.occurrence import repeats
from backtrail.record.occurrence.locked_out import tell_waits
from backtrail.record.occurrence.raised import record
from backtrail.record.occurrence.spans import all_open_spans, shown_spans


def record_hang(seconds: float, reason: str) -> str | None:
    """Record what every thread and task is doing, as an error of type `hang`.

    The reason says what asked for it: `no event`; the seconds for how long nothing has moved.

    Returns:
        The id of the error's record; `None` when nothing was recorded.
    """
    try:
        return _record(seconds, reason)
    except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.count("error not recorded")
        guard.broke("record_hang", fault)
        return None


def _silent(*_: Any, **__: Any) -> str | None:
    return None


switch.rebind_when_disabled(record_hang, _silent)


def _record(seconds: float, reason: str) -> str:
    walk = Walk()
    threads = thread_stacks(walk, with_locals=True)
    tasks = task_stacks(walk, with_locals=True)
    stack = stack_to_look_at(threads, tasks)
    frames = stack.frames if stack else []
    message = shown_text(f"{reason} (after {seconds:.3g} s)", walk)
    found = held_locks()
    here = scope.at_top(scope.root())
    tell_waits(found, here)
    error_id = ids.uuid7(journal.clock().time_unix_ns(), os.urandom(10))
    members: dict[str, Any] = {
        "mechanism": "hang",
        "is_handled": False,
        "fingerprint": repeats.fingerprint_of(("hang", *_place(frames))),
        "threads": threads,
        "tasks": tasks,
        "locks": locks_waited_for(found, walk),
        "open_spans": shown_spans(all_open_spans(), walk),
    }
    info = ExceptionInfo(type="hang", qualified_type="hang", message=message)
    taken = Failure(type="hang", message=message, frames=frames, chain=[info], chain_cut=0)
    record(here, walk, taken, error_id=error_id, **members)
    return error_id


def stack_to_look_at(threads: list[Stack], tasks: list[Stack]) -> Stack | None:
    """Return the stack that best explains a hang, without the frames of libraries inside it.

    Where the main thread runs a loop of tasks, a task stands for it.
    """
    ours = [stack for stack in threads if _is_app(stack) and not stack.is_current]
    waiting = [task for task in tasks if _is_app(task)]
    for stack in [*ours, *waiting]:
        if _is_locked_out(stack):
            return stack_from_app(stack)
    is_loop = bool(ours) and ours[0].waits_for == LOOP
    first = next(iter([*waiting, *ours] if is_loop else [*ours, *waiting, *threads]), None)
    return stack_from_app(first) if first else None


def _is_locked_out(stack: Stack) -> bool:
    return (stack.waits_for or "").partition(" ")[0] in LOCKING


def locks_waited_for(found: list[LockFound], walk: Walk) -> list[HeldLock]:
    """Return locks that threads and tasks wait for, with holders where they can be told."""
    return [
        HeldLock(
            name=shown_text(lock.name, walk),
            holder=lock.holder and shown_text(lock.holder, walk),
            waiters=[shown_text(waiter, walk) for waiter in lock.waiters],
        )
        for lock in found
    ]


def _is_app(stack: Stack) -> bool:
    return any(frame.is_app for frame in stack.frames)


def stack_from_app(stack: Stack) -> Stack:
    """Return a stack from its innermost frame of the program on."""
    first = next((i for i, frame in enumerate(stack.frames) if frame.is_app), 0)
    return Stack(name=stack.name, frames=stack.frames[first:], waits_for=stack.waits_for)


def _place(frames: list[Frame]) -> tuple[object, ...]:
    if not frames:
        return ()
    return (os.path.basename(frames[0].file), frames[0].qualified, frames[0].line)
