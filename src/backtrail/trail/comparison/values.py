"""Two values beside one another: which of their parts differ, and whether that means anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from backtrail.model.event import Json

PARTS_MAX = 20
"""Differing parts that are told of one pair of values."""
DEPTH_MAX = 12
MISSING = {"$missing": True}
"""Stands for a part that one of the two has not."""

_VOLATILE = (
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (
        re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
        "<time>",
    ),
    (re.compile(r"\b0x[0-9a-f]{6,}\b", re.IGNORECASE), "<address>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d{2,5}\b"), r"\1:<port>"),
    (re.compile(r"/tmp/[\w.-]+"), "/tmp/<name>"),  # noqa: S108 - looked for, not used
)
"""What differs from run to run, whatever the program does: ids, times, addresses, ports."""


class Part(Struct, frozen=True, kw_only=True):
    """A part of two values that differs."""

    path: str
    """Where it is: `response_body.items[3].price`."""
    left: Json
    right: Json


def differing(left: Json, right: Json) -> list[Part]:
    """Return the parts in which two values differ, the first ones.

    Parts that differ only in what every run makes anew are left out.
    """
    parts: list[Part] = []
    for part in _differing(left, right, "", 0):
        parts.append(part)
        if len(parts) >= PARTS_MAX:
            break
    return parts


def settled(text: str) -> str:
    """Return a text with what every run makes anew replaced by what it is."""
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


def _differing(left: Json, right: Json, path: str, depth: int) -> Iterator[Part]:
    if isinstance(left, dict) and isinstance(right, dict) and depth < DEPTH_MAX:
        for key in [*left, *(key for key in right if key not in left)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _differing(left.get(key, MISSING), right.get(key, MISSING), inner, depth + 1)
        return
    if isinstance(left, list) and isinstance(right, list) and depth < DEPTH_MAX:
        for index in range(max(len(left), len(right))):
            one = left[index] if index < len(left) else MISSING
            other = right[index] if index < len(right) else MISSING
            yield from _differing(one, other, f"{path}[{index}]", depth + 1)
        return
    if left == right and type(left) is type(right):
        return
    if isinstance(left, str) and isinstance(right, str) and settled(left) == settled(right):
        return
    yield Part(path=path, left=left, right=right)
