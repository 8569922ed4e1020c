"""Digests of what is too large to be kept, so that it is known to have changed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from backtrail.model.limits import DIGEST_BYTES_MAX


class Digests:
    """Makes SHA-256 digests, of so many bytes altogether."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = DIGEST_BYTES_MAX
        """Bytes that may still be digested."""

    def of(self, pieces: Iterable[Any], size: int) -> str | None:
        """Return the digest of pieces of binary data, 64 hex digits; `None` beyond the budget."""
        if size > self.left:
            return None
        self.left -= size
        made = _hashlib().sha256()
        for piece in pieces:
            made.update(piece)
        return str(made.hexdigest())

    def of_text(self, text: str) -> str | None:
        """Return the digest of a text."""
        return self.of([text.encode("utf-8", "surrogatepass")], len(text))


def _hashlib() -> Any:
    # Loaded only here: most programs track no state.
    return importlib.import_module("hashlib")


def digest(data: bytes) -> str:
    """Return the SHA-256 digest of data, by which its blob is named."""
    return str(_hashlib().sha256(data).hexdigest())
