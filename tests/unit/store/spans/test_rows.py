from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrail.store import reading
from backtrail.store.catalog import QUERIES, Catalog
from backtrail.store.indexer import refresh
from backtrail.store.overview.stats import span_latency
from backtrail.store.spans.reading import shapes, told
from backtrail.store.spans.recount import rebuild_summaries
from backtrail.trail.outline import NO_NAME, Order, SpanRow, outline
from builders import START_UNIX_NS, line, process_id, trace_id, write_segment

TRACE = trace_id(1)
MS = 1_000_000
HOUR_NS = 3_600 * 1_000 * MS


def started(n: int, t: int, parent: int | None = None, name: str = "step") -> bytes:
    above = {} if parent is None else {"parent": span_id(parent)}
    return line("span.started", TRACE, t=t * MS, span=span_id(n), name=f"{name} {n % 3}", **above)


def ended(n: int, t: int, status: str = "ok") -> bytes:
    told_of = {} if status == "ok" else {"status": status, "error": "KeyError: x"}
    return line("span.ended", TRACE, t=t * MS, span=span_id(n), **told_of)


def span_id(n: int) -> str:
    return f"{n:016x}" if n % 4 else f"odd-{n}"


def by_rows(catalog: Catalog) -> list[tuple[object, ...]]:
    """Return the outline as the rows have it."""
    placed = Order(shapes(catalog, TRACE)).placed()
    facts = told(catalog, TRACE, [each.span.ordinal for each in placed])
    return [
        (
            fact.span_id,
            NO_NAME if fact.name is None else fact.name,
            fact.parent,
            place.depth,
            fact.status,
            fact.start_unix_ns,
            fact.took_ns,
            place.self_ns,
            fact.error,
        )
        for place, fact in zip(placed, facts, strict=True)
    ]


def by_events(rows: list[SpanRow]) -> list[tuple[object, ...]]:
    """Return the outline as the events have it."""
    return [
        (
            row.span_id,
            row.name,
            row.parent,
            row.depth,
            row.status,
            row.start_unix_ns,
            _ns(row.took_ms),
            _ns(row.self_ms),
            row.error,
        )
        for row in rows
    ]


def _ns(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds * MS)


def of_names(catalog: Catalog) -> dict[str, int]:
    until = START_UNIX_NS + 10 * HOUR_NS
    found = span_latency(catalog, since_unix_ns=START_UNIX_NS, until_unix_ns=until)
    return {each.name: each.count for each in found}


def lines_of(spans: list[tuple[int | None, int | None, bool]], t: int) -> list[bytes]:
    lines = []
    for n, (parent, took, has_start) in enumerate(spans):
        begins = t + 100 * (n + 1)
        if has_start:
            lines.append(started(n, begins, parent))
        if took is not None:
            lines.append(ended(n, begins + took + 1, "error" if took % 2 else "ok"))
    return lines


SPANS = st.lists(
    st.tuples(st.none() | st.integers(0, 9), st.none() | st.integers(0, 50), st.booleans()),
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(spans=SPANS, order=st.randoms(use_true_random=False), cuts=st.integers(1, 4), twice=SPANS)
def test_rows_tell_what_the_events_tell_whatever_order_they_come_in(
    tmp_path_factory: pytest.TempPathFactory,
    spans: list[tuple[int | None, int | None, bool]],
    order: Random,
    cuts: int,
    twice: list[tuple[int | None, int | None, bool]],
) -> None:
    """Each event has a time of its own: of equal ones the files' order may decide."""
    home = tmp_path_factory.mktemp("home")
    lines = [*lines_of(spans, 0), *lines_of(twice, 5_000), started(99, 1)]
    order.shuffle(lines)
    with Catalog.open(home, must_exist=False) as catalog:
        for number in range(cuts):
            write_segment(home, process_id(number), lines[number::cuts])
            refresh(catalog)
        rows = outline(reading.events(catalog, TRACE))
        expected = Counter(row.name for row in rows if row.took_ms is not None)
        begun = sum(row.start_unix_ns is not None for row in rows)
        for _ in range(2):
            assert by_rows(catalog) == by_events(rows)
            assert of_names(catalog) == expected
            assert reading.trace_summary(catalog, TRACE).spans == begun
            rebuild_summaries(catalog)


def test_siblings_of_one_moment_keep_the_order_in_which_they_were_told(home: Path) -> None:
    lines = [started(n, 5) for n in (3, 1, 2)] + [ended(n, 9) for n in (2, 3, 1)]
    write_segment(home, process_id(1), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        names = [row[0] for row in by_rows(catalog)]
        assert names == [span_id(3), span_id(1), span_id(2)]
        assert by_rows(catalog) == by_events(outline(reading.events(catalog, TRACE)))


def test_a_span_of_no_trace_has_no_row(home: Path) -> None:
    lone = line("span.started", "", t=1, span=span_id(1), name="alone")
    write_segment(home, process_id(1), [lone, started(2, 3)])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert len(catalog.rows("spans_between", low=-(1 << 63), high=1 << 62, limit=9)) == 1
        assert shapes(catalog, "") == shapes(catalog, trace_id(9)) == []
        assert told(catalog, trace_id(9), [1]) == told(catalog, TRACE, [99]) == []


def test_a_span_is_known_again_without_a_look_at_all_of_its_trace(home: Path) -> None:
    Catalog.open(home).close()
    connection = sqlite3.connect(home / "catalog.db")
    sql = "EXPLAIN QUERY PLAN " + QUERIES["span_row"]
    (step,) = [row[3] for row in connection.execute(sql, {"span_no": 1, "trace_no": 1})]
    connection.close()
    assert "span_by_number (span_no=?" in step
