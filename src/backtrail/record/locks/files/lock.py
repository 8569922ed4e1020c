"""`FileLock`: a lock between processes that says who holds it, on the package `filelock`.

What a lock guards is to be read after it was taken: what was read before may be old by then.
"""

from __future__ import annotations

import importlib
import os
from _thread import get_ident
from _weakref import ref
from collections.abc import Callable
from sys import _getframe
from time import monotonic
from typing import Any, Self

from backtrail.model.errors import BacktrailError
from backtrail.model.limits import LOCK_FILE_LOOK_S, LOCK_FILE_LOOK_S_MAX, LOCK_FILE_LOOKS
from backtrail.record import guard
from backtrail.record.locks.deadlock import report
from backtrail.record.locks.files.chain import KIND, Link, circle_from, say_told, say_waiting
from backtrail.record.locks.files.identity import (
    Identity,
    forget_identity,
    holder_of,
    own_identity,
    shown,
    write_identity,
)
from backtrail.record.locks.naming import name_of
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import Owner, this_thread
from backtrail.record.locks.patience import gave_back, leave_traceback, took
from backtrail.record.locks.told import tell_requested, tell_timed_out
from backtrail.record.locks.waiting import begin_wait, end_wait


class _Taken:
    """What `acquire` returns: leaving its block lets go of the lock."""

    def __init__(self, lock: FileLock) -> None:
        self.lock = lock

    def __enter__(self) -> FileLock:
        return self.lock

    def __exit__(self, *_: object) -> None:
        self.lock.release()


class FileLock:
    """A `filelock.FileLock` that tells who holds it, here and in other processes.

    `soft` is a lock that is nothing but a file, for file systems without locks: the package breaks
    one whose process is gone. Everything else that a `filelock.FileLock` has, this one has too.
    """

    def __init__(
        self,
        lock_file: str | os.PathLike[str],
        timeout: float = -1,
        *,
        name: str | None = None,
        soft: bool = False,
        **options: Any,
    ) -> None:
        """Make a lock; without a name it is called after its file.

        Raises:
            BacktrailError: the package `filelock` is not installed.
        """
        library = _library()
        kind = library.SoftFileLock if soft else library.FileLock
        self._lock = kind(lock_file, timeout, **options)
        self._path = os.path.abspath(os.fspath(lock_file))
        self._timeout_error = library.Timeout
        title = os.path.basename(self._path) if name is None else name
        self._notes = Notes(name_of(title, KIND, _getframe(1)), KIND, _is_taken(self._lock))
        self._notes.key = self._path

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lock, name)

    def holder(self) -> Identity | None:
        """Return who holds the lock at this moment, in whichever process; `None` if nobody.

        One on another host is told as it wrote itself down: whether it still runs is not known.
        """
        return holder_of(self._path)

    def acquire(
        self,
        timeout: float | None = None,
        poll_interval: float | None = None,
        *,
        blocking: bool | None = None,
        **options: Any,
    ) -> _Taken:
        """Take the lock; who waits tells for whom.

        Raises:
            filelock.Timeout: another one kept it for too long; a note says who.
        """
        if poll_interval is not None:
            options["poll_interval"] = poll_interval
        try:
            if self._lock.is_locked:
                self._lock.acquire(timeout, blocking=blocking, **options)
            else:
                self._take(self._patience(timeout, blocking=blocking), options)
        except BaseException as error:
            leave_traceback(error)
            raise
        return _Taken(self)

    def release(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as the original
        """Let go of the lock, once that was called as often as it was taken."""
        try:
            if self._lock.is_locked and (force or self._lock.lock_counter == 1):
                gave_back(self._notes, this_thread())
                forget_identity(self._path)
            self._lock.release(force=force)
        except BaseException as error:
            leave_traceback(error)
            raise

    def __enter__(self) -> Self:
        try:
            self.acquire()
        except BaseException as error:
            leave_traceback(error)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _patience(self, timeout: float | None, *, blocking: bool | None) -> float | None:
        """Return how long to wait, in seconds; `None` is for ever."""
        if not (self._lock.blocking if blocking is None else blocking):
            return 0.0
        seconds = self._lock.timeout if timeout is None else timeout
        return None if seconds < 0 else seconds

    def _take(self, patience: float | None, options: dict[str, Any]) -> None:
        owner = this_thread()
        began_s = monotonic()
        try:
            self._lock.acquire(0, **options)
        except self._timeout_error as error:
            if patience == 0:
                self._gave_up(owner, 0.0, error)
                raise
            self._wait(owner, patience, options)
        self._has_it(owner, monotonic() - began_s)

    def _has_it(self, owner: Owner, waited_s: float) -> None:
        """Say that the lock is ours, beside it and in the trace."""
        self._notes.outside = None
        try:
            write_identity(self._path, own_identity(owner, get_ident()))
        except Exception as error:  # noqa: BLE001 - an edge: the lock is held, whatever is said of it
            guard.broke("holder of a lock file", error)
        took(self._notes, owner, waited_s, is_told=True)

    def _wait(self, owner: Owner, patience: float | None, options: dict[str, Any]) -> None:
        """Wait for the lock, and look now and then whether that can ever end."""
        self._look()
        wait = begin_wait(owner, self._notes, patience)
        try:
            tell_requested(self._notes, owner, patience)
            say_waiting(owner, self._path)
            self._poll(owner, wait.began_s, patience, options)
        except self._timeout_error as error:
            self._look()
            self._gave_up(owner, monotonic() - wait.began_s, error)
            raise
        except BaseException:
            self._look()
            waited_s = monotonic() - wait.began_s
            tell_timed_out(self._notes, owner, waited_s, is_cancelled=True)
            raise
        finally:
            end_wait(wait)
            say_waiting(owner, None)

    def _poll(
        self, owner: Owner, began_s: float, patience: float | None, options: dict[str, Any]
    ) -> None:
        looks: list[list[Link]] = []
        pause = LOCK_FILE_LOOK_S
        while True:
            left = None if patience is None else began_s + patience - monotonic()
            try:
                piece = pause if left is None else max(0.0, min(left, pause))
                self._lock.acquire(piece, **options)
            except self._timeout_error:
                if left is not None and left <= pause:
                    raise
                looks = self._looked(owner, looks, may_end=patience is not None)
                pause = min(2 * pause, LOCK_FILE_LOOK_S_MAX)
            else:
                return

    def _looked(self, owner: Owner, looks: list[list[Link]], *, may_end: bool) -> list[list[Link]]:
        """Look for a circle; report one that has been there before, if that is ours to do.

        Of those in it the one with the lowest number reports; another one only after a while
        without a report.
        """
        say_waiting(owner, self._path)
        circle = circle_from(self._path)
        if not circle or (looks and _times(looks[-1]) != _times(circle)):
            return [circle] if circle else []
        looks = [*looks[-LOCK_FILE_LOOKS:], circle]
        is_ours = _is_first_of(circle)
        is_due = len(looks) == (2 if is_ours else LOCK_FILE_LOOKS)
        if is_due and not any(link.holder.deadlock for link in circle):
            error_id = report(_named(circle), may_end=may_end)
            if error_id is not None:
                say_told(owner, error_id)
        return looks

    def _look(self) -> None:
        """Note who holds the lock in another process."""
        identity = self.holder()
        is_outside = identity is not None and identity.pid != os.getpid()
        self._notes.outside = identity.name if identity is not None and is_outside else None

    def _gave_up(self, owner: Owner, waited_s: float, error: BaseException) -> None:
        identity = self.holder()
        self._notes.outside = None if identity is None else identity.name
        tell_timed_out(self._notes, owner, waited_s, is_cancelled=False)
        if identity is not None:
            error.add_note(shown(identity))


def _library() -> Any:
    # An extra of ours: only a program that uses it needs it.
    try:
        return importlib.import_module("filelock")
    except ImportError as error:
        raise BacktrailError(
            "FileLock needs the package filelock, which is not installed",
            hint='pip install "backtrail[locks]"',
        ) from error


def _is_taken(lock: Any) -> Callable[[], int]:
    known = ref(lock)

    def is_taken() -> int:
        found = known()
        return int(found is not None and found.is_locked)

    return is_taken


def _times(circle: list[Link]) -> list[tuple[str, int, int]]:
    """Return what stays the same of a circle while nobody in it moves."""
    return [(link.path, link.holder.pid, link.holder.time_unix_ns) for link in circle]


def _is_first_of(circle: list[Link]) -> bool:
    """Whether the present thread is the first of a circle, or stands for the thread that is."""
    first = min((link.holder.pid, link.holder.thread_id) for link in circle)
    own = {link.holder.thread_id for link in circle if link.holder.pid == os.getpid()}
    return first[0] == os.getpid() and (first[1] == get_ident() or get_ident() not in own)


def _named(circle: list[Link]) -> list[tuple[str, str, str]]:
    """Return a circle by names: who waits, for which lock, held by whom."""
    holders = [link.holder for link in circle]
    is_by_thread = len({holder.pid for holder in holders}) < len(holders)
    names = [f"{h.name} ({h.thread})" if is_by_thread else h.name for h in holders]
    titles = [os.path.basename(link.path) for link in circle]
    return list(zip([names[-1], *names[:-1]], titles, names, strict=True))
