"""Brings an answer to a size: long texts and lists are cut, the longest first, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from backtrail.model.event import Json

CHARS_PER_TOKEN = 4
TEXT_CHARS_MIN = 40
"""No text is cut to less."""
ITEMS_MIN = 1
_TEXTS = (20_000, 8_000, 4_000, 2_000, 1_000, 500, 250, 120, TEXT_CHARS_MIN)
_LISTS = (1_000, 400, 200, 100, 50, 25, 12, 6, ITEMS_MIN)
_DEPTHS = (100, 100, 100, 100, 50, 20, 10, 6, 4)


def encoded_chars(value: object) -> int:
    """Return how many characters a value takes as JSON."""
    return len(msgspec.json.encode(value).decode())


def shrunk(value: Json, chars_max: int) -> tuple[Json, bool]:
    """Return a JSON value that takes at most so many characters, and whether it was cut.

    Texts are cut to one length, lists to one number of items: the greatest that fit. A cut text
    ends in how much is missing, a cut list in `{"$cut": number}`.
    """
    if encoded_chars(value) <= chars_max:
        return value, False
    for text, items, depth in _steps():
        small = _cut(value, text, items, depth)
        if encoded_chars(small) <= chars_max:
            return small, True
    return {"$cut": encoded_chars(value)}, True


def _steps() -> Iterator[tuple[int, int, int]]:
    """Yield how far to cut texts, lists and depth: texts go down first, then lists."""
    for row, (items, depth) in enumerate(zip(_LISTS, _DEPTHS, strict=True)):
        for text in _TEXTS[row:] if row else _TEXTS:
            yield text, items, depth


def _cut(value: Any, text_max: int, items_max: int, depth: int) -> Json:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        rest = len(value) - text_max
        return value if rest <= 0 else f"{value[:text_max]}… ({rest:,} more chars)"
    if isinstance(value, dict):
        if depth <= 0:
            return {"$cut": len(value)}
        kept = list(value.items())[: items_max * 4]
        cut = {key: _cut(item, text_max, items_max, depth - 1) for key, item in kept}
        return cut if len(kept) == len(value) else {**cut, "$cut": len(value) - len(kept)}
    if isinstance(value, list | tuple):
        if depth <= 0:
            return [{"$cut": len(value)}]
        shown = [_cut(item, text_max, items_max, depth - 1) for item in value[:items_max]]
        rest = len(value) - len(shown)
        return [*shown, {"$cut": rest}] if rest else shown
    return value
