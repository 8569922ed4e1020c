"""Watches the locks that a program makes itself, under `backtrail run --locks`.

What the standard library and packages make for themselves stays plain: who makes a lock is who
calls, and everything else is looked at by nobody.
"""

from __future__ import annotations

import importlib
import threading
from sys import _getframe
from types import ModuleType
from typing import Any

from backtrail.model.limits import LOCKS_WATCHED_MAX
from backtrail.record import guard
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches
from backtrail.record.locks import counted, mutex
from backtrail.record.locks.naming import is_made_by_program
from backtrail.record.locks.notes import living
from backtrail.record.locks.told import tell_use


class _Watching:
    """What is watched at present."""

    def __init__(self) -> None:
        self.patches = Patches()
        self.is_on = False


_watching = _Watching()


class _StandIn(type):
    """The type of what stands in for `threading.Lock`: calling it makes a lock."""

    original: Any
    ours: Any

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or not may_watch(_getframe(1)):
            return cls.original(*args, **kwargs)
        return mutex.watched(cls.ours, _getframe(1), cls.ours.__name__)

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.ours)

    def __subclasscheck__(cls, kind: type) -> bool:
        return kind is cls.ours or kind is cls.ours.plain or type.__subclasscheck__(cls, kind)

    def __repr__(cls) -> str:
        return repr(cls.original)


def may_watch(frame: Any) -> bool:
    """Whether a frame that makes a lock is the program's own, and there are not too many yet."""
    if not is_made_by_program(frame):
        return False
    if living() >= LOCKS_WATCHED_MAX:
        guard.count("lock not watched")
        return False
    return True


def watch() -> None:
    """Watch the locks that the program makes from here on."""
    if _watching.is_on:
        return
    _watching.is_on = True
    patches = _watching.patches
    patches.exchange(threading, "Lock", _stand_in(threading.Lock, mutex.Lock))
    patches.exchange(threading, "RLock", _stand_in(threading.RLock, mutex.RLock))
    counted.watch_conditions(patches, threading, may_watch)
    counted.watch_semaphores(patches, threading, may_watch)
    when_imported("asyncio.locks", _watch_tasks)


def unwatch() -> None:
    """Let new locks be plain, and tell what is known of the others."""
    _watching.is_on = False
    _watching.patches.restore()
    tell_use()


def _stand_in(original: Any, ours: Any) -> Any:
    """Return what looks like a lock's maker, and makes plain ones for all but the program."""
    about = {name: getattr(original, name) for name in ("__doc__", "__module__", "__qualname__")}
    return _StandIn(original.__name__, (), {**about, "original": original, "ours": ours})


def _watch_tasks(locks: ModuleType) -> None:
    """Watch the locks of asyncio, once the program uses it."""
    if _watching.is_on:
        # Loaded only here: it imports asyncio, which the program may never do.
        module = importlib.import_module("backtrail.record.locks.task_locks")
        module.watch_tasks(_watching.patches, locks, may_watch)
