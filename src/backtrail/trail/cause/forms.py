"""Whether a text holds a value, also in another form: folded, split, prefixed, padded, joined.

A program changes a value on its way: `HTL-LIS-0417` is looked up as `lis/417`, `Pixel Forge`
becomes `pixel-forge`. Both are cut into pieces, words in lower case and numbers without leading
zeros, and the pieces of one are looked for in the other, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from backtrail.model.event import Json
from backtrail.model.limits.reading import LEAF_CHARS_MAX, LEAVES_MAX, PIECES_MAX

PIECE = re.compile(r"[0-9]+|[^\W\d_]+", re.UNICODE)

MARKS = frozenset({"$type", "$cut", "$depth", "$cycle", "$changing", "$broken"})
"""Keys of a captured value that are none of the program's."""

SAME, WITHIN, FOLDED, PIECED, PART = 1.0, 0.95, 0.9, 0.8, 0.6
"""How well a text shows a value: it is the value; holds it as it is; but for upper and lower case;
all its pieces in order; or is itself a large part of it."""

EXACT_MAX = 1e15
"""Whole numbers up to here are exact as floats."""
PIECES_ALONE_CHARS_MIN = 5
"""One piece alone tells two values apart only if it is as long as this."""
PART_SHARE_MIN = 0.5
"""Share of a value's characters that a text must be to count as a part of it."""
PART_CHARS_MIN = 4


def pieces(text: str) -> tuple[str, ...]:
    """Cut a text into words in lower case and numbers without leading zeros."""
    return tuple(
        piece.lstrip("0") or "0" if piece[0].isdigit() else piece.casefold()
        for piece in PIECE.findall(text[:LEAF_CHARS_MAX])[:PIECES_MAX]
    )


class Sought:
    """A value that is looked for in many texts."""

    def __init__(self, value: str) -> None:
        """Prepare the forms of a value."""
        self.value = value
        self.folded = " ".join(value.casefold().split())
        self.pieces = pieces(value)
        self.joined = "".join(self.pieces)
        self.needles = sorted(self.pieces, key=len, reverse=True) or [self.folded]
        """What any text that shows it must hold, folded: its pieces, the longest first."""

    def level(self, text: str) -> float:
        """Return how well a text shows the value, from 0 to 1."""
        if text == self.value:
            return SAME
        if len(text) > LEAF_CHARS_MAX:
            text = text[:LEAF_CHARS_MAX]
        folded = text.casefold()
        if not self.may_be_in(folded):
            is_short = PART_CHARS_MIN <= len(text) < len(self.value)
            return self._part(folded, text) if is_short else 0.0
        if self.value and _stands_in(self.value, text):
            return WITHIN
        if self.folded and _stands_in(self.folded, " ".join(folded.split())):
            return FOLDED
        return self._by_pieces(folded, text)

    def may_be_in(self, folded: str) -> bool:
        """Tell, at little cost, whether a folded text can show the value at all."""
        return all(needle in folded for needle in self.needles)

    def _by_pieces(self, folded: str, text: str) -> float:
        if not self._may_stand_alone():
            return 0.0
        found = pieces(text)
        if _has_run(found, self.pieces) or (
            len(self.joined) >= PIECES_ALONE_CHARS_MIN and "".join(found) == self.joined
        ):
            return PIECED
        return self._part(folded, text)

    def _part(self, folded: str, text: str) -> float:
        """Return how well a short text shows a value that was put together from it."""
        if not PART_CHARS_MIN <= len(text) < len(self.value):
            return 0.0
        if len(text) / len(self.value) < PART_SHARE_MIN:
            return 0.0
        return PART if _stands_in(folded, self.folded) else 0.0

    def _may_stand_alone(self) -> bool:
        return len(self.pieces) > 1 or len(self.joined) >= PIECES_ALONE_CHARS_MIN


def _stands_in(needle: str, text: str) -> bool:
    """Tell whether a text holds another as a whole word: no letter or digit on either side."""
    start = text.find(needle)
    while start >= 0:
        end = start + len(needle)
        before = start == 0 or not (text[start - 1].isalnum() and needle[0].isalnum())
        after = end == len(text) or not (text[end].isalnum() and needle[-1].isalnum())
        if before and after:
            return True
        start = text.find(needle, start + 1)
    return False


def _has_run(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Tell whether pieces stand in others, side by side and in order."""
    if not wanted:
        return False
    first, size = wanted[0], len(wanted)
    return any(piece == first and found[at : at + size] == wanted for at, piece in enumerate(found))


def leaves(value: Json) -> list[tuple[str, str]]:
    """List the texts and numbers of a JSON value with the last name on the way to each.

    A text that is JSON itself, as a model's answer often is, is looked into as well.
    """
    found: list[tuple[str, str]] = []
    todo: list[tuple[str, Any]] = [("", value)]
    while todo and len(found) < LEAVES_MAX:
        name, item = todo.pop()
        if isinstance(item, dict):
            shown = [(str(key), inner) for key, inner in item.items() if key not in MARKS]
            todo.extend(reversed(shown))
            if "$type" not in item:
                # The keys of a dict are values of the program; those of an object are names.
                found.extend(("", key) for key, _ in shown)
        elif isinstance(item, list):
            todo.extend((name, inner) for inner in reversed(item))
        elif isinstance(item, str):
            found.append((name, item))
            todo.extend(_inside(item))
        elif item is not None and not isinstance(item, bool):
            found.append((name, number_text(item)))
    return found


def _inside(text: str) -> Iterator[tuple[str, Any]]:
    """Yield what a text is as JSON, if that is an object or a list."""
    if text[:1] in "{[" and len(text) > 1:
        try:
            yield "", msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return


def number_text(number: float) -> str:
    """Write a number so that 5 and 5.0 are the same."""
    if abs(number) < EXACT_MAX and number == int(number):
        return str(int(number))
    return str(number)
