"""Locks of asyncio, watched: who waits and who holds is a task.

They are classes of Python that a program may derive from, so they stay what they are; their methods
look whether they have notes. Loaded only where the program uses asyncio.
"""

from __future__ import annotations

from asyncio import locks
from collections.abc import Callable, Coroutine
from sys import _getframe
from time import monotonic
from typing import Any

from backtrail.model.limits import LOCK_LONG_WAIT_S, LOCK_USES_TOLD_MAX, LOCK_WAITS_TOLD_MAX
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.locks.counted import NOTES, MayWatch, add_notes, has_room
from backtrail.record.locks.deadlock import report_circle
from backtrail.record.locks.naming import name_of
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import Owner, this_task
from backtrail.record.locks.patience import gave_back, took
from backtrail.record.locks.told import tell_requested, tell_timed_out
from backtrail.record.locks.waiting import begin_wait, circle_of, end_wait, is_first

Acquire = Callable[[Any], Coroutine[Any, Any, Any]]


def take_in_task(original: Acquire) -> Acquire:
    """Return `acquire` of a lock or a semaphore that tells of its use, if it has notes."""

    async def acquire(self: Any) -> Any:
        notes = self.__dict__.get(NOTES)
        try:
            if notes is None:
                return await original(self)
            owner = this_task()
            if must_wait(self):
                return await _wait(self, original, notes, owner)
            answer = await original(self)
            took(notes, owner, is_told=notes.told < LOCK_USES_TOLD_MAX)
        except BaseException as error:
            step_out(error)
            raise
        return answer

    return acquire


def must_wait(lock: Any) -> bool:
    """Whether who asks for a lock does not get it at once: it is taken, or others come first."""
    return bool(lock.locked() or getattr(lock, "_waiters", None))


async def _wait(lock: Any, original: Acquire, notes: Notes, owner: Owner) -> Any:
    """Wait for a lock, tell of it, and look whether that closes a circle.

    No other task runs between taking a lock and noting it, so a circle of tasks is one at once.
    """
    wait = begin_wait(owner, notes, None)
    is_told = notes.waits_told < LOCK_WAITS_TOLD_MAX
    try:
        if is_told:
            notes.waits_told += 1
            tell_requested(notes, owner, None)
        circle = circle_of(wait)
        if circle and is_first(circle):
            report_circle(circle)
        is_taken = await original(lock)
    except BaseException as error:
        tell_timed_out(notes, owner, monotonic() - wait.began_s, is_cancelled=True)
        step_out(error)
        raise
    finally:
        end_wait(wait)
    waited_s = monotonic() - wait.began_s
    if not is_told:
        notes.contended += 1
        notes.waited_s += waited_s
    took(notes, owner, waited_s, is_told=is_told or waited_s >= LOCK_LONG_WAIT_S)
    return is_taken


def give_in_task(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `release` of a lock or a semaphore that tells of it, if it has notes."""

    def release(self: Any) -> Any:
        notes = self.__dict__.get(NOTES)
        try:
            if notes is not None and is_taken(self, notes):
                gave_back(notes, this_task())
            return original(self)
        except BaseException as error:
            step_out(error)
            raise

    return release


def is_taken(lock: Any, notes: Notes) -> bool:
    """Whether there is anything to let go of; otherwise asyncio refuses."""
    return bool(lock.locked()) if notes.permits is None else has_room(lock, 1)


class AsyncLock(locks.Lock):
    """An `asyncio.Lock` whose waits, holders and holds are recorded."""

    def __init__(self, *, name: str | None = None) -> None:
        """Make a lock; without a name it is called after where that is done."""
        super().__init__()
        notes = Notes(name_of(name, "asyncio.Lock", _getframe(1)), "asyncio.Lock")
        self.__dict__[NOTES] = notes

    acquire = take_in_task(locks.Lock.acquire)
    release = give_in_task(locks.Lock.release)


def watch_tasks(patches: Patches, module: Any, may_watch: MayWatch) -> None:
    """Watch the locks, conditions and semaphores of asyncio that the program makes."""
    patches.replace(module.Lock, "__init__", _noting(may_watch))
    patches.replace(module.Condition, "__init__", _noting_inside(may_watch))
    patches.replace(module.Lock, "acquire", take_in_task)
    patches.replace(module.Lock, "release", give_in_task)
    for name in ("Semaphore", "BoundedSemaphore"):
        kind = getattr(module, name)
        patches.replace(kind, "__init__", _counting(f"asyncio.{name}", may_watch))
    # A bounded one calls the other's `release`.
    patches.replace(module.Semaphore, "release", give_in_task)
    patches.replace(module.Semaphore, "acquire", take_in_task)


def _noting(may_watch: MayWatch) -> Callable[..., Any]:
    """Return what makes an `__init__` that gives the locks of the program their notes."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            try:
                original(self, *args, **kwargs)
            except BaseException as error:
                step_out(error)
                raise
            frame = _getframe(1)
            if NOTES not in self.__dict__ and may_watch(frame):
                name = name_of(None, "asyncio.Lock", frame)
                self.__dict__[NOTES] = Notes(name, "asyncio.Lock")

        return init

    return make


def _noting_inside(may_watch: MayWatch) -> Callable[..., Any]:
    """Return what makes an `__init__` that gives the locks of conditions their notes."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def init(self: Any, lock: Any = None, **kwargs: Any) -> None:
            try:
                original(self, lock, **kwargs)
            except BaseException as error:
                step_out(error)
                raise
            frame = _getframe(1)
            if lock is None and may_watch(frame):
                name = name_of(None, "asyncio.Condition", frame)
                self._lock.__dict__[NOTES] = Notes(name, "asyncio.Condition")

        return init

    return make


def _counting(label: str, may_watch: MayWatch) -> Callable[..., Any]:
    """Return what makes an `__init__` that gives the semaphores of the program their notes."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def init(self: Any, value: int = 1, **kwargs: Any) -> None:
            try:
                original(self, value, **kwargs)
            except BaseException as error:
                step_out(error)
                raise
            frame = _getframe(1)
            if NOTES not in self.__dict__ and may_watch(frame):
                add_notes(self, value, name_of(None, label, frame), label)

        return init

    return make
