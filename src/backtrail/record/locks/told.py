"""What is told of a lock, as events: that one has to wait, took it, let go of it, gave up.

Each edge between the program's locks and the recorder is here: what breaks is counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from backtrail.model.changes import LockAcquired, LockReleased, LockRequested, LockTimedOut
from backtrail.model.limits import LOCK_HELD_MAX
from backtrail.record import guard, sink, switch
from backtrail.record.capture.callers import caller
from backtrail.record.capture.redact import clean_text
from backtrail.record.locks import notes as noting
from backtrail.record.locks.notes import Notes, held_by
from backtrail.record.locks.owners import Owner

MS = 1e3


def _guarded(tell: Callable[..., None]) -> Callable[..., None]:
    """Let what breaks in here not reach the program."""

    def guarded(*args: Any, **kwargs: Any) -> None:
        if not switch.is_enabled():
            return
        try:
            if noting.has_retired():
                tell_use(of_living=False)
            tell(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - an edge: the program's own locks
            guard.broke("lock", error)

    return guarded


@_guarded
def tell_requested(
    notes: Notes, owner: Owner, timeout_s: float | None, *, holder: Owner | None = None
) -> None:
    """Record that someone has to wait; for a holder that may have let go by now."""
    body = LockRequested(
        **_lock(notes, owner),
        holder=_holder(notes) if holder is None else holder.name,
        held=_names(notes, owner),
        timeout_s=timeout_s,
    )
    sink.record_event("lock.requested", body)


@_guarded
def tell_acquired(notes: Notes, owner: Owner, waited_s: float = 0.0) -> None:
    """Record that someone took a lock."""
    body = LockAcquired(
        **_lock(notes, owner), wait_ms=round(waited_s * MS, 3), held=_names(notes, owner)
    )
    sink.record_event("lock.acquired", body)


@_guarded
def tell_released(notes: Notes, owner: Owner | None, held_s: float | None) -> None:
    """Record that someone let go of a lock."""
    body = LockReleased(
        **_lock(notes, owner), hold_ms=None if held_s is None else round(held_s * MS, 3)
    )
    sink.record_event("lock.released", body)


@_guarded
def tell_timed_out(notes: Notes, owner: Owner, waited_s: float, *, is_cancelled: bool) -> None:
    """Record that someone gave up waiting."""
    body = LockTimedOut(
        **_lock(notes, owner),
        wait_ms=round(waited_s * MS, 3),
        holder=_holder(notes),
        is_cancelled=is_cancelled,
    )
    sink.record_event("lock.timed_out", body)


def _lock(notes: Notes, owner: Owner | None) -> dict[str, Any]:
    return {
        "lock": notes.name,
        "lock_id": clean_text(notes.key),
        "lock_type": notes.kind,
        "owner": _owner(notes, owner),
        "caller": caller(),
    }


def _owner(notes: Notes, owner: Owner | None) -> str | None:
    """Return how an owner is called: between processes it is a process."""
    if owner is None:
        return None
    return f"process {owner.process}" if notes.kind == "FileLock" else owner.last_name


def _holder(notes: Notes) -> str | None:
    if notes.outside is not None or notes.holder is None:
        return notes.outside
    return notes.holder.name


def _names(notes: Notes, owner: Owner) -> list[str]:
    """Return the names of the other locks that an owner holds."""
    return [each.name for each in held_by(owner) if each is not notes][:LOCK_HELD_MAX]


def tell_use(*, of_living: bool = True) -> None:
    """Record how often locks were used beyond what was recorded one by one."""
    if not switch.is_enabled():
        return
    try:
        for body in noting.take_summaries(of_living=of_living):
            sink.record_event("lock.used", body)
    except Exception as error:  # noqa: BLE001 - an edge: the program may be at its end
        guard.broke("lock use", error)


switch.at_end.append(tell_use)
os.register_at_fork(after_in_child=noting.begin_child)
