"""Waiting for a lock: told when it begins and when it ends, and looked at for a deadlock."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from backtrail.model.limits import (
    LOCK_CONFIRM_S,
    LOCK_LONG_WAIT_S,
    LOCK_USES_TOLD_MAX,
    LOCK_WAITS_TOLD_MAX,
)
from backtrail.record.capture.places import OWN_CODE
from backtrail.record.locks.deadlock import report_circle
from backtrail.record.locks.notes import Notes, add_orders, held_by, is_held
from backtrail.record.locks.owners import Owner, this_thread
from backtrail.record.locks.told import (
    tell_acquired,
    tell_released,
    tell_requested,
    tell_timed_out,
)
from backtrail.record.locks.waiting import Wait, begin_wait, circle_of, end_wait, is_first, is_same

Take = Callable[..., bool]
"""Takes a lock: `take(blocking, timeout)`, in seconds, -1 for ever."""


def leave_traceback(error: BaseException) -> None:
    """Take our own calls out of a traceback that begins with them."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(OWN_CODE):
        traceback = traceback.tb_next
    error.__traceback__ = traceback


def wait_for(notes: Notes, take: Take, timeout: float | None) -> bool:
    """Take a lock that another one has, and tell of it; `None` waits for ever."""
    owner, holder = this_thread(), notes.holder
    wait = begin_wait(owner, notes, timeout)
    is_told = notes.waits_told < LOCK_WAITS_TOLD_MAX
    try:
        if is_told:
            notes.waits_told += 1
            tell_requested(notes, owner, timeout, holder=holder)
        is_taken, is_told = _patiently(wait, take, is_told=is_told)
    except BaseException:
        tell_timed_out(notes, owner, monotonic() - wait.began_s, is_cancelled=True)
        raise
    finally:
        end_wait(wait)
    waited_s = monotonic() - wait.began_s
    if not is_told:
        notes.contended += 1
        notes.waited_s += waited_s
    if is_taken:
        took(notes, owner, waited_s, is_told=is_told)
    elif is_told:
        tell_timed_out(notes, owner, waited_s, is_cancelled=False)
    return is_taken


def took(notes: Notes, owner: Owner, waited_s: float = 0.0, *, is_told: bool) -> None:
    """Note that an owner has a lock, and tell it; also if only the order of locks is news."""
    before, since = notes.holder, notes.since
    notes.holder = owner
    now = notes.since = monotonic()
    notes.uses += 1
    others = [each for each in held_by(owner) if each is not notes]
    owner.held[:] = [*others, notes]
    is_news = add_orders(notes, others)
    if notes.permits is not None:
        notes.permits.setdefault(owner, []).append(now)
    elif before is not None and before is not owner and waited_s:
        _ended_by_taking(notes, before, now - since, is_told=is_told)
    notes.is_hold_told = is_told or is_news
    if notes.is_hold_told:
        notes.told += 1
        tell_acquired(notes, owner, waited_s)


def _ended_by_taking(notes: Notes, before: Owner, held_s: float, *, is_told: bool) -> None:
    """Tell how long the one had a lock who let go of it without a word; the next one knows."""
    if is_told:
        tell_released(notes, before, held_s)
    else:
        notes.held_s += held_s
        notes.held_s_max = max(notes.held_s_max, held_s)


def gave_back(notes: Notes, owner: Owner) -> None:
    """Note and tell that a lock is about to be let go of: it is told before another one has it."""
    holder: Owner | None = owner if notes.permits is not None else notes.holder
    since: float | None = notes.since
    if notes.permits is not None:
        since = _give_permit(notes, owner)
    elif holder is not owner:
        notes.is_passed_on = True
    if notes.permits is None:
        notes.holder = None
    if holder is not None and notes in holder.held and not is_held(notes, holder):
        holder.held.remove(notes)
    is_told = notes.is_hold_told if notes.permits is None else notes.told <= LOCK_USES_TOLD_MAX
    notes.is_hold_told = False
    if is_told:
        tell_released(notes, holder, None if since is None else monotonic() - since)


def _give_permit(notes: Notes, owner: Owner) -> float | None:
    """Take back one permit of a semaphore; return since when it was held, if it was."""
    permits = notes.permits
    assert permits is not None
    times = permits.get(owner)
    if not times:
        notes.is_passed_on = True
        return None
    since = times.pop()
    if not times:
        del permits[owner]
    if notes.holder is owner:
        notes.holder = next(iter(permits), None)
    return since


def _patiently(wait: Wait, take: Take, *, is_told: bool) -> tuple[bool, bool]:
    """Wait, at first for so long that a wait which is not told shows itself as a long one.

    Returns:
        Whether the lock was taken, and whether the wait was told.
    """
    if not is_told:
        if _take(wait, take, LOCK_LONG_WAIT_S):
            return True, False
        if _left(wait) == 0:
            return False, False
        tell_requested(wait.notes, wait.owner, wait.timeout_s)
    circle = circle_of(wait)
    if circle:
        if _take(wait, take, LOCK_CONFIRM_S):
            return True, True
        if _left(wait) and is_same(circle, circle_of(wait)) and is_first(circle):
            report_circle(circle)
    return _take(wait, take, None), True


def _left(wait: Wait) -> float:
    """Return the seconds that are left of a wait; -1 for one without an end."""
    if wait.timeout_s is None:
        return -1
    return max(0.0, wait.began_s + wait.timeout_s - monotonic())


def _take(wait: Wait, take: Take, at_most_s: float | None) -> bool:
    left = _left(wait)
    if at_most_s is None:
        return take(True, left)  # noqa: FBT003 - arguments of the lock's own
    return take(True, at_most_s if left < 0 else min(left, at_most_s))  # noqa: FBT003 - see above
