"""Backtrail: from a failure back to its cause.

    import backtrail

    backtrail.start()
    debug = backtrail.get_debugger("billing")
    debug("charge_card", user=17, amount=19.9)

Everything public of the recorder is here; see `docs/guides` for what each part is for.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from backtrail.model.errors import BacktrailError
from backtrail.model.version import __version__
from backtrail.record.debugger import Debugger, debug, get_debugger
from backtrail.record.error import capture_error_context, capture_exception
from backtrail.record.ring import TraceBuffer
from backtrail.record.scope import attach_trace_history, get_current_trace_id
from backtrail.record.sink import keep_trace, set_mode
from backtrail.record.span import Span, start_operation_trace, trace_span
from backtrail.record.switch import disable, enable, obey, start, stop

if TYPE_CHECKING:
    from backtrail.record.calls.manual import record_llm_call
    from backtrail.record.locks.counted import BoundedSemaphore, Condition, Semaphore
    from backtrail.record.locks.files.lock import FileLock
    from backtrail.record.locks.mutex import Lock, RLock
    from backtrail.record.locks.task_locks import AsyncLock
    from backtrail.record.measures.measuring import measure
    from backtrail.record.state.tracking import track_state

__all__ = [
    "AsyncLock",
    "BacktrailError",
    "BoundedSemaphore",
    "Condition",
    "Debugger",
    "FileLock",
    "Lock",
    "RLock",
    "Semaphore",
    "Span",
    "TraceBuffer",
    "__version__",
    "attach_trace_history",
    "capture_error_context",
    "capture_exception",
    "debug",
    "disable",
    "enable",
    "get_current_trace_id",
    "get_debugger",
    "keep_trace",
    "measure",
    "record_llm_call",
    "set_mode",
    "start",
    "start_operation_trace",
    "stop",
    "trace_span",
    "track_state",
]

_LOADED_WHEN_USED = {
    "AsyncLock": "backtrail.record.locks.task_locks",
    "BoundedSemaphore": "backtrail.record.locks.counted",
    "Condition": "backtrail.record.locks.counted",
    "FileLock": "backtrail.record.locks.files.lock",
    "Lock": "backtrail.record.locks.mutex",
    "RLock": "backtrail.record.locks.mutex",
    "Semaphore": "backtrail.record.locks.counted",
    "measure": "backtrail.record.measures.measuring",
    "record_llm_call": "backtrail.record.calls.manual",
    "track_state": "backtrail.record.state.tracking",
}
"""Public names that many programs never use, and the modules that hold them."""


def __getattr__(name: str) -> object:
    if name not in _LOADED_WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_LOADED_WHEN_USED[name]), name)
    globals()[name] = value
    return value


obey(os.environ)
