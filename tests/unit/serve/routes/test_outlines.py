from __future__ import annotations

import sqlite3
from pathlib import Path

import builders
from backtrail.model.limits.reading import OUTLINES_KEPT_MAX
from backtrail.serve.routes.outlines import Outlines
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh


def spans(trace: str, number: int) -> list[bytes]:
    return [
        builders.line("span.started", trace, t=n + 1, span=f"{n:016x}", name=f"step {n}")
        for n in range(number)
    ]


def test_what_is_recorded_later_is_in_the_next_page_that_is_asked_for(tmp_path: Path) -> None:
    home, trace = tmp_path / ".backtrail", builders.trace_id(1)
    outlines = Outlines()
    builders.write_segment(home, builders.process_id(1), spans(trace, 3))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        before = outlines.page(catalog, reading.trace_summary(catalog, trace), start=0, limit=10)
        builders.write_segment(home, builders.process_id(2), spans(trace, 5)[3:])
        refresh(catalog)
        after = outlines.page(catalog, reading.trace_summary(catalog, trace), start=3, limit=10)
    assert (before.total, after.total) == (3, 5)
    assert [row.name for row in after.rows] == ["step 3", "step 4"]


def test_pages_of_one_outline_are_read_once_and_few_outlines_are_kept(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    traces = [builders.trace_id(n) for n in range(OUTLINES_KEPT_MAX + 1)]
    for n, trace in enumerate(traces):
        builders.write_segment(home, builders.process_id(n), spans(trace, 4))
    outlines = Outlines()
    with Catalog.open(home) as catalog:
        refresh(catalog)
        summaries = [reading.trace_summary(catalog, trace) for trace in traces]
        for summary in summaries:
            outlines.page(catalog, summary, start=0, limit=2)
        with sqlite3.connect(home / "catalog.db") as connection:
            connection.execute("DELETE FROM span WHERE ordinal = 1")
        connection.close()
        # What is still told of the first span was kept.
        page = outlines.page(catalog, summaries[-1], start=2, limit=2)
        assert page.total == 4
        assert [row.name for row in page.rows] == ["step 2", "step 3"]
        assert outlines.page(catalog, summaries[0], start=0, limit=2).total == 3


def test_two_stores_may_have_a_trace_of_one_id(tmp_path: Path) -> None:
    """A sender chooses the ids of its traces: what is kept for one project is no other's."""
    trace, outlines, found = builders.trace_id(1), Outlines(), []
    for number, parent in enumerate(("a" * 16, None)):
        home = tmp_path / f"project {number}"
        below = {} if parent is None else {"parent": parent}
        lines = [
            builders.line("span.started", trace, t=1, span="a" * 16, name="first"),
            builders.line("span.started", trace, t=2, span="b" * 16, name="second", **below),
        ]
        builders.write_segment(home, builders.process_id(number), lines)
        with Catalog.open(home) as catalog:
            refresh(catalog)
            summary = reading.trace_summary(catalog, trace)
            rows = outlines.page(catalog, summary, start=0, limit=9).rows
            arranged = outlines.arranged(catalog, summary).rows(0, 9)
            found.append([row.depth for row in (*rows, *arranged)])
    assert found == [[0, 1, 0, 1], [0, 0, 0, 0]]
