"""Many durations in little room: count, total and ends exactly, percentiles from a part of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from backtrail.model.limits.reading import DURATIONS_MAX

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class Spread(Struct, frozen=True, kw_only=True):
    """How durations are spread, in milliseconds; each of these lies inside the data."""

    min: float
    p50: float
    p95: float
    p99: float
    max: float


class Durations:
    """Takes durations one by one.

    When it holds `DURATIONS_MAX` of them, every other one is left out, and from there on only every
    second, fourth, … is kept: the same for the same input, and evenly over time.
    """

    def __init__(self) -> None:
        self.count = 0
        self.total_ms = 0.0
        self._kept: list[float] = []
        self._every = 1
        self._min = self._max = 0.0

    def add(self, took_ms: float) -> None:
        """Take one."""
        self._min = took_ms if not self.count else min(self._min, took_ms)
        self._max = took_ms if not self.count else max(self._max, took_ms)
        if self.count % self._every == 0:
            self._kept.append(took_ms)
            if len(self._kept) >= DURATIONS_MAX:
                del self._kept[1::2]
                self._every *= 2
        self.count += 1
        self.total_ms += took_ms

    def spread(self) -> Spread | None:
        """Return how those taken so far are spread; `None` when there is none."""
        if not self.count:
            return None
        ordered = sorted(self._kept)
        parts = {name: percentile(ordered, share) for name, share in SHARES.items()}
        return Spread(min=self._min, max=self._max, **parts)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies.

    Between two values it is as far from the one to the other as the share falls between their
    ranks; so it never leaves the range of the data: of one value it is that value, of two the
    median is their mean.

    Args:
        ordered: at least one value, ascending.
        share: in [0, 1].
    """
    rank = share * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    between = ordered[low] + (ordered[high] - ordered[low]) * (rank - low)
    # Rounding may carry the product a hair beyond the larger of the two.
    return min(max(between, ordered[low]), ordered[high])
