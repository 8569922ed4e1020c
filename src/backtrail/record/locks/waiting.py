"""Who waits for which lock at this moment, and whether a new wait closes a circle.

A waiter enters itself before it looks, so of those that close a circle at the same moment the last
one at least sees all of it. Who holds a lock is who took it last; in the moment between taking and
saying so that may be another one, so a circle counts once it has been seen twice.
"""

from __future__ import annotations

import os
from time import monotonic

from msgspec import Struct

from backtrail.model.limits import LOCK_CHAIN_MAX, LOCK_CYCLES_MAX
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import Owner


class Wait(Struct, eq=False):
    """One wait, from its beginning to its end."""

    owner: Owner
    notes: Notes
    timeout_s: float | None
    before: Wait | None
    """A wait of the same owner that a signal handler interrupted."""
    began_s: float


class Step(Struct, frozen=True):
    """One edge of a circle: an owner waits for a lock that another one holds."""

    wait: Wait
    holder: Owner
    since: float
    """When the holder took it."""


_waits: dict[Owner, Wait] = {}
_known: dict[frozenset[tuple[int, int]], Step] = {}
"""Circles that have been told, by who waits for what."""


def begin_wait(owner: Owner, notes: Notes, timeout_s: float | None) -> Wait:
    """Say that an owner waits from here on."""
    wait = Wait(owner, notes, timeout_s, _waits.get(owner), monotonic())
    _waits[owner] = wait
    return wait


def end_wait(wait: Wait) -> None:
    """Say that the wait is over."""
    if wait.before is None:
        _waits.pop(wait.owner, None)
    else:
        _waits[wait.owner] = wait.before


def waits() -> list[Wait]:
    """Return all waits of this moment."""
    return list(_waits.values())


def wait_of(owner: Owner) -> Wait | None:
    """Return what an owner waits for: by itself, or because its thread does."""
    return _waits.get(owner) or _waits.get(owner.thread)


def circle_of(wait: Wait) -> list[Step]:
    """Return the circle that a wait closes, beginning with it; empty where there is none."""
    steps: list[Step] = []
    present: Wait | None = wait
    for _ in range(LOCK_CHAIN_MAX):
        notes = present.notes if present is not None else wait.notes
        holder = notes.holder
        if present is None or holder is None or holder.is_ended or notes.is_passed_on:
            return []
        steps.append(Step(present, holder, notes.since))
        if wait.owner in {holder, holder.thread}:
            return steps if _is_stuck(steps) else []
        present = wait_of(holder)
    return []


def _is_stuck(steps: list[Step]) -> bool:
    """Whether nobody outside a circle is likely to let go for those in it.

    Who waits for a lock that it took itself may be woken by another thread, where locks are used
    as signals; a `with` statement is not left by another one.
    """
    wait = steps[0].wait
    is_signal = wait.notes.is_bare or wait.notes.permits is not None
    return len(steps) > 1 or not (is_signal or wait.timeout_s is not None)


def is_same(one: list[Step], other: list[Step]) -> bool:
    """Whether two looks at a circle saw the same waits and the same holds."""
    return [(s.wait, s.holder, s.since) for s in one] == [
        (s.wait, s.holder, s.since) for s in other
    ]


def is_first(steps: list[Step]) -> bool:
    """Whether a circle is seen for the first time, by whichever thread."""
    if len(_known) >= LOCK_CYCLES_MAX:
        _known.clear()
    key = frozenset((id(step.wait.owner), step.wait.notes.number) for step in steps)
    return _known.setdefault(key, steps[0]) is steps[0]


def _after_fork_in_child() -> None:
    """Nobody but the thread that forked is there to wait."""
    _waits.clear()
    _known.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
