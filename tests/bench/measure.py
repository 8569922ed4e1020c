"""Measures what a call costs, as a ratio to an in-process baseline.

The baseline is an inline `deque.append` of a six-key dict with `time.time_ns()`. It is measured
beside each operation, in the same process and in every round, so that a ratio holds on a slow
machine, on a busy one and on a new Python. Time is the CPU time of the calling thread.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

ROUNDS = 25
ROUND_NS = 10_000_000
"""How long one operation is measured in one round."""
BASELINE_CALLS = 20_000
CALLS_MAX = 20_000

Row = tuple[int, str, float, bool]
Loop = Callable[[list[Row]], object]
"""Does something once for each row."""


class Operation(NamedTuple):
    """Something that a recorder does, in a loop of a given number of calls."""

    name: str
    """As in targets.toml."""
    what: str
    """What exactly is called and where it goes, for the reader of the table."""
    loop: Loop
    less: Loop | None = None
    """A loop whose cost is subtracted: the same without the part that is measured."""
    calls_max: int = CALLS_MAX


class Cost(NamedTuple):
    """What one call costs."""

    ratio: float
    """To the baseline: the median of all rounds."""
    ns: float


class _Rows:
    """Values that differ in each call, as they do in a program; made before the clock starts."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, number: int) -> list[Row]:
        start, self._next = self._next, self._next + number
        return [(i, f"order-{i:06d}", i / 8, i % 2 == 0) for i in range(start, self._next)]


def baseline(rows: list[Row]) -> None:
    """Do what every ratio is a ratio to."""
    ring: deque[dict[str, object]] = deque(maxlen=1_000)
    for i, order, amount, is_new in rows:
        ring.append(
            {
                "time": time.time_ns(),
                "action": "charge_card",
                "user": i,
                "order": order,
                "amount": amount,
                "is_new": is_new,
            }
        )


def costs(operations: list[Operation], rounds: int = ROUNDS) -> Iterator[tuple[Operation, Cost]]:
    """Measure operations, each beside the baseline, their rounds interleaved."""
    rows = _Rows()
    calls = {operation.name: _calls_per_round(operation, rows) for operation in operations}
    ratios: dict[str, list[float]] = {operation.name: [] for operation in operations}
    times: dict[str, list[float]] = {operation.name: [] for operation in operations}
    order = random.Random(0)
    for _ in range(rounds):
        # In the same order each time, one of them would always open the journal's next file.
        for operation in order.sample(operations, len(operations)):
            unit = _ns_a_call(baseline, rows.take(BASELINE_CALLS))
            spent = _ns_a_call(operation.loop, rows.take(calls[operation.name]))
            if operation.less is not None:
                spent -= _ns_a_call(operation.less, rows.take(calls[operation.name]))
            ratios[operation.name].append(spent / unit)
            times[operation.name].append(spent)
    for operation in operations:
        ratio = statistics.median(ratios[operation.name])
        yield operation, Cost(ratio, statistics.median(times[operation.name]))


def _calls_per_round(operation: Operation, rows: _Rows) -> int:
    """Warm an operation up, and find how many calls fill a round."""
    calls = 5
    operation.loop(rows.take(calls))
    cost_ns = _ns_a_call(operation.loop, rows.take(calls))
    while cost_ns * calls < ROUND_NS / 10 and calls * 4 <= operation.calls_max:
        # The first few calls are dear: they say little of what thousands cost.
        calls *= 4
        cost_ns = _ns_a_call(operation.loop, rows.take(calls))
    return max(5, min(operation.calls_max, int(ROUND_NS / max(cost_ns, 1))))


def _ns_a_call(loop: Loop, rows: list[Row]) -> float:
    gc.collect()
    start = time.thread_time_ns()
    loop(rows)
    return (time.thread_time_ns() - start) / len(rows)
