"""Bars in a line of text: when something was, and how long it took, on a common scale."""

from __future__ import annotations

from collections.abc import Sequence

from backtrail.cli.text import tone

FULL, THIN = "█", "▏"
WAITING = "░"
BAR_WIDTH_MIN = 16


def bar(after: float, took: float, total: float, *, width: int, fill: str = FULL) -> str:
    """Draw a stretch of time on a line that stands for all of it.

    However short it is, it can be seen; however long, it ends within the line.
    """
    begins, ends = _part(after, total), _part(after + took, total)
    start = min(int(begins * width), width - 1)
    cells = max(0, min(int(ends * width + 0.5), width) - start)
    return " " * start + (fill * cells if cells else THIN)


def _part(moment: float, total: float) -> float:
    """Return how far along a line a moment is, from 0 to 1."""
    return min(moment, total) / total if total > 0 else 0.0


def share_bar(share: float | None, *, width: int) -> str:
    """Draw a part of a whole, or nothing when it is not known."""
    if share is None:
        return ""
    cells = int(min(max(share, 0.0), 1.0) * width + 0.5)
    return FULL * cells if cells else THIN


def share_text(share: float | None) -> str:
    """Write a part of a whole in per cent, which may be more than all of it."""
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "<1%"  # noqa: PLR2004 - one per cent


def beside(
    cells: Sequence[Sequence[str]],
    bars: Sequence[str],
    *,
    right: frozenset[int],
    moods: Sequence[str],
) -> list[str]:
    """Lay cells out in columns, with a bar at the end of each line, coloured by its mood."""
    sizes = [max(map(len, column)) for column in zip(*cells, strict=True)] if cells else []
    lines = []
    for row, drawn, mood in zip(cells, bars, moods, strict=True):
        placed = [
            cell.rjust(size) if column in right else cell.ljust(size)
            for column, (cell, size) in enumerate(zip(row, sizes, strict=True))
        ]
        shown = drawn.lstrip(" ")
        blank = " " * (len(drawn) - len(shown))
        lines.append(f"  {'  '.join(placed)}  {blank}{tone(shown, mood)}".rstrip())
    return lines
