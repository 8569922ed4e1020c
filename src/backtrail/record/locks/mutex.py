"""`Lock` and `RLock` that behave like those of `threading`, and are watched.

A lock is taken and let go of in hot loops, so what is done there is as little as can be: after its
first uses a lock notes who took it, and when, and leaves letting go to the plain lock's own method.
For that, the methods are slots of each lock: a slot of a class is found before anything else, by
the `with` statement too, and holds what was put into it for this lock alone.
"""

from __future__ import annotations

import re
from _thread import TIMEOUT_MAX, allocate_lock
from _thread import RLock as PlainRLock
from _weakref import ref
from collections.abc import Callable
from sys import _getframe
from time import monotonic
from types import FrameType
from typing import Any

from backtrail.model.limits import LOCK_USES_TOLD_MAX
from backtrail.record.locks.naming import name_of
from backtrail.record.locks.notes import Notes, add_orders, held_by
from backtrail.record.locks.owners import Owner, begin_thread, local, this_thread
from backtrail.record.locks.patience import gave_back, leave_traceback, took, wait_for
from backtrail.record.locks.told import tell_acquired

PLAIN_LOCK = type(allocate_lock())
_INTEGERS = frozenset({int, bool})
_NUMBERS = frozenset({int, float})
_COUNT = re.compile(r" count=(\d+)")


class _LikePlain(type):
    """Lets `isinstance` take a plain lock for one of ours: a program must not see a difference."""

    def __instancecheck__(cls, value: object) -> bool:
        return type.__instancecheck__(cls, value) or type(value) is cls.plain  # type: ignore[attr-defined]


class _Watched(metaclass=_LikePlain):
    """What both have in common: they say of themselves what the plain lock would say."""

    __slots__ = ()
    plain: Any
    __enter__: Callable[[], bool]
    __exit__: Callable[..., None]
    acquire: Callable[..., bool]
    release: Callable[[], None]
    _plain: Any
    _backtrail_notes: Any

    @property  # type: ignore[misc]  # `isinstance(lock, type(plain))` must hold.
    def __class__(self) -> Any:
        return self.plain

    def __repr__(self) -> str:
        return repr(self._plain)

    def __reduce_ex__(self, protocol: Any) -> Any:
        try:
            return self._plain.__reduce_ex__(protocol)
        except TypeError as error:
            leave_traceback(error)
            raise

    def equip(self, plain: Any, notes: Notes) -> None:
        """Put the methods in: those that tell each use, until the lock has had its first ones."""
        self._plain = plain
        self._backtrail_notes = notes
        quiet = (light_enter(plain, notes), plain.__exit__, light_release(plain, notes))
        self.put(*_telling(plain, notes, quiet, ref(self)))

    def put(self, enter: Any, leave: Any, release: Any) -> None:
        """Put in how the lock is taken and let go of."""
        self.__enter__ = enter
        self.__exit__ = leave
        self.release = release
        self.acquire = _acquiring(self._plain, self._backtrail_notes, enter)


class Lock(_Watched):
    """A `threading.Lock` whose waits, holders and holds are recorded."""

    __slots__ = (
        "__enter__",
        "__exit__",
        "__weakref__",
        "_at_fork_reinit",
        "_backtrail_notes",
        "_plain",
        "acquire",
        "acquire_lock",
        "locked",
        "locked_lock",
        "release",
        "release_lock",
    )
    plain = PLAIN_LOCK
    locked: Callable[[], bool]

    def __init__(self, *, name: str | None = None) -> None:
        """Make a lock; without a name it is called after where that is done."""
        self.equip(allocate_lock(), Notes(name_of(name, "Lock", _getframe(1)), "Lock"))

    def equip(self, plain: Any, notes: Notes) -> None:
        """Put in what a plain lock has."""
        notes.is_locked = self.locked = self.locked_lock = plain.locked
        self._at_fork_reinit = _reinit(plain, notes)
        super().equip(plain, notes)

    def put(self, enter: Any, leave: Any, release: Any) -> None:
        """Put in how the lock is taken and let go of, under their older names too."""
        super().put(enter, leave, release)
        self.acquire_lock, self.release_lock = self.acquire, release


class RLock(_Watched):
    """A `threading.RLock` whose waits, holders and holds are recorded."""

    __slots__ = (
        "__enter__",
        "__exit__",
        "__weakref__",
        "_acquire_restore",
        "_at_fork_reinit",
        "_backtrail_notes",
        "_is_owned",
        "_plain",
        "_recursion_count",
        "_release_save",
        "acquire",
        "release",
    )
    plain = PlainRLock

    def __init__(self, *, name: str | None = None) -> None:
        """Make a lock; without a name it is called after where that is done."""
        self.equip(PlainRLock(), Notes(name_of(name, "RLock", _getframe(1)), "RLock"))

    def equip(self, plain: Any, notes: Notes) -> None:
        """Put in what a plain reentrant lock has, with what conditions ask of it."""
        notes.is_locked = _depth_of(plain)
        self._is_owned = plain._is_owned  # noqa: SLF001 - the plain lock's own
        self._recursion_count = lambda: notes.is_locked() if plain._is_owned() else 0  # noqa: SLF001 - see above
        self._at_fork_reinit = _reinit(plain, notes)
        self._release_save, self._acquire_restore = _around_wait(plain, notes)
        super().equip(plain, notes)


def watched(kind: type[_Watched], frame: FrameType, label: str, *, name: str | None = None) -> Any:
    """Return a lock that stands in for a plain one that a frame makes, told of under a label."""
    lock = kind.__new__(kind)
    plain = allocate_lock() if kind is Lock else PlainRLock()
    lock.equip(plain, Notes(name_of(name, label, frame), label))
    return lock


def _depth_of(plain: Any) -> Callable[[], int]:
    """Return what tells how often a reentrant lock is held, by whichever thread."""

    def depth() -> int:
        match = _COUNT.search(repr(plain))
        return int(match[1]) if match else 0

    return depth


def light_enter(plain: Any, notes: Notes) -> Callable[[], bool]:
    """Return what takes a lock, as cheaply as can be."""
    take = plain.acquire

    def enter() -> bool:
        if take(False):  # noqa: FBT003 - an argument of the lock's by position is half as dear
            try:
                owner = local.owner
            except AttributeError:
                owner = begin_thread()
            notes.holder = owner
            notes.since = monotonic()
            notes.uses += 1
            held = owner.held
            if held and held[-1] is notes:
                return True
            if not held:
                held.append(notes)
                return True
            return _took_another(notes, owner)
        try:
            return wait_for(notes, take, None)
        except BaseException as error:
            leave_traceback(error)
            raise

    return enter


def _took_another(notes: Notes, owner: Owner) -> bool:
    """Note that a lock was taken after another one, which may still be held."""
    held = owner.held
    last = held[-1]
    if len(held) == 1 and not (last.holder is owner and last.is_locked()):
        held[0] = notes
        return True
    others = [each for each in held_by(owner) if each is not notes]
    is_inner = len(others) < len(held) and notes.kind == "RLock" and notes.is_locked() > 1
    if not is_inner:
        held[:] = [*others, notes]
        if add_orders(notes, others):
            notes.told += 1
            tell_acquired(notes, this_thread())
    return True


def light_release(plain: Any, notes: Notes) -> Callable[[], None]:
    """Return what lets go of a lock, and notes when that is done for another one's sake."""
    let_go = plain.release

    def release() -> None:
        if notes.holder is not getattr(local, "owner", None):
            notes.is_passed_on = True
        try:
            let_go()
        except BaseException as error:
            leave_traceback(error)
            raise

    return release


def _acquiring(plain: Any, notes: Notes, enter: Callable[[], bool]) -> Callable[..., bool]:
    """Return the method `acquire` that goes with a way to enter."""
    take = plain.acquire

    def acquire(blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - as the plain one
        notes.is_bare = True
        try:
            if blocking is True and timeout == -1:
                return enter()
            is_timed = type(timeout) in _NUMBERS and 0 < timeout <= TIMEOUT_MAX
            may_wait = is_timed and type(blocking) in _INTEGERS and bool(blocking)
            is_taken = take(False) if may_wait else take(blocking, timeout)  # noqa: FBT003 - see above
            if is_taken:
                return _took(notes)
            return may_wait and wait_for(notes, take, timeout)
        except BaseException as error:
            leave_traceback(error)
            raise

    return acquire


def _took(notes: Notes) -> bool:
    """Note that a lock was taken in a way that may be dearer."""
    if notes.is_locked() == 1:
        took(notes, this_thread(), is_told=notes.told < LOCK_USES_TOLD_MAX)
    return True


def _telling(plain: Any, notes: Notes, quiet: tuple[Any, Any, Any], lock: ref[Any]) -> Any:
    """Return how a lock is taken and let go of while each use is told."""
    release = _telling_release(plain, notes)
    return _telling_enter(plain, notes, quiet, lock), leaving(release), release


def _telling_enter(
    plain: Any, notes: Notes, quiet: tuple[Any, Any, Any], lock: ref[Any]
) -> Callable[[], bool]:
    take = plain.acquire
    is_reentrant = type(plain) is PlainRLock

    def enter() -> bool:
        if notes.told >= LOCK_USES_TOLD_MAX:
            notes.is_hold_told = False
            found = lock()
            if found is not None and found.__enter__ is not quiet[0]:
                found.put(*quiet)
            return quiet[0]()  # type: ignore[no-any-return]
        if is_reentrant and plain._is_owned():  # noqa: SLF001 - the plain lock's own
            return take()  # type: ignore[no-any-return]
        if take(False):  # noqa: FBT003 - see above
            took(notes, this_thread(), is_told=True)
            return True
        try:
            return wait_for(notes, take, None)
        except BaseException as error:
            leave_traceback(error)
            raise

    return enter


def _telling_release(plain: Any, notes: Notes) -> Callable[[], None]:
    let_go = plain.release
    is_last = _outermost(plain, notes) if type(plain) is PlainRLock else _always

    def release() -> None:
        if notes.holder is not None and is_last():
            gave_back(notes, this_thread())
        try:
            let_go()
        except BaseException as error:
            leave_traceback(error)
            raise

    return release


def leaving(release: Callable[[], None]) -> Callable[..., None]:
    """Return `__exit__` that goes with a way to release."""

    def leave(*_: object) -> None:
        try:
            release()
        except BaseException as error:
            leave_traceback(error)
            raise

    return leave


def _always() -> bool:
    return True


def _outermost(plain: Any, notes: Notes) -> Callable[[], bool]:
    """Return what tells whether letting go of a reentrant lock once makes it free."""
    return lambda: plain._is_owned() and notes.is_locked() == 1  # noqa: SLF001 - the plain lock's own


def _around_wait(plain: Any, notes: Notes) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """Return how a condition lets go of a reentrant lock while it waits, and takes it again."""

    def release_save() -> Any:
        if plain._is_owned():  # noqa: SLF001 - the plain lock's own, as are the next
            gave_back(notes, this_thread())
        return plain._release_save()  # noqa: SLF001 - see above

    def acquire_restore(state: Any) -> None:
        if plain.acquire(False):  # noqa: FBT003 - see above
            took(notes, this_thread(), is_told=notes.told < LOCK_USES_TOLD_MAX)
        else:
            wait_for(notes, plain.acquire, None)
        for _ in range(state[0] - 1):
            plain.acquire()

    return release_save, acquire_restore


def _reinit(plain: Any, notes: Notes) -> Callable[[], None]:
    """Return how a lock is made free in a forked process."""

    def at_fork_reinit() -> None:
        plain._at_fork_reinit()  # noqa: SLF001 - the plain lock's own
        notes.holder = None

    return at_fork_reinit
