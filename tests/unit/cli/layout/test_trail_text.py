from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from msgspec import structs

import sample_store
import sample_views
from backtrail.cli.failure_text import Page
from backtrail.cli.layout.trail_text import ROWS_MAX, section_lines
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.views.gaps import Gap
from backtrail.trail.views.related import RelatedTrace, SameError
from backtrail.trail.whole import Trail, trail


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A store of a trace with all aspects, and one with none."""
    home = sample_store.write_store(tmp_path)
    sample_views.write_store(tmp_path)
    with Catalog.open(home) as opened:
        refresh(opened)
        yield opened


def lines(told: Trail, page: Page) -> list[str]:
    return [click.unstyle(line) for line in section_lines(told, page)]


def test_each_aspect_has_a_few_lines_and_the_command_for_more(catalog: Catalog, page: Page) -> None:
    told = lines(trail(catalog, sample_views.SHOP), page)
    headings = [line for line in told if line and not line.startswith(" ")]
    assert headings == [
        "calls (3 to models, 1 over HTTP)  backtrail llm 0190b6a200007000",
        "swallowed exceptions (1)",
        "state changes (2)  backtrail state 0190b6a200007000",
        "locks (2)  backtrail locks 0190b6a200007000",
    ]
    assert max(map(len, told)) <= page.width
    assert len(told) <= len(headings) * (ROWS_MAX + 2)
    assert "  KeyError: 'discount'  raised in shop.py:12 price_of, taken in" in "\n".join(told)


def test_a_trace_without_them_has_no_sections(catalog: Catalog, page: Page) -> None:
    assert lines(trail(catalog, sample_store.WELL), page) == []


def test_what_is_missing_and_what_is_like_it_elsewhere_is_told(
    catalog: Catalog, page: Page
) -> None:
    gap = Gap(
        what="dropped", text="132 events dropped here: disk full", count=132, process="p",
        after_event=None, time=None, time_unix_ns=None,
    )  # fmt: skip
    same = SameError(
        fingerprint="f", type="KeyError", message="'a'", error_id="e", trace_id="t" * 32,
        time="2026-11-21T10:00:00.000000Z", time_unix_ns=1,
    )  # fmt: skip
    other = RelatedTrace(
        trace_id="u" * 32, relation="retry.of", is_named=False, name="again", status="ok", time=None
    )
    told = structs.replace(
        trail(catalog, sample_store.WELL),
        gaps=[gap, structs.replace(gap, what="killed", text="killed")],
        same_errors=[same],
        related=[other, structs.replace(other, is_named=True, name="named")],
        notes=["the trace is long"],
    )
    text = "\n".join(lines(told, page))
    assert "gaps (1)\n  ------------  132 events dropped here: disk full" in text
    assert f"the same error in 1 other trace\n  2026-11-21T10:00:00.000000Z  {'t' * 32}" in text
    assert f"traces that name this one (1)\n  {'u' * 32}  retry.of this  again  ok" in text
    assert "the trace is long" in text
