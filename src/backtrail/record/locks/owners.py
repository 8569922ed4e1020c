"""Who holds a lock or waits for one: a thread, or a task of asyncio.

The identity of a thread is given to a later one once it has ended, so an owner is an object of its
own, which its thread keeps; where the thread ends, it says so.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from threading import local as ThreadLocal  # noqa: N812 - it is a class
from typing import Any

from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.stacks import known_threads, thread_name


class Owner:
    """A thread or a task that may hold locks."""

    __slots__ = ("held", "is_ended", "last_name", "process", "task", "thread")

    def __init__(self, thread: Owner | None = None, task: Any = None) -> None:
        self.held: list[Any] = []
        """Notes of the locks that it took, in order; some may have been let go of since then."""
        self.is_ended = False
        self.process = os.getpid()
        self.task = task
        """Returns the task, while there is one."""
        self.thread = thread or self
        """The thread that it runs in: itself, unless it is a task."""
        self.last_name = ""

    @property
    def name(self) -> str:
        """How it is called in a timeline: by the name of its thread or task."""
        return f"{self.last_name} (ended)" if self.is_ended else self.last_name


class _Life:
    """Lives as long as its thread."""

    __slots__ = ("of",)

    def __init__(self, of: Owner) -> None:
        self.of = of

    def __del__(self) -> None:
        self.of.is_ended = True


local: Any = ThreadLocal()
"""Its `owner` is that of the present thread, once there is one."""
_tasks: dict[int, Owner] = {}
"""By the identity of the task."""


def begin_thread() -> Owner:
    """Return the owner that the present thread is from here on."""
    owner = Owner()
    owner.last_name = _name_of_thread()
    local.life = _Life(owner)
    local.owner = owner
    return owner


def this_thread() -> Owner:
    """Return the present thread as an owner, with the name that it has at this moment."""
    try:
        owner: Owner = local.owner
    except AttributeError:
        owner = begin_thread()
    owner.last_name = _name_of_thread()
    return owner


def _name_of_thread() -> str:
    ident = get_ident()
    return clean_text(thread_name(known_threads().get(ident), ident))


def this_task() -> Owner:
    """Return the present task as an owner; outside of any, the thread."""
    thread = this_thread()
    loop = sys.modules["asyncio"]._get_running_loop()  # noqa: SLF001 - documented, and raises nothing
    task = loop and sys.modules["asyncio"].current_task(loop)
    if task is None:
        return thread
    known = _tasks.get(id(task))
    if known is None or known.task() is not task:
        known = _tasks[id(task)] = _begin_task(thread, task)
    known.last_name = clean_text(str(task.get_name()))
    return known


def _begin_task(thread: Owner, task: Any) -> Owner:
    identity = id(task)

    def end(_: Any) -> None:
        owner.is_ended = True
        if _tasks.get(identity) is owner:
            del _tasks[identity]

    # Not kept alive by us.
    owner = Owner(thread, sys.modules["weakref"].ref(task, end))
    return owner


def _after_fork_in_child() -> None:
    """Only the thread that forked goes on in the child."""
    _tasks.clear()
    owner = getattr(local, "owner", None)
    if owner is not None:
        owner.process = os.getpid()


os.register_at_fork(after_in_child=_after_fork_in_child)
