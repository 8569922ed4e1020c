from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.cli.layout.bars import FULL, THIN, bar, beside, share_bar, share_text


@pytest.mark.parametrize(
    ("after", "took", "drawn"),
    [
        (0, 100, "██████████"),
        (50, 50, "     █████"),
        (20, 30, "  ███"),
        (0, 0, "▏"),
        (99, 1, "         █"),
        (95, 0, "         █"),
        (90, 500, "         █"),
    ],
)
def test_a_bar_stands_where_it_was(after: float, took: float, drawn: str) -> None:
    assert bar(after, took, 100, width=10) == drawn


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9), st.integers(1, 80))
def test_a_bar_is_seen_and_stays_on_its_line(
    after: float, took: float, total: float, width: int
) -> None:
    drawn = bar(after, took, total, width=width)
    assert len(drawn) <= width
    assert drawn.strip() == THIN or set(drawn.strip()) == {FULL}


@pytest.mark.parametrize(
    ("share", "text", "drawn"),
    [
        (None, "", ""),
        (0.0, "0%", "▏"),
        (0.001, "<1%", "▏"),
        (0.5, "50%", "█████"),
        (1.0, "100%", "██████████"),
        (3.0, "300%", "██████████"),
    ],
)
def test_a_share_is_a_number_and_a_bar(share: float | None, text: str, drawn: str) -> None:
    assert (share_text(share), share_bar(share, width=10)) == (text, drawn)


def test_cells_stand_in_columns_before_their_bars() -> None:
    cells = [["a", "1 ms"], ["long", "100 ms"]]
    lines = beside(cells, ["█", "  █"], right=frozenset({1}), moods=["good", "bad"])
    assert lines == [
        "  a       1 ms  \x1b[32m█\x1b[0m",
        "  long  100 ms    \x1b[31m█\x1b[0m",
    ]
    assert beside([], [], right=frozenset(), moods=[]) == []
