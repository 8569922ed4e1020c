"""Conditions and semaphores: those of `threading`, watched.

They are classes of Python that a program may derive from, so they stay what they are: a condition
is given a lock that is watched, and the methods of a semaphore look whether it has notes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from sys import _getframe
from types import FrameType
from typing import Any

from backtrail.model.limits import LOCK_USES_TOLD_MAX
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.locks import mutex
from backtrail.record.locks.naming import name_of
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import this_thread
from backtrail.record.locks.patience import gave_back, leave_traceback, took, wait_for

MayWatch = Callable[[FrameType | None], bool]
NOTES = "_backtrail_notes"
"""Name of the attribute by which a semaphore, or a lock of asyncio, has its notes."""


class Condition(threading.Condition):
    """A `threading.Condition` whose lock is watched."""

    def __init__(self, lock: Any = None, *, name: str | None = None) -> None:
        """Make a condition; without a name it is called after where that is done."""
        if lock is None:
            lock = mutex.watched(mutex.RLock, _getframe(1), "Condition", name=name)
        super().__init__(lock)


def take_permit(original: Callable[..., bool]) -> Callable[..., bool]:
    """Return `acquire` of a semaphore that tells of its use, if it has notes."""

    def acquire(self: Any, blocking: bool = True, timeout: float | None = None) -> bool:  # noqa: FBT001, FBT002 - as the original
        notes = self.__dict__.get(NOTES)
        try:
            if notes is None or (not blocking and timeout is not None):
                return original(self, blocking, timeout)
            if original(self, False):  # noqa: FBT003 - as above
                took(notes, this_thread(), is_told=notes.told < LOCK_USES_TOLD_MAX)
                return True
            if not blocking:
                return False

            def take(_blocking: Any, seconds: float) -> bool:
                return original(self, True, None if seconds < 0 else seconds)  # noqa: FBT003 - as above

            return wait_for(notes, take, timeout)
        except BaseException as error:
            leave_traceback(error)
            raise

    return acquire


def give_permit(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return `release` of a semaphore that tells of it, if it has notes."""

    def release(self: Any, n: int = 1) -> Any:
        notes = self.__dict__.get(NOTES)
        try:
            if notes is not None and n >= 1 and has_room(self, n):
                for _ in range(n):
                    gave_back(notes, this_thread())
            return original(self, n)
        except BaseException as error:
            step_out(error)
            raise

    return release


def has_room(semaphore: Any, number: int) -> bool:
    """Whether a semaphore takes so many permits back; a bounded one may refuse."""
    bound = getattr(semaphore, "_initial_value", None)
    if bound is None:
        bound = getattr(semaphore, "_bound_value", None)
    return bound is None or semaphore._value + number <= bound  # noqa: SLF001 - nothing public says it


class Semaphore(threading.Semaphore):
    """A `threading.Semaphore` whose waits and holders are recorded."""

    def __init__(self, value: int = 1, *, name: str | None = None) -> None:
        """Make a semaphore; without a name it is called after where that is done."""
        super().__init__(value)
        add_notes(self, value, name_of(name, "Semaphore", _getframe(1)), "Semaphore")

    acquire = take_permit(threading.Semaphore.acquire)
    __enter__ = acquire
    release = give_permit(threading.Semaphore.release)


class BoundedSemaphore(threading.BoundedSemaphore):
    """A `threading.BoundedSemaphore` whose waits and holders are recorded."""

    def __init__(self, value: int = 1, *, name: str | None = None) -> None:
        """Make a semaphore; without a name it is called after where that is done."""
        super().__init__(value)
        name = name_of(name, "BoundedSemaphore", _getframe(1))
        add_notes(self, value, name, "BoundedSemaphore")

    acquire = take_permit(threading.BoundedSemaphore.acquire)
    __enter__ = acquire
    release = give_permit(threading.BoundedSemaphore.release)


def add_notes(semaphore: Any, value: int, name: str, kind: str) -> None:
    """Give a semaphore its notes; one for several at once has no holder to wait for."""
    notes = Notes(name, kind)
    notes.permits = {}
    notes.is_passed_on = value != 1
    semaphore.__dict__[NOTES] = notes


def watch_conditions(patches: Patches, module: Any, may_watch: MayWatch) -> None:
    """Let the conditions that the program makes have a lock that is watched."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def init(self: Any, lock: Any = None) -> Any:
            frame = _getframe(1)
            if lock is None and may_watch(frame):
                lock = mutex.watched(mutex.RLock, frame, "Condition")
            return original(self, lock)

        return init

    patches.replace(module.Condition, "__init__", make)


def watch_semaphores(patches: Patches, module: Any, may_watch: MayWatch) -> None:
    """Watch the semaphores that the program makes, also those of classes of its own."""
    for name in ("Semaphore", "BoundedSemaphore"):
        kind = getattr(module, name)
        patches.replace(kind, "__init__", counting(name, may_watch))
        patches.replace(kind, "release", give_permit)
    patches.replace(module.Semaphore, "acquire", take_permit)
    patches.replace(module.Semaphore, "__enter__", take_permit)


def counting(label: str, may_watch: MayWatch) -> Callable[..., Any]:
    """Return what makes an `__init__` that gives the semaphores of the program their notes."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def init(self: Any, value: int = 1) -> Any:
            try:
                original(self, value)
            except BaseException as error:
                step_out(error)
                raise
            frame = _getframe(1)
            if NOTES not in self.__dict__ and may_watch(frame):
                add_notes(self, value, name_of(None, label, frame), label)

        return init

    return make
