"""Ids of spans as whole numbers: eight bytes where a text takes sixteen.

A number orders as the id does, so that a beginning of an id is a range of numbers. An id that is
not sixteen hexadecimal digits has a number too, and stands beside it in the table `odd_span`.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from backtrail.store.catalog import Catalog

DIGITS = 16
_ZERO = 1 << 63
"""What is taken off: a column holds numbers with a sign."""
_USUAL = re.compile(r"[0-9a-f]{16}\Z")
_BEGINNING = re.compile(r"[0-9a-f]{1,16}\Z")


def is_usual(span_id: str) -> bool:
    """Tell whether an id is what its number says."""
    return _USUAL.match(span_id) is not None


def number_of(span_id: str) -> int:
    """Return the number of an id."""
    if is_usual(span_id):
        return int(span_id, 16) - _ZERO
    digest = blake2b(span_id.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") - _ZERO


def id_of(number: int, odd: str | None = None) -> str:
    """Return the id that a number stands for; `odd` is what stands beside it, if anything does."""
    return odd if odd is not None else f"{number + _ZERO:016x}"


def named(catalog: Catalog, prefix: str, *, behind: str, limit: int) -> list[tuple[str, str]]:
    """Return ids of spans that begin so, each with its trace; `behind` is behind all of them."""
    found: list[tuple[str, str]] = []
    if _BEGINNING.match(prefix):
        low, high = (number_of(prefix.ljust(DIGITS, digit)) for digit in "0f")
        rows = catalog.rows("spans_between", low=low, high=high, limit=limit)
        found = [(id_of(row["span_no"]), row["trace_id"]) for row in rows]
    rows = catalog.rows("odd_spans_between", low=prefix, high=behind, limit=limit)
    found += [(row["id"], row["trace_id"]) for row in rows]
    return found[:limit]
