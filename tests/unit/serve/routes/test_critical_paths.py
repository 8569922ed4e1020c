from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import builders
from backtrail.model.limits.reading import OUTLINES_KEPT_MAX
from backtrail.serve.routes.critical_paths import CriticalPaths
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh


def nested(trace: str, number: int) -> list[bytes]:
    """Return spans of which each stands in the one before and ends before it; the last is open."""
    started = [
        builders.line(
            "span.started", trace, t=n, span=f"{n:016x}", name=f"step {n}",
            parent=f"{n - 1:016x}" if n else None,
        )
        for n in range(number)
    ]  # fmt: skip
    ended = [
        builders.line("span.ended", trace, t=2 * number - n, span=f"{n:016x}", status="ok")
        for n in reversed(range(number - 1))
    ]
    return started + ended


def test_the_path_goes_through_open_spans_to_the_end_of_what_holds_them(tmp_path: Path) -> None:
    home, trace = tmp_path / ".backtrail", builders.trace_id(1)
    builders.write_segment(home, builders.process_id(1), nested(trace, 3))
    paths = CriticalPaths()
    with Catalog.open(home) as catalog:
        refresh(catalog)
        summary = reading.trace_summary(catalog, trace)
        whole = paths.page(catalog, summary, start=0, limit=10)
        parts = [paths.page(catalog, summary, start=at, limit=1) for at in range(3)]
    assert [step.name for step in whole.steps] == ["step 0", "step 1", "step 2"]
    assert sum(step.on_path_ms for step in whole.steps) == pytest.approx(whole.took_ms)
    assert [step for part in parts for step in part.steps] == whole.steps
    assert [part.next_cursor for part in parts] == ["1", "2", None]
    assert whole.total == 3


def test_pages_of_one_path_are_worked_out_once_and_few_paths_are_kept(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    traces = [builders.trace_id(n) for n in range(OUTLINES_KEPT_MAX + 1)]
    for n, trace in enumerate(traces):
        builders.write_segment(home, builders.process_id(n), nested(trace, 4))
    paths = CriticalPaths()
    with Catalog.open(home) as catalog:
        refresh(catalog)
        summaries = [reading.trace_summary(catalog, trace) for trace in traces]
        for summary in summaries:
            paths.page(catalog, summary, start=0, limit=2)
    # The catalogue is closed: what is answered now was kept.
    assert [step.name for step in paths.page(catalog, summaries[-1], start=2, limit=1).steps] == [
        "step 2"
    ]
    with pytest.raises(sqlite3.ProgrammingError):
        paths.page(catalog, summaries[0], start=0, limit=2)
