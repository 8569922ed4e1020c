"""Counts of traces over time, and how long they took by name."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from backtrail.model.clock import NS_PER_MS, NS_PER_S
from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import (
    STATS_BUCKETS_MAX,
    STATS_NAMES_MAX,
    STATS_TRACES_MAX,
)
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.spans.sketch import HOUR_S, MINUTE_S, Bucket, percentile

NS_PER_MINUTE = MINUTE_S * NS_PER_S
_HOUR = HOUR_S // MINUTE_S
_decode = msgspec.json.Decoder(list[int]).decode


class NameLatency(Struct, frozen=True, kw_only=True):
    """How long the traces of one name took."""

    name: str
    count: int
    failed: int
    p50_ms: float
    p95_ms: float
    max_ms: float


class SpanLatency(Struct, frozen=True, kw_only=True):
    """How long the spans of one name took.

    Durations are counted in buckets: a percentile is at most a tenth too high or too low, and
    never outside of what there was. The longest is exact.
    """

    name: str
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
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
    spans: list[SpanLatency]
    """Of the names with the most spans; counted to the minute in which a span began."""


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
        spans=span_latency(catalog, **between),
    )


def span_latency(catalog: Catalog, *, since_unix_ns: int, until_unix_ns: int) -> list[SpanLatency]:
    """Return how long spans took that began between two times, those of most spans first."""
    buckets: dict[int, list[Bucket]] = {}
    stretch = _stretch(since_unix_ns // NS_PER_MINUTE, until_unix_ns // NS_PER_MINUTE + 1)
    for row in catalog.rows("latencies", **stretch):
        bucket = Bucket(row["count"], row["least_ns"], row["most_ns"])
        buckets.setdefault(row["name_no"], []).append(bucket)
    counts = {name_no: sum(each.count for each in held) for name_no, held in buckets.items()}
    most = sorted(counts, key=lambda name_no: (-counts[name_no], name_no))[:STATS_NAMES_MAX]
    found = []
    for name_no in most:
        word = catalog.row("word", word_no=name_no)
        held = buckets[name_no]
        found.append(
            SpanLatency(
                name=word["word"] if word else "",
                count=counts[name_no],
                p50_ms=percentile(held, 50) / NS_PER_MS,
                p95_ms=percentile(held, 95) / NS_PER_MS,
                p99_ms=percentile(held, 99) / NS_PER_MS,
                max_ms=max(each.most_ns for each in held) / NS_PER_MS,
            )
        )
    return found


def _stretch(first: int, behind: int) -> dict[str, int]:
    """Cut minutes into whole hours, and what is before and behind them."""
    hour, behind_hour = -(-first // _HOUR), behind // _HOUR
    if hour >= behind_hour:
        hour = behind_hour = 0
        cut = behind
    else:
        cut = hour * _HOUR
    return {
        "minute": first,
        "before_minute": cut,
        "hour": hour,
        "behind_hour": behind_hour,
        "after_minute": max(cut, behind_hour * _HOUR),
        "behind_minute": behind,
    }


def _latency(row: Row) -> NameLatency:
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
