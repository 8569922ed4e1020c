from __future__ import annotations

from pathlib import Path

import click
from msgspec import structs

import sample_views
from backtrail.cli.failure_text import Page
from backtrail.cli.layout.diff_text import comparison_lines
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.comparison.comparing import compare
from backtrail.trail.comparison.difference import Comparison
from backtrail.trail.comparison.values import MISSING
from sample_views import BAD, GOOD


def found(tmp_path: Path, left: str = GOOD, right: str = BAD) -> Comparison:
    with Catalog.open(sample_views.write_pair(tmp_path)) as catalog:
        refresh(catalog)
        return compare(catalog, left, right)


def lines(comparison: Comparison, page: Page, limit: int = 10) -> list[str]:
    return [click.unstyle(line) for line in comparison_lines(comparison, page, limit=limit)]


def test_the_page_is_kept(tmp_path: Path, page: Page) -> None:
    one = found(tmp_path)
    long = structs.replace(
        one.changed[0], path="p" * 40, left_value="x" * 900, right_value=["y" * 900]
    )
    step = structs.replace(one.missing[0], text="z" * 300)
    comparison = structs.replace(one, changed=[long] * 30, missing=[step] * 30, notes=["n " * 200])
    told = lines(comparison, page, limit=3)
    assert max(map(len, told)) <= page.width
    assert told.count("  … 27 further ones (--limit)") == 2


def test_a_step_that_only_one_has_stands_first(tmp_path: Path, page: Page) -> None:
    one = found(tmp_path)
    assert one.first_divergence is not None
    first = structs.replace(
        one.first_divergence, what="extra", left=None, right=one.extra[0], path=None
    )
    told = lines(structs.replace(one, first_divergence=first), page)
    at = next(number for number, line in enumerate(told) if line.startswith("first difference"))
    assert told[at].endswith("the right one does what the left one does not")
    assert told[at + 1].startswith("  +   +44.0 ms  TypeError: no price")


def test_a_value_that_is_not_there_is_nothing(tmp_path: Path, page: Page) -> None:
    one = found(tmp_path)
    value = structs.replace(one.changed[0], left_value=MISSING)
    assert "    - nothing" in lines(structs.replace(one, changed=[value]), page)


def test_without_a_difference_it_says_so(tmp_path: Path, page: Page) -> None:
    assert lines(found(tmp_path, GOOD, GOOD), page)[-1] == "no difference in 4 steps"
