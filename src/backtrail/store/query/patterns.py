"""Patterns: texts in which `*` stands for anything."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_ESCAPED = re.compile(r"\\([\\*\"])|(\*+)")
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\", "\0": "%"})
"""What stands for itself; a NUL, which would end the pattern, is anything."""
_GLOB = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


class Pattern(Struct, frozen=True):
    """A text to compare with, cut where anything may stand."""

    pieces: tuple[str, ...]
    """One piece is the text itself; between two of them anything may stand."""

    @property
    def has_wildcard(self) -> bool:
        """Whether it stands for more than one text."""
        return len(self.pieces) > 1

    @property
    def is_empty(self) -> bool:
        """Whether it is the empty text."""
        return self.pieces == ("",)

    @property
    def text(self) -> str:
        """Its text, with `*` where anything may stand."""
        return "*".join(self.pieces)

    @property
    def anywhere(self) -> Pattern:
        """The same inside of a longer text."""
        return Pattern(_without_repeats(("", *self.pieces, "")))

    def fits(self, text: str) -> bool:
        """Tell whether a whole text is like this, in either case."""
        text = text.casefold()
        first, *others = (piece.casefold() for piece in self.pieces)
        if not others:
            return text == first
        *middle, last = others
        if not text.startswith(first) or len(text) < len(first) + len(last):
            return False
        end = len(text) - len(last)
        return text.endswith(last) and _are_in_order(middle, text[len(first) : end])

    @property
    def like(self) -> str:
        r"""It as SQL's `LIKE` wants it, folded, with `\` before what stands for itself."""
        return "%".join(piece.casefold().translate(_LIKE) for piece in self.pieces)

    @property
    def glob(self) -> str:
        """It as SQL's `GLOB` wants it, which keeps the case."""
        return "*".join(piece.translate(_GLOB) for piece in self.pieces)


def literal(text: str) -> Pattern:
    """Return the pattern of a text in which nothing stands for anything else."""
    return Pattern((text,))


def pattern_of(written: str) -> Pattern:
    r"""Read a pattern: `*` is anything; `\*`, `\\` and `\"` are the signs themselves."""
    pieces = [""]
    end = 0
    for match in _ESCAPED.finditer(written):
        pieces[-1] += written[end : match.start()] + (match[1] or "")
        if match[2]:
            pieces.append("")
        end = match.end()
    pieces[-1] += written[end:]
    return Pattern(_without_repeats(pieces))


def _without_repeats(pieces: Iterable[str]) -> tuple[str, ...]:
    """Take away what two wildcards side by side leave between them."""
    first, *others = pieces
    if not others:
        return (first,)
    *middle, last = others
    return (first, *filter(None, middle), last)


def _are_in_order(pieces: Iterable[str], text: str) -> bool:
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True
