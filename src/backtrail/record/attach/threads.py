"""The scope follows into threads, timers and thread pools.

A thread goes on in the scope that it was started in, a task of a pool in the scope that it was
submitted in; tasks of asyncio need nothing, they copy the context by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record import guard, scope
from backtrail.record.attach.patching import Patches, step_out

CARRIED = "_backtrail_scope"
"""Name of the attribute by which a thread or a task brings its scope along."""


def know_tasks(_patches: Patches, tasks: ModuleType) -> None:
    """Let the recorder see which task of asyncio runs."""
    scope.running_tasks = tasks._current_tasks  # noqa: SLF001 - asking asyncio costs a call


def follow_threads(patches: Patches, threading: ModuleType) -> None:
    """Let threads, and with them timers, begin in the scope that starts them."""
    patches.replace(threading.Thread, "start", _start)
    patches.replace(threading.Thread, "_bootstrap_inner", _bootstrap_inner)


def follow_thread_pools(patches: Patches, module: ModuleType) -> None:
    """Let what is submitted to a thread pool run in the scope that submits it."""
    item: Any = module._WorkItem  # noqa: SLF001 - no public place knows both ends
    patches.replace(item, "__init__", _submitted)
    patches.replace(item, "run", _run)


def _start(original: Callable[..., Any]) -> Callable[..., Any]:
    def start(self: Any) -> Any:
        # Not by assignment: a subclass may have a __setattr__ of its own.
        self.__dict__[CARRIED] = scope.get()
        try:
            return original(self)
        except BaseException as error:
            step_out(error)
            raise

    return start


def _bootstrap_inner(original: Callable[..., Any]) -> Callable[..., Any]:
    def bootstrap_inner(self: Any) -> Any:
        here = self.__dict__.pop(CARRIED, None)
        if here is not None:
            scope.activate(here)
        return original(self)

    return bootstrap_inner


def _submitted(original: Callable[..., Any]) -> Callable[..., Any]:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        try:
            self.__dict__[CARRIED] = scope.get()
        except Exception as error:  # noqa: BLE001 - an edge: the program's own work
            guard.broke("submit", error)

    return init


def _run(original: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        here = self.__dict__.pop(CARRIED, None)
        if here is None:
            return original(self, *args, **kwargs)
        outside = scope.get()
        scope.activate(here)
        try:
            return original(self, *args, **kwargs)
        finally:
            scope.activate(outside)

    return run
