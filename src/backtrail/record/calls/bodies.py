"""Bodies as JSON: what is JSON is shown as it is, text as text, anything else by its beginning.

All of it is free of secrets and bounded, but with more room than other values have: what a program
was answered is where its values come from.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import msgspec
from msgspec import Raw

from backtrail.model.event import Json
from backtrail.model.limits import (
    BODY_CHARS_MAX,
    BODY_DEPTH_MAX,
    BODY_NODES_MAX,
    BODY_TEXT_CHARS_MAX,
    BYTES_HEAD_MAX,
)
from backtrail.record.calls.addresses import Head
from backtrail.record.calls.decoding import decoded
from backtrail.record.calls.kept import Kept
from backtrail.record.capture.redact import has_no_secret, is_secret_name
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.values.hiding import announces, hidden
from backtrail.record.capture.values.walk import Walk, shown_text

_encode = msgspec.json.Encoder().encode
_SMALL_BYTES = 4_096
_decode = msgspec.json.Decoder().decode
_INT_BITS_MAX = 63
_TEXT_CHARS_MIN = 64
"""Characters that a text keeps when there is no room left."""
_NAME_CHARS_MAX = 200
_WIDE = 3
"""Bytes of most characters beyond ASCII."""
_PAIR = 2
_MISSING = object()


class Room:
    """How much may still be shown, and how much of one text."""

    __slots__ = ("chars", "nodes", "text_chars", "walk")

    def __init__(
        self,
        walk: Walk,
        *,
        chars: int = BODY_CHARS_MAX,
        text_chars: int = BODY_TEXT_CHARS_MAX,
        nodes: int = BODY_NODES_MAX,
    ) -> None:
        self.walk = walk
        self.chars = chars
        self.text_chars = text_chars
        self.nodes = nodes

    def text(self, text: str, most: int | None = None) -> str:
        """Return a text as it is shown."""
        wide = 1 if text.isascii() else _WIDE
        keep = min(most or self.text_chars, max(self.chars // wide, _TEXT_CHARS_MIN))
        shown = shown_text(text, self.walk, keep)
        self.chars -= len(shown) * wide
        return shown


def shown_bodies(
    sent: Kept | None, asked: Head, came: Kept, answered: Head, walk: Walk, *, is_decoded: bool
) -> tuple[Json, Json]:
    """Return what was sent and what came back, as they are told of.

    Most of it is small JSON in which nothing can be a secret: that is found out at once for both.
    """
    request: bytes | None = None if sent is None else bytes(sent.head)
    if request and asked.encoding and sent is not None:
        request = read(sent, asked.encoding)
    answer: bytes | None = bytes(came.head)
    if answer and answered.encoding:
        answer = read(came, answered.encoding, is_decoded=is_decoded)
    first, second = _in_json(request) if request else b"", _in_json(answer) if answer else b""
    if (first or second) and not has_no_secret((first + b"\n" + second).decode()):
        first = second = b""
    return (
        Raw(first) if first else sent and shown_body(request, sent.size, asked.kind, Room(walk)),
        Raw(second) if second else shown_body(answer, came.size, answered.kind, Room(walk)),
    )


def _in_json(body: bytes) -> bytes:
    """Return a small body in JSON as one line; nothing if it is another."""
    if len(body) > _SMALL_BYTES or body[:1] not in _JSON_STARTS:
        return b""
    try:
        encoded = _encode(_decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        return b""
    return encoded if encoded.count(b"[") + encoded.count(b"{") <= BODY_DEPTH_MAX else b""


_JSON_STARTS = (b"{", b"[", b'"', b" ", b"\n")


def parsed(body: bytes) -> Any:
    """Return what a body says in JSON; `MISSING` when it is none."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _MISSING


MISSING = _MISSING


def read(kept: Kept, encoding: str, *, is_decoded: bool = False) -> bytes | None:
    """Return the kept beginning of a body, decompressed; `None` when it cannot be."""
    body = bytes(kept.head)
    if not encoding or is_decoded:
        return body
    return decoded(body, encoding, kept.limit)


def shown_body(body: bytes | None, size: int, content_type: str, room: Room) -> Json:
    """Return a body as it is told of; `size` bytes of it came by, `None` is what nobody can read.

    A form is shown as its fields, whatever is no text as its size and beginning.
    """
    if not size:
        return None
    if body is None:
        return {"$type": "bytes", "size": size}
    value = parsed(body) if body[:1] in _JSON_STARTS or "json" in content_type else MISSING
    if value is not MISSING:
        return shown_json(value, room)
    if "x-www-form-urlencoded" in content_type:
        return _shown_form(body, room)
    text = _text(body, content_type)
    if text is None:
        return {**snapshot(body[: 2 * BYTES_HEAD_MAX], walk=room.walk), "size": size}
    missing = size - len(body)
    shown = room.text(text, room.chars)
    return f"{shown}…[+{missing} bytes]" if missing > 0 else shown


def _text(body: bytes, content_type: str) -> str | None:
    """Return a body as text, if it is one; its last character may be cut through."""
    if b"\0" in body[:BYTES_HEAD_MAX]:
        return None
    if "charset=" in content_type and "utf-8" not in content_type.lower():
        charset = content_type.partition("charset=")[2].partition(";")[0].strip(' "')
        try:
            return body.decode(charset)
        except (LookupError, UnicodeDecodeError):
            return None
    for end in range(len(body), max(len(body) - 4, -1), -1):
        try:
            return body[:end].decode()
        except UnicodeDecodeError:
            continue
    return None


def _shown_form(body: bytes, room: Room) -> Json:
    pairs = [pair.partition("=") for pair in body.decode("utf-8", "replace").split("&")]
    fields: dict[str, Any] = {}
    for name, _, value in pairs[: room.nodes]:
        fields[unquote_plus(name)] = unquote_plus(value)
    return shown_json(fields, room)


def shown_json(value: Any, room: Room, depth: int = 0) -> Json:
    """Return a value that was read from JSON, or could have been, cut and free of secrets."""
    kind = type(value)
    if kind is str:
        return room.text(value)
    if kind is dict:
        return _shown_object(value, room, depth)
    if kind is list:
        return _shown_list(value, room, depth)
    if kind is int:
        return value if value.bit_length() <= _INT_BITS_MAX else snapshot(value, walk=room.walk)
    if value is None or kind is bool or kind is float:
        return value
    return (
        _shown_list(list(value), room, depth) if kind is tuple else snapshot(value, walk=room.walk)
    )


def _shown_object(value: dict[str, Any], room: Room, depth: int) -> Json:
    if depth >= BODY_DEPTH_MAX:
        room.walk.cuts += 1
        return {"$type": "dict", "$depth": True, "size": len(value)}
    shown: dict[str, Json] = {}
    left = len(value)
    for key, item in value.items():
        name = key if type(key) is str else str(snapshot(key, walk=room.walk))
        if room.nodes <= 0:
            room.walk.cuts += 1
            shown["$cut"] = left
            break
        left -= 1
        room.nodes -= 1
        clean = shown_text(name, room.walk, _NAME_CHARS_MAX)
        if is_secret_name(name):
            shown[clean] = hidden(item, room.walk)
        else:
            shown[clean] = shown_json(item, room, depth + 1)
    if "value" in shown:
        named = value.get("name") or value.get("key") or value.get("header")
        if type(named) is str and is_secret_name(named):
            shown["value"] = hidden(value["value"], room.walk)
    return shown


def _shown_list(value: list[Any], room: Room, depth: int) -> Json:
    if depth >= BODY_DEPTH_MAX:
        room.walk.cuts += 1
        return {"$type": "list", "$depth": True, "size": len(value)}
    shown: list[Json] = []
    is_pair, is_announced = len(value) == _PAIR, False
    for item in value:
        if room.nodes <= 0:
            room.walk.cuts += 1
            shown.append({"$cut": len(value) - len(shown)})
            break
        room.nodes -= 1
        shown.append(hidden(item, room.walk) if is_announced else shown_json(item, room, depth + 1))
        is_announced = announces(item, is_pair=is_pair) and not is_announced
    return shown
