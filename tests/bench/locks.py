"""What a watched lock costs that nobody waits for: its ratio to a plain one.

    python tests/bench/locks.py

prints it, as the median of rounds in which both are taken in turns, in thread CPU time.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import backtrail

ROUNDS = 15
USES = 20_000
FIRST_USES = 200
"""More than are told one by one."""


def main() -> None:
    """Print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{ratio(Path(folder)):.3f}\n")


def ratio(folder: Path) -> float:
    """Return how many plain locks a watched one costs, `with` and the end of its block."""
    backtrail.start(directory=str(folder / ".backtrail"), hooks=False)
    plain, watched = threading.Lock(), backtrail.Lock(name="watched")
    for lock in (plain, watched):
        spent_ns(lock, FIRST_USES)
    ratios = []
    for _ in range(ROUNDS):
        known = spent_ns(plain, USES)
        ratios.append(spent_ns(watched, USES) / known)
    backtrail.stop()
    return statistics.median(ratios)


def spent_ns(lock: Any, uses: int) -> int:
    """Return the thread CPU time of so many uses of a lock."""
    begun = time.thread_time_ns()
    for _ in range(uses):
        with lock:
            pass
    return time.thread_time_ns() - begun


if __name__ == "__main__":
    main()
