"""Sketches of durations: how many fell between each power of a number and the next.

Counts add up over minutes, names and stores; a percentile of them is within `ERROR` of that of the
durations themselves. Each bucket also knows the least and the most that fell into it, so that one
or two durations are told exactly, and no percentile lies outside of what there was.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log

from msgspec import Struct

from backtrail.model.clock import NS_PER_S
from backtrail.store.catalog import Catalog

BASE = 1.1
ERROR = BASE - 1
"""How far a percentile may be off, as a part of it."""
MINUTE_S, HOUR_S = 60, 3_600
WIDTHS_S = (MINUTE_S, HOUR_S)
"""Stretches of time that are counted by themselves: hours, so that a long time is soon added up."""
_LOG = log(BASE)


class Bucket(Struct, frozen=True):
    """Durations that are about alike."""

    count: int
    least_ns: int
    most_ns: int


def bucket_of(took_ns: int) -> int:
    """Return the number of the bucket of a duration."""
    return ceil(log(took_ns) / _LOG) if took_ns > 0 else -1


def percentile(buckets: Sequence[Bucket], percent: int) -> float:
    """Return what so many of a hundred durations do not exceed, in nanoseconds; nearest rank.

    Inside of a bucket durations are taken to lie evenly. Give the buckets in order, one at least.
    """
    rank = max(1, -(-sum(bucket.count for bucket in buckets) * percent // 100))
    for bucket in buckets:
        if rank <= bucket.count:
            break
        rank -= bucket.count
    apart = bucket.most_ns - bucket.least_ns
    return bucket.least_ns + apart * (rank - 1) / max(1, bucket.count - 1)


class Sketches:
    """Counts durations of spans, inside one transaction of a catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._counts: dict[tuple[int, int, int, int], list[int]] = {}

    def add(self, name_no: int, time_unix_ns: int, took_ns: int, *, count: int = 1) -> None:
        """Count a duration, or take it off again."""
        bucket = bucket_of(took_ns)
        time_s = time_unix_ns // NS_PER_S
        for width_s in WIDTHS_S:
            key = width_s, time_s // width_s, name_no, bucket
            held = self._counts.get(key)
            if held is None:
                self._counts[key] = [count, took_ns, took_ns]
            else:
                held[0] += count
                if took_ns < held[1]:
                    held[1] = took_ns
                elif took_ns > held[2]:
                    held[2] = took_ns

    def take_off(self, trace_no: int) -> None:
        """Take off the durations of all spans of a trace that leaves."""
        for row in self._catalog.rows("complete_spans", trace_no=trace_no):
            self.add(row["name_no"], row["time_unix_ns"], max(0, row["took_ns"]), count=-1)

    def save(self) -> None:
        """Add what was counted to what is kept."""
        self._catalog.run_many(
            "add_latency",
            [
                {
                    "width_s": width_s,
                    "slot": slot,
                    "name_no": name_no,
                    "bucket": bucket,
                    "count": count,
                    "least_ns": least_ns,
                    "most_ns": most_ns,
                }
                for (width_s, slot, name_no, bucket), (count, least_ns, most_ns) in sorted(
                    self._counts.items()
                )
                if count
            ],
        )
        self._counts = {}
