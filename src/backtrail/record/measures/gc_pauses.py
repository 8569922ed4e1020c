"""How often, and for how long, the garbage collector stopped this process."""

from __future__ import annotations

import gc
import os
from time import perf_counter_ns
from typing import Any


class Pauses:
    """The pauses since they are counted; each stops all threads."""

    __slots__ = ("began_ns", "count", "total_ns")

    def __init__(self) -> None:
        self.began_ns = 0
        self.count = 0
        self.total_ns = 0

    def __call__(self, phase: str, _found: dict[str, Any]) -> None:
        """Take what the collector tells before and after each collection."""
        if phase == "start":
            self.began_ns = perf_counter_ns()
        elif self.began_ns:
            self.total_ns += perf_counter_ns() - self.began_ns
            self.count += 1
            self.began_ns = 0


pauses = Pauses()
"""Those of this process."""


def count_pauses() -> None:
    """Count pauses from here on, if they are not counted yet."""
    if pauses not in gc.callbacks:
        gc.callbacks.append(pauses)


def count_no_pauses() -> None:
    """Count no pauses from here on."""
    if pauses in gc.callbacks:
        gc.callbacks.remove(pauses)


def _after_fork_in_child() -> None:
    pauses.began_ns = pauses.count = pauses.total_ns = 0


os.register_at_fork(after_in_child=_after_fork_in_child)
