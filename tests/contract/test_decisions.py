"""docs/decisions: every choice has its page, in one form, and the index names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
LINES_MAX = 60
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]


def test_the_index_names_every_decision_in_order() -> None:
    index = (DECISIONS / "README.md").read_text()
    assert re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", index) == [page.name for page in PAGES]
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_is_one_page_of_four_parts(page: Path) -> None:
    text = page.read_text()
    assert text.count("\n") <= LINES_MAX
    assert text.startswith(f"# {page.name[:4]} ")
    assert re.search(r"^Status: (?:accepted|replaced by \d{4})$", text, flags=re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
