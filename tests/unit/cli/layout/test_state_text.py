from __future__ import annotations

from typing import Any

import click
import pytest

from backtrail.cli.failure_text import Page
from backtrail.cli.layout.state_text import change_lines, edit_text
from backtrail.trail.views.state_history import NOT_THERE, Edit, state_change
from built_events import Recorded


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit(op="add", path="/a", after=1), "+ /a 1"),
        (Edit(op="remove", path="/a", before="x"), "- /a 'x'"),
        (Edit(op="replace", path="", before=1, after=2), "it 1 → 2"),
        (Edit(op="replace", path="/a", before=NOT_THERE, after=2), "/a nothing → 2"),
        (Edit(op="move", path="/b", source="/a"), "move /a /b"),
    ],
)
def test_an_operation_is_told_in_a_few_words(edit: Edit, text: str) -> None:
    assert edit_text(edit) == text


def lines(page: Page, **body: Any) -> list[str]:
    change = state_change(Recorded().event("state.changed", 1, name="cart", how="tracked", **body))
    assert change is not None
    return [click.unstyle(line) for line in change_lines(change, page)]


def test_a_change_shows_what_it_took_away_and_what_it_put_there(page: Page) -> None:
    told = lines(
        page,
        before={"a": 1},
        patch=[
            {"op": "replace", "path": "/a", "value": 2},
            {"op": "remove", "path": "/a"},
            {"op": "move", "path": "/b", "from": "/a"},
        ],
        before_blob="ab12",
        is_cut=True,
        count=3,
        caller={"file": "/app/till.py", "line": 4, "function": "add", "code": "cart.a = 2"},
    )
    text = "\n".join(told)
    assert "  replace /a\n    - 1\n    + 2\n  remove /a\n    - 1\n  move /b from /a" in text
    assert "  from   till.py:4 in add\n  code   cart.a = 2\n  time   3 at this place" in text
    assert "before  whole in .backtrail/blobs/ab/ab12.json\n  {'a': 1}" in text
    assert told[-1] == "parts of it were too long to be kept"


def test_no_line_is_longer_than_the_page(page: Page) -> None:
    told = lines(page, before="x" * 5_000, after=["y" * 3_000])
    assert max(map(len, told)) <= page.width
