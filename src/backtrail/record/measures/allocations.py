"""Where a stretch of work allocated memory, by `tracemalloc`.

Tracing costs a program several times its speed, so it is on only inside of measures that asked
for it, and a program that traces for itself is not disturbed: its peak is never reset.
"""

from __future__ import annotations

import importlib
from _thread import allocate_lock
from typing import Any

from backtrail.model.limits import ALLOCATIONS_MAX
from backtrail.record.capture.places import OWN_CODE
from backtrail.record.capture.redact import clean_text

Json = Any

_lock = allocate_lock()
_open: list[object] = []
"""Measures that trace at this moment, where we began to trace."""


class Allocations:
    """What is allocated between two moments."""

    __slots__ = ("before", "peak", "started")

    def __init__(self) -> None:
        tracemalloc = _tracemalloc()
        with _lock:
            if _open or not tracemalloc.is_tracing():
                if not _open:
                    tracemalloc.start()
                _open.append(self)
        self.before = tracemalloc.take_snapshot()
        self.started, self.peak = tracemalloc.get_traced_memory()

    def end(self) -> tuple[list[Json], int | None]:
        """Return where most was allocated that is still there, and the peak of all of it.

        The peak is `None` where it lies before the stretch, or nothing was traced.
        """
        tracemalloc = _tracemalloc()
        present, peak = tracemalloc.get_traced_memory()
        after = tracemalloc.take_snapshot() if tracemalloc.is_tracing() else None
        with _lock:
            if self in _open:
                _open.remove(self)
                if not _open:
                    tracemalloc.stop()
        if after is None:
            return [], None
        most = peak if peak > self.peak else present
        return _grown(after, self.before), max(0, most - self.started)


def _grown(after: Any, before: Any) -> list[Json]:
    """Return the places that hold more than before, those that grew most first."""
    found = []
    for place in after.compare_to(before, "lineno"):
        frame = place.traceback[0]
        is_ours = frame.filename.startswith(OWN_CODE) or frame.filename.endswith("tracemalloc.py")
        if place.size_diff > 0 and not is_ours:
            where = f"{clean_text(frame.filename)}:{frame.lineno}"
            found.append({"place": where, "bytes": place.size_diff, "count": place.count_diff})
    return sorted(found, key=lambda each: -each["bytes"])[:ALLOCATIONS_MAX]


def _tracemalloc() -> Any:
    # Loaded only here: few programs ask for it.
    return importlib.import_module("tracemalloc")
