"""Cancellations that are time limits of asyncio: `asyncio.timeout` and `asyncio.wait_for`.

Both cancel a task; what it waits for sees a cancellation like any other.
"""

from __future__ import annotations

import sys
from _weakref import ref
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record.attach.patching import Patches, step_out

Function = Callable[..., Any]

_over: dict[int, Any] = {}
"""By identity: the tasks whose time is over."""


def watch_timeouts(patches: Patches, module: ModuleType) -> None:
    """See whose time is over in `asyncio.timeout`."""
    patches.replace(module.Timeout, "_on_timeout", _ending)
    patches.replace(module.Timeout, "__aexit__", _leaving)


def watch_wait_for(patches: Patches, module: ModuleType) -> None:
    """See whose time is over in `asyncio.wait_for`, where it has a task of its own."""
    if hasattr(module, "_cancel_and_wait"):
        patches.replace(module, "_cancel_and_wait", _cancelling)


def is_over() -> bool:
    """Whether the present task is cancelled because its time is over."""
    if not _over:
        return False
    task = _present_task()
    known = _over.get(id(task))
    return known is not None and known() is task


def _present_task() -> Any:
    try:
        return sys.modules["asyncio"].current_task()
    except RuntimeError:
        # No loop runs in this thread.
        return None


def _add(task: Any) -> None:
    key = id(task)
    _over[key] = ref(task, lambda _: _over.pop(key, None))


def _ending(original: Function) -> Function:
    def on_timeout(self: Any) -> Any:
        _add(self._task)
        return original(self)

    return on_timeout


def _leaving(original: Function) -> Function:
    async def aexit(self: Any, *error: Any) -> Any:
        _over.pop(id(self._task), None)
        try:
            return await original(self, *error)
        except BaseException as raised:
            step_out(raised)
            raise

    return aexit


def _cancelling(original: Function) -> Function:
    async def cancel_and_wait(fut: Any, loop: Any) -> Any:
        task = _present_task()
        if task is not None and not task.cancelling():
            # Nobody cancels the one who waits: it is the time that is over.
            _add(fut)
        try:
            return await original(fut, loop)
        except BaseException as raised:
            step_out(raised)
            raise
        finally:
            _over.pop(id(fut), None)

    return cancel_and_wait
