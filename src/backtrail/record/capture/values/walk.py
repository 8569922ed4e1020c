"""What one look at values may spend, and what it finds out on the way.

A walk is handed through everything that is captured for one record. It bounds the work, counts
what was cut, knows which containers are being followed so that cycles end, and collects the
values under secret names, to be removed wherever else they stand (`secrets.taints`).
"""

from __future__ import annotations

from typing import Any

from backtrail.model.limits import CLEAN_TEXTS_MAX, NODES_MAX, STRING_CHARS_MAX, TAINTS_MAX
from backtrail.record.capture.redact import clean_text, is_clean, known_clean_long
from backtrail.record.capture.secrets.taints import forms, worth

MARGIN_CHARS = 256
"""Looked at beyond a cut, so that a secret is known that begins before it."""
_SHORT_CHARS_MAX = 128
"""What is short is remembered by `is_clean` itself."""
_LONG_CHARS_MAX = STRING_CHARS_MAX + MARGIN_CHARS


class Walk:
    """The budget, the findings and the way of one look."""

    __slots__ = ("cuts", "nodes", "path", "shown", "taints")

    def __init__(self, nodes: int = NODES_MAX) -> None:
        self.nodes = nodes
        """Values that may still be visited."""
        self.cuts = 0
        """Values and texts that were left out or shortened."""
        self.path: set[int] = set()
        """Identities of the containers being followed."""
        self.shown: dict[int, tuple[Any, int, Any, int]] = {}
        """By identity: a value that was looked at, what it might spend, how it is shown, and what
        that spent. The value is kept, so that its identity is not used again."""
        self.taints: set[str] = set()
        """Values that must not stand anywhere in the record."""

    def taint(self, value: str) -> None:
        """Remember a value that stood under a secret name."""
        if len(self.taints) < TAINTS_MAX and worth(value):
            self.taints.update(form for form in forms(value) if worth(form))


def shown_text(value: str, walk: Walk, keep: int = STRING_CHARS_MAX) -> str:
    """Return a text as it is recorded: cut, free of secrets, and valid Unicode."""
    size = len(value)
    if size <= keep:
        if size <= _SHORT_CHARS_MAX:
            return value if is_clean(value) else clean_text(value, found=walk.taint)
        return value if value in known_clean_long else _clean_long(value, walk)
    walk.cuts += 1
    known = walk.shown.get(id(value))
    if known is not None and known[1] == -keep:
        return str(known[2])
    head = value[: keep + MARGIN_CHARS]
    if head not in known_clean_long:
        head = _clean_long(head, walk)
    shown = f"{head[:keep]}…[+{size - keep} chars]"
    walk.shown[id(value)] = (value, -keep, shown, 0)
    return shown


def _clean_long(text: str, walk: Walk) -> str:
    """Return a long text without its secrets; if it has none, that is remembered."""
    if not is_clean(text):
        return clean_text(text, found=walk.taint)
    if len(text) <= _LONG_CHARS_MAX:
        if len(known_clean_long) >= CLEAN_TEXTS_MAX:
            known_clean_long.clear()
        known_clean_long.add(text)
    return text
