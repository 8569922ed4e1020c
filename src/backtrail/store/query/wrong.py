"""What is said of a query that cannot be read: where it is wrong, and what was expected."""

from __future__ import annotations

from backtrail.model.errors import UsageError

_AROUND = 60
"""Characters shown on each side of the place."""


class WrongQueryError(UsageError):
    """A query is not what it may be; the hint shows the place with a line of carets."""

    def __init__(self, message: str, *, hint: str, text: str, start: int, end: int) -> None:
        super().__init__(
            f"{message} at character {start + 1} of the query",
            hint=f"{hint}\n{pointed(text, start, end)}",
        )
        self.start = start
        """Where it is wrong, in characters from 0."""
        self.end = end


def pointed(text: str, start: int, end: int) -> str:
    """Return the piece of a text around a place, and carets below it."""
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before = "…" if first else ""
    piece = "".join(char if char.isprintable() else " " for char in text[first:last])
    carets = "^" * max(1, min(end, last) - start)
    after = "…" if last < len(text) else ""
    return f"  {before}{piece}{after}\n  {' ' * (len(before) + start - first)}{carets}"
