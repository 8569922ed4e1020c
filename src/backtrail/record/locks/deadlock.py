"""A deadlock, recorded as an error at the moment it closes; the program is left alone."""

from __future__ import annotations

import os
from typing import Any

from backtrail.model import ids
from backtrail.model.kinds import ExceptionInfo, HeldLock, Stack
from backtrail.record import guard, journal, scope, switch
from backtrail.record.capture.failure import Failure
from backtrail.record.capture.stacks import thread_stacks
from backtrail.record.capture.tasks import task_stacks
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.locks.waiting import Step
from backtrail.record.occurrence import repeats
from backtrail.record.occurrence.hang import stack_from_app
from backtrail.record.occurrence.raised import record
from backtrail.record.occurrence.spans import all_open_spans, shown_spans

TYPE = "DeadlockFound"


class Link(tuple[str, str, str]):
    """Who waits, for which lock, held by whom; all by name."""

    __slots__ = ()


def report_circle(steps: list[Step]) -> None:
    """Record a circle of waits as an error, with the stacks of all threads and tasks."""
    links = [(s.wait.owner.name, s.wait.notes.name, s.holder.name) for s in steps]
    may_end = any(step.wait.timeout_s is not None for step in steps)
    report(links, may_end=may_end)


def report(links: list[tuple[str, str, str]], *, may_end: bool) -> str | None:
    """Record a deadlock: each one who waits, its lock, and who holds that.

    It counts as handled where one of them gives up after a time, so that the program goes on.

    Returns:
        The id of the error; `None` when nothing was recorded.
    """
    if not switch.is_enabled():
        return None
    try:
        return _report(links, may_end=may_end)
    except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.count("error not recorded")
        guard.broke("deadlock", fault)
        return None


def told(links: list[tuple[str, str, str]]) -> str:
    """Return a circle of waits as a sentence."""
    parts = [f"{waiter} waits for {lock}, held by {holder}" for waiter, lock, holder in links]
    return "; ".join(parts)


def _report(links: list[tuple[str, str, str]], *, may_end: bool) -> str:
    walk = Walk()
    threads = thread_stacks(walk, with_locals=True)
    tasks = task_stacks(walk, with_locals=True)
    waits = {waiter: lock for waiter, lock, _ in links}
    threads, tasks = ([_waiting(each, waits) for each in stacks] for stacks in (threads, tasks))
    first = _first(links, threads, tasks)
    frames = first.frames if first else []
    message = shown_text(told(links), walk)
    error_id = ids.uuid7(journal.clock().time_unix_ns(), os.urandom(10))
    members: dict[str, Any] = {
        "mechanism": "deadlock",
        "is_handled": may_end,
        "fingerprint": repeats.fingerprint_of((TYPE, *sorted(lock for _, lock, _ in links))),
        "threads": threads,
        "tasks": tasks,
        "locks": [
            HeldLock(
                name=shown_text(lock, walk),
                holder=shown_text(holder, walk),
                waiters=[shown_text(waiter, walk)],
            )
            for waiter, lock, holder in links
        ],
        "open_spans": shown_spans(all_open_spans(), walk),
    }
    info = ExceptionInfo(type=TYPE, qualified_type=f"backtrail.{TYPE}", message=message)
    taken = Failure(type=TYPE, message=message, frames=frames, chain=[info], chain_cut=0)
    record(scope.current(), walk, taken, error_id=error_id, **members)
    return error_id


def _first(
    links: list[tuple[str, str, str]], threads: list[Stack], tasks: list[Stack]
) -> Stack | None:
    """Return the stack of the one that closed the circle, from its innermost own code on."""
    name = links[0][0]
    found = [stack for stack in [*tasks, *threads] if stack.name == name]
    current = [stack for stack in threads if stack.is_current]
    return stack_from_app((found or current or threads)[0]) if threads else None


def _waiting(stack: Stack, waits: dict[str, str]) -> Stack:
    """Say of a stack which lock of the circle it waits for."""
    lock = waits.get(stack.name)
    if lock is None:
        return stack
    return Stack(
        name=stack.name,
        frames=stack.frames,
        waits_for=f"lock {lock}",
        is_current=stack.is_current,
        is_daemon=stack.is_daemon,
    )
