"""What enters the journal as one: the lines of a span, or of a log record."""

from __future__ import annotations

from msgspec import Struct


class Unit(Struct, frozen=True, gc=False):
    """Lines that belong together."""

    key: bytes
    """What tells it from others: trace and span id; empty for what cannot come again."""
    lines: bytes
    """Whole lines of the journal; of a span the last one is its end."""
