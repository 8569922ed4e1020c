"""Cursors: opaque texts that say where a page of a list ended."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import CURSOR_CHARS_MAX

Listed = Literal["traces", "errors", "groups", "sessions"]


class Position(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last row of a page, in a list that goes from the newest to the oldest."""

    listed: Listed
    time_unix_ns: Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
    id: str


_decode = msgspec.json.Decoder(Position).decode


def written(listed: Listed, time_unix_ns: int, row_id: str) -> str:
    """Return the cursor behind a row."""
    place = msgspec.json.encode(Position(listed, time_unix_ns, row_id))
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def read(listed: Listed, cursor: str | None) -> Position:
    """Return where a list goes on; without a cursor that is before its first row.

    Raises:
        UsageError: it is damaged, or of another list.
    """
    if cursor is None:
        return Position(listed, (1 << 63) - 1, "")
    if len(cursor) > CURSOR_CHARS_MAX:
        raise _wrong(f"the cursor {cursor[:80]!r} is longer than {CURSOR_CHARS_MAX:,} characters")
    try:
        place = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        position = _decode(place)
    except (binascii.Error, UnicodeError, msgspec.DecodeError) as error:
        raise _wrong(f"the cursor {cursor[:80]!r} is damaged") from error
    if written(listed, position.time_unix_ns, position.id) != cursor:
        raise _wrong(f"the cursor {cursor[:80]!r} is of a list of {position.listed}, not {listed}")
    return position


def _wrong(message: str) -> UsageError:
    return UsageError(message, hint="take `next_cursor` of the page before, or none at all")
