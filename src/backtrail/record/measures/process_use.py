"""Measures the whole process, and tells of it when it ends."""

from __future__ import annotations

import os
import sys
from time import monotonic_ns, process_time_ns

from backtrail.model.changes import OperationMeasured
from backtrail.model.clock import NS_PER_MS
from backtrail.model.limits import STRING_CHARS_MAX
from backtrail.record import guard, scope, sink, switch
from backtrail.record.capture.secrets.command import clean_command
from backtrail.record.measures.gc_pauses import count_no_pauses, count_pauses, pauses
from backtrail.record.measures.memory import memory

_began_ns = [0]
"""When it began to be measured."""


def watch() -> None:
    """Measure this process from here on."""
    _began_ns[0] = monotonic_ns()
    count_pauses()
    if tell_use not in switch.last_words:
        switch.last_words.append(tell_use)


def unwatch() -> None:
    """Measure it no longer."""
    count_no_pauses()
    if tell_use in switch.last_words:
        switch.last_words.remove(tell_use)


def tell_use() -> None:
    """Record what the process has used so far."""
    try:
        use = memory()
        body = OperationMeasured(
            name=" ".join(clean_command(getattr(sys, "orig_argv", sys.argv)))[:STRING_CHARS_MAX],
            took_ms=(monotonic_ns() - _began_ns[0]) / NS_PER_MS,
            cpu_ms=process_time_ns() / NS_PER_MS,
            peak_memory_bytes=use and use[1],
            gc_pauses=pauses.count,
            gc_pause_ms=pauses.total_ns / NS_PER_MS,
        )
        sink.record_event("operation.measured", body, here=scope.at_top(scope.root()))
    except Exception as error:  # noqa: BLE001 - an edge: the program's own end
        guard.broke("measures", error)


def _after_fork_in_child() -> None:
    _began_ns[0] = monotonic_ns()


os.register_at_fork(after_in_child=_after_fork_in_child)
