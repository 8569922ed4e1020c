from __future__ import annotations

from pathlib import Path

import click

import sample_views
from backtrail.cli.commands.views.asking import looked
from backtrail.cli.failure_text import Page
from backtrail.cli.layout.perf_text import BARS_SHOWN, ROWS_MAX, perf_lines, recent_lines
from backtrail.model.event import Event
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.views.performance import performance
from backtrail.trail.views.recent_performance import recent_performance
from built_events import Recorded


def lines(events: list[Event], page: Page, tmp_path: Path) -> list[str]:
    with Catalog.open(sample_views.write_store(tmp_path)) as catalog:
        refresh(catalog)
        seen = looked(catalog, sample_views.SHOP)
    return [click.unstyle(line) for line in perf_lines(performance(events), seen, page)]


def many(number: int) -> list[Event]:
    """Return spans of long and different names, each with a call in it."""
    p, events = Recorded(), []
    for index in range(number):
        span = f"{index:016x}"
        name = f"an operation with a long name and the number {index}"
        url = f"http://127.0.0.1/a/very/long/path/to/something/{index}"
        events += [
            p.event("span.started", index * 10, span=span, name=name),
            p.event("http.called", index * 10 + 6, span=span, method="GET", url=url, took_ms=5.0),
            p.event("span.ended", index * 10 + 8, span=span),
        ]
    return events


def test_the_page_is_kept_and_what_has_no_room_counted(page: Page, tmp_path: Path) -> None:
    told = lines(many(60), page, tmp_path)
    assert max(map(len, told)) <= page.width
    assert f"… {60 - ROWS_MAX} further names" in told
    assert f"… {120 - BARS_SHOWN} shorter ones" in told


def test_the_bottleneck_is_named_and_marked(page: Page, tmp_path: Path) -> None:
    told = lines(many(1), page, tmp_path)
    assert told[1].startswith("  bottleneck  http GET http://127.0.0.1/a/very/long/p")
    assert sum("◀ most" in line for line in told) == 1


def test_a_trace_that_says_nothing_of_time_says_so(page: Page, tmp_path: Path) -> None:
    told = lines([Recorded().event("process.started", 1)], page, tmp_path)
    assert told[1] == "nothing in it says where the time went: it has no spans and no calls"


def test_the_last_traces_are_added_up(page: Page, tmp_path: Path) -> None:
    with Catalog.open(sample_views.write_store(tmp_path)) as catalog:
        refresh(catalog)
        recent = recent_performance(catalog, TraceFilter())
    told = [click.unstyle(line) for line in recent_lines(recent, page)]
    assert told[0] == "the last 1 trace"
    assert max(map(len, told)) <= page.width
