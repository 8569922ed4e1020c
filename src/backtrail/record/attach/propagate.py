"""The present scope follows the program wherever it goes on: threads, pools, processes, children.

Nothing is loaded for it: each part of the standard library is fitted out when the program imports
it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from backtrail.record.attach.children import follow_posix_spawn, follow_subprocesses
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches
from backtrail.record.attach.processes import (
    follow_pools,
    follow_process_pools,
    follow_processes,
)
from backtrail.record.attach.threads import follow_thread_pools, follow_threads, know_tasks

WAYS: dict[str, Callable[[Patches, ModuleType], None]] = {
    "asyncio.tasks": know_tasks,
    "threading": follow_threads,
    "concurrent.futures.thread": follow_thread_pools,
    "concurrent.futures.process": follow_process_pools,
    "multiprocessing.process": follow_processes,
    "multiprocessing.pool": follow_pools,
    "subprocess": follow_subprocesses,
}
"""Modules by which a program goes on elsewhere, and how we come along."""


class _Propagation:
    """What is fitted out at present."""

    def __init__(self) -> None:
        self.patches = Patches()
        self.is_on = False


_propagation = _Propagation()


def install_propagation() -> None:
    """Let the scope follow from here on."""
    if _propagation.is_on:
        return
    _propagation.is_on = True
    follow_posix_spawn(_propagation.patches)
    for name, follow in WAYS.items():
        when_imported(name, _fitting(follow))


def remove_propagation() -> None:
    """Let everything be as it was."""
    _propagation.is_on = False
    _propagation.patches.restore()


def _fitting(follow: Callable[[Patches, ModuleType], None]) -> Callable[[ModuleType], None]:
    def fit(module: ModuleType) -> None:
        if _propagation.is_on:
            follow(_propagation.patches, module)

    return fit
