"""Counts of traces over time, and how long they took by name."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import (
    STATS_BUCKETS_MAX,
    STATS_NAMES_MAX,
    STATS_TRACES_MAX,
)
from backtrail.store.catalog import Catalog

_decode = msgspec.json.Decoder(list[int]).decode


class NameLatency(Struct, frozen=True, kw_only=True):
    """How long the traces of one name took."""

    name: str
    count: int
    failed: int
    p50_ms: float
    p95_ms: float
    max_ms: float


class Stats(Struct, frozen=True, kw_only=True):
    """Traces between two times."""

    since_unix_ns: int
    until_unix_ns: int
    bucket_ns: int
    """How long each stretch is; the last one may end behind `until_unix_ns`."""
    traces: list[int]
    """Traces that began in each stretch, the oldest first."""
    failed: list[int]
    """Those of them that failed."""
    latency: list[NameLatency]
    """Of the names with the most traces, among the newest traces; see the limits."""


def stats(catalog: Catalog, *, since_unix_ns: int, until_unix_ns: int, buckets: int = 60) -> Stats:
    """Return how many traces began and failed between two times, and how long they took.

    Raises:
        UsageError: the times are the wrong way round, or the stretches too many or none.
    """
    if since_unix_ns >= until_unix_ns:
        raise UsageError(
            f"{since_unix_ns} is not before {until_unix_ns}", hint="ask since an earlier time"
        )
    if not 1 <= buckets <= STATS_BUCKETS_MAX:
        raise UsageError(
            f"time cannot be cut into {buckets} stretches", hint=f"ask for 1 to {STATS_BUCKETS_MAX}"
        )
    bucket_ns = -(-(until_unix_ns - since_unix_ns) // buckets)
    between = {"since_unix_ns": since_unix_ns, "until_unix_ns": until_unix_ns}
    traces, failed = [0] * buckets, [0] * buckets
    for row in catalog.rows("trace_counts", **between, bucket_ns=bucket_ns):
        bucket = min(row["bucket"], buckets - 1)
        traces[bucket] += row["traces"]
        failed[bucket] += row["failed"]
    rows = catalog.rows(
        "trace_durations", **between, traces_max=STATS_TRACES_MAX, limit=STATS_NAMES_MAX
    )
    return Stats(
        since_unix_ns=since_unix_ns,
        until_unix_ns=until_unix_ns,
        bucket_ns=bucket_ns,
        traces=traces,
        failed=failed,
        latency=[_latency(row) for row in rows],
    )


def _latency(row: sqlite3.Row) -> NameLatency:
    took_ns = sorted(_decode(row["took_ns"]))
    return NameLatency(
        name=row["name"],
        count=row["count"],
        failed=row["failed"],
        p50_ms=_percentile(took_ns, 50) / NS_PER_MS,
        p95_ms=_percentile(took_ns, 95) / NS_PER_MS,
        max_ms=took_ns[-1] / NS_PER_MS,
    )


def _percentile(ordered: list[int], percent: int) -> int:
    """Return the smallest value that is not exceeded by so many of a hundred: nearest rank."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
