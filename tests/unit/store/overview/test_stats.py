from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import STATS_BUCKETS_MAX
from backtrail.store import reading, retention
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.overview.stats import span_latency, stats
from builders import START_UNIX_NS, line, process_id, trace_id, write_segment

MS = 1_000_000


def job(n: int, *, t: int, took: int, name: str = "load", status: str = "ok") -> list[bytes]:
    trace = trace_id(n)
    return [
        line("trace.started", trace, t=t, name=name),
        line("trace.ended", trace, t=t + took, status=status),
    ]


@given(
    jobs=st.lists(
        st.tuples(st.integers(0, 99), st.integers(0, 9), st.booleans(), st.sampled_from("ab")),
        max_size=12,
    ),
    buckets=st.integers(1, 7),
    since=st.integers(0, 50),
)
def test_every_trace_between_the_times_is_counted_once(
    tmp_path_factory: pytest.TempPathFactory,
    jobs: list[tuple[int, int, bool, str]],
    buckets: int,
    since: int,
) -> None:
    home = tmp_path_factory.mktemp("home")
    lines: list[bytes] = []
    for n, (t, took, failed, name) in enumerate(jobs):
        lines += job(n, t=t, took=took, name=name, status="error" if failed else "ok")
    write_segment(home, process_id(1), lines)
    first, last = START_UNIX_NS + since, START_UNIX_NS + 80
    with Catalog.open(home) as catalog:
        refresh(catalog)
        told = stats(catalog, since_unix_ns=first, until_unix_ns=last, buckets=buckets)
        inside = [
            trace for trace in reading.traces(catalog) if first <= trace.start_unix_ns <= last
        ]
    for n in range(buckets):
        here = [
            trace
            for trace in inside
            if min((trace.start_unix_ns - first) // told.bucket_ns, buckets - 1) == n
        ]
        failed_here = [trace for trace in here if trace.status == "error"]
        assert (told.traces[n], told.failed[n]) == (len(here), len(failed_here))
    assert len(told.traces) == len(told.failed) == buckets
    assert sum(told.traces) == len(inside) == sum(each.count for each in told.latency)
    assert told.bucket_ns * buckets >= last - first


def test_a_trace_that_began_at_the_end_is_of_the_last_stretch(home: Path) -> None:
    write_segment(home, process_id(1), job(0, t=80, took=1))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        last = START_UNIX_NS + 80
        told = stats(catalog, since_unix_ns=START_UNIX_NS, until_unix_ns=last, buckets=4)
    assert (told.bucket_ns, told.traces) == (20, [0, 0, 0, 1])


def test_latency_is_told_by_name_the_one_with_most_traces_first(home: Path) -> None:
    lines = job(0, t=0, took=7 * MS, name="save", status="error")
    for n in range(1, 101):
        lines += job(n, t=n, took=(101 - n) * MS, status="error" if n > 98 else "ok")
    write_segment(home, process_id(1), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        told = stats(catalog, since_unix_ns=START_UNIX_NS, until_unix_ns=START_UNIX_NS + 1_000)
    load, save = told.latency
    assert (load.name, load.count, load.failed) == ("load", 100, 2)
    assert (load.p50_ms, load.p95_ms, load.max_ms) == (50.0, 95.0, 100.0)
    assert (save.name, save.count, save.failed) == ("save", 1, 1)
    assert save.p50_ms == save.p95_ms == save.max_ms == 7.0


def test_what_cannot_be_counted_is_refused(home: Path) -> None:
    with Catalog.open(home) as catalog:
        with pytest.raises(UsageError, match="7 is not before 7"):
            stats(catalog, since_unix_ns=7, until_unix_ns=7)
        for buckets in (0, STATS_BUCKETS_MAX + 1):
            with pytest.raises(UsageError, match=f"into {buckets} stretches") as raised:
                stats(catalog, since_unix_ns=0, until_unix_ns=7, buckets=buckets)
            assert str(STATS_BUCKETS_MAX) in raised.value.hint
        assert stats(catalog, since_unix_ns=0, until_unix_ns=7).latency == []


MINUTE = 60_000 * MS
HOUR = 60 * MINUTE


def spanned(n: int, *, t: int, took: int, name: str) -> list[bytes]:
    own = {"span": f"{n:016x}"}
    return [
        line("span.started", trace_id(1), t=t, name=name, **own),
        line("span.ended", trace_id(1), t=t + took, **own),
    ]


@settings(max_examples=40, deadline=None)
@given(
    spans=st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 10**9), st.sampled_from("ab")), max_size=25
    ),
    since=st.integers(0, 300),
    length=st.integers(1, 300),
)
def test_spans_between_the_minutes_are_counted_once_and_told_within_a_tenth(
    tmp_path_factory: pytest.TempPathFactory,
    spans: list[tuple[int, int, str]],
    since: int,
    length: int,
) -> None:
    home = tmp_path_factory.mktemp("home")
    first = START_UNIX_NS // MINUTE * MINUTE + MINUTE
    lines = [
        raw
        for n, (minute, took, name) in enumerate(spans)
        for raw in spanned(n, t=first - START_UNIX_NS + minute * MINUTE, took=took, name=name)
    ]
    write_segment(home, process_id(1), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        told = stats(
            catalog,
            since_unix_ns=first + since * MINUTE,
            until_unix_ns=first + (since + length) * MINUTE,
        ).spans
    inside = [span for span in spans if since <= span[0] <= since + length]
    assert {each.name: each.count for each in told} == Counter(name for _, _, name in inside)
    assert [each.count for each in told] == sorted((each.count for each in told), reverse=True)
    for each in told:
        took = sorted(ns / MS for _, ns, name in inside if name == each.name)
        assert each.max_ms == took[-1]
        for percent, given_ms in ((50, each.p50_ms), (95, each.p95_ms), (99, each.p99_ms)):
            exact = took[max(0, -(-len(took) * percent // 100) - 1)]
            assert given_ms == pytest.approx(exact, rel=0.1001)
            assert took[0] <= given_ms <= took[-1]


def test_spans_of_a_dropped_trace_are_taken_off_the_figures(home: Path) -> None:
    gone = spanned(1, t=5, took=7 * MS, name="s")
    stays = [
        raw.replace(trace_id(1).encode(), trace_id(2).encode())
        for raw in spanned(2, t=9, took=3 * MS, name="s")
    ]
    write_segment(home, process_id(1), gone)
    write_segment(home, process_id(2), stays)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        kept = retention.Retention(traces_max=1)
        retention.apply(catalog, retention.plan(catalog, kept, START_UNIX_NS + HOUR))
        (told,) = span_latency(
            catalog, since_unix_ns=START_UNIX_NS, until_unix_ns=START_UNIX_NS + HOUR
        )
    assert (told.count, told.max_ms) == (1, 7.0)
