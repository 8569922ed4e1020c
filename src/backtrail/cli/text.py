"""How text looks in the terminal: colours by meaning, tables, cut lines, local times."""

from __future__ import annotations

from collections.abc import Sequence
from time import localtime
from typing import Any

import click
import msgspec

from backtrail.model.clock import NS_PER_S

ELLIPSIS = "…"
_REST_CHARS = len("… (1,000,000 more chars)")
_COLORS: dict[str, dict[str, Any]] = {
    "bad": {"fg": "red"},
    "bad title": {"fg": "red", "bold": True},
    "code": {"fg": "cyan"},
    "good": {"fg": "green"},
    "heading": {"bold": True},
    "quiet": {"dim": True},
    "warn": {"fg": "yellow"},
}
STATUS_TONES = {"ok": "good", "error": "bad", "cancelled": "warn", "unfinished": "warn"}


def tone(text: str, name: str) -> str:
    """Colour a text by what it means; printing drops the colour where it does not belong."""
    return click.style(text, **_COLORS[name]) if text else text


def emit_json(value: object) -> None:
    """Print a value as one indented JSON document."""
    click.echo(json_text(value))


def json_text(value: object) -> str:
    """Write a value as one indented JSON document."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def cut(text: str, width: int) -> str:
    """Bring a text to one line of at most so many columns; a cut one ends with `…`."""
    line = printable(text)
    return line if len(line) <= width else line[: max(0, width - 1)] + ELLIPSIS


def table(
    rows: Sequence[Sequence[str]], *, heads: Sequence[str], width: int, right: frozenset[int]
) -> list[str]:
    """Lay rows out in columns; what does not fit is cut from the last column.

    A column in which no row has anything is left out.

    Args:
        rows: the cells, without colours.
        heads: a heading for each column.
        width: columns of the page.
        right: columns that are aligned to the right, as numbers are.
    """
    filled = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    right = frozenset(filled.index(column) for column in right.intersection(filled))
    heads = [heads[column] for column in filled]
    rows = [[row[column] for column in filled] for row in rows]
    sizes = [max(len(cells[column]) for cells in (heads, *rows)) for column in range(len(heads))]
    sizes[-1] = max(10, min(sizes[-1], width - sum(sizes[:-1]) - 2 * (len(heads) - 1)))

    def line(cells: Sequence[str]) -> str:
        placed = (
            cell.rjust(size) if column in right else cut(cell, size).ljust(size)
            for column, (cell, size) in enumerate(zip(cells, sizes, strict=True))
        )
        return "  ".join(placed).rstrip()

    return [tone(line(heads), "quiet"), *map(line, rows)]


def wrap(text: str, width: int, lines_max: int) -> list[str]:
    """Break a text at a width into a bounded number of lines; a cut one says how much is left.

    A line ends at a space where there is one near its end.
    """
    rest = printable(text)
    lines: list[str] = []
    while len(rest) > width and len(lines) < lines_max - 1:
        space = rest.rfind(" ", width * 2 // 3, width + 1)
        lines.append(rest[: space if space > 0 else width].rstrip())
        rest = rest[space + 1 if space > 0 else width :]
    if len(rest) > width:
        kept = max(0, width - _REST_CHARS)
        rest = f"{rest[:kept]}{ELLIPSIS} ({len(rest) - kept:,} more chars)"
    return [*lines, rest]


def clock_text(time_unix_ns: int) -> str:
    """Write a time of day of this machine's zone, to the millisecond: `13:30:01.250`."""
    seconds, rest = divmod(time_unix_ns, NS_PER_S)
    at = localtime(seconds)
    return f"{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}.{rest // 1_000_000:03d}"


def day_and_clock_text(time_unix_ns: int) -> str:
    """Write a time of this machine's zone, to the second: `2026-11-21 13:30:01`."""
    at = localtime(time_unix_ns // NS_PER_S)
    day = f"{at.tm_year:04d}-{at.tm_mon:02d}-{at.tm_mday:02d}"
    return f"{day} {at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}"


def when_text(time_unix_ns: int, *, now_unix_ns: int) -> str:
    """Write a time of this machine's zone for a table: of today its clock, else also its day."""
    day, _, clock = day_and_clock_text(time_unix_ns).partition(" ")
    today = day_and_clock_text(now_unix_ns).partition(" ")[0]
    return clock if day == today else f"{day} {clock[:5]}"


def bytes_text(size: int) -> str:
    """Write a number of bytes in a unit that fits: `1.4 MiB`."""
    number, unit = float(size), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":  # noqa: PLR2004 - bytes in a KiB
            break
        number /= 1024
    return f"{size} B" if unit == "B" else f"{number:.1f} {unit}"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 event`, `1,200 events`, `2 processes`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"


def printable(text: str) -> str:
    """Bring a text that a program recorded to one line that a terminal only prints."""
    return text if text.isprintable() else _one_line(text)


def _one_line(text: str) -> str:
    """Show what would break the line, or the terminal, as an escape."""
    return "".join(
        char if char.isprintable() else {"\n": "⏎ ", "\t": " "}.get(char, repr(char)[1:-1])
        for char in text
    )
