"""How often somebody may ask: a bucket that fills at an even rate, and each request takes from."""

from __future__ import annotations

from collections import OrderedDict
from math import ceil, floor
from threading import Lock

from msgspec import Struct

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import CALLERS_REMEMBERED_MAX


class Left(Struct, frozen=True, kw_only=True):
    """What is left to somebody after a request."""

    is_allowed: bool
    limit: int
    remaining: int
    reset_s: int
    """When all of it is there again."""
    retry_after_s: int
    """When the next request is answered; 0 when it would be at once."""

    @property
    def headers(self) -> dict[str, str]:
        """The same as headers of an answer."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


class Buckets:
    """Buckets by whose they are; those that were not asked for long are full, and forgotten."""

    def __init__(self, callers_max: int = CALLERS_REMEMBERED_MAX) -> None:
        self._callers_max = callers_max
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """How much is in each, and when that was."""
        self._lock = Lock()

    def take(self, whose: str, *, size: int, per_minute: float, now_ns: int) -> Left:
        """Take one from a bucket, if there is one in it."""
        with self._lock:
            level, before_ns = self._buckets.pop(whose, (float(size), now_ns))
            rate = per_minute / 60
            level = min(float(size), level + max(0, now_ns - before_ns) / NS_PER_S * rate)
            is_allowed = level >= 1
            if is_allowed:
                level -= 1
            self._buckets[whose] = (level, now_ns)
            while len(self._buckets) > self._callers_max:
                self._buckets.popitem(last=False)
        return Left(
            is_allowed=is_allowed,
            limit=size,
            remaining=floor(level),
            reset_s=ceil((size - level) / rate),
            retry_after_s=0 if level >= 1 else max(1, ceil((1 - level) / rate)),
        )

    def give_back(self, whose: str) -> None:
        """Put back what was taken."""
        with self._lock:
            if whose in self._buckets:
                level, before_ns = self._buckets[whose]
                self._buckets[whose] = (level + 1, before_ns)
