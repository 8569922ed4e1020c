"""Protobuf's wire format, as far as a message is taken apart before it is decoded.

A decoder of protobuf makes objects of whatever it is given: 128 MiB of empty spans would become
gigabytes. So the groups of a request are walked here, each span is decoded alone, and of one that
is too large each field is cut first. A text that is not UTF-8 is mended the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from backtrail.model.limits.reading import (
    INGEST_ATTRIBUTES_MAX,
    INGEST_DEPTH_MAX,
    INGEST_EVENTS_MAX,
    INGEST_FIELDS_MAX,
    INGEST_ITEMS_MAX,
    INGEST_TEXT_CHARS_MAX,
)

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_VARINT_BYTES_MAX = 10
_MORE = 0x80
_TAG_BITS = 3
_TAG_MASK = 7
_SIZES = {FIXED64: 8, FIXED32: 4}
_MARGIN_CHARS = 256
"""A text is cut where a word ends, within so many characters: no secret is cut through."""


class MalformedError(ValueError):
    """The bytes are no message of this format."""


class TooManyError(ValueError):
    """A request holds more spans or log records than one may."""


class Message(NamedTuple):
    """A kind of message, as far as it is cut: by field number."""

    texts: frozenset[int] = frozenset()
    blobs: frozenset[int] = frozenset()
    parts: Mapping[int, tuple[str, int, int]] = MappingProxyType({})
    """Name of the inner message, how many are kept, and the field that counts what is missing."""


MESSAGES = {
    "Span": Message(
        frozenset({3, 5}),
        parts={
            9: ("KeyValue", INGEST_ATTRIBUTES_MAX, 10),
            11: ("Event", INGEST_EVENTS_MAX, 12),
            13: ("Link", INGEST_EVENTS_MAX, 14),
            15: ("Status", 1, 0),
        },
    ),
    "LogRecord": Message(
        frozenset({3, 12}),
        parts={5: ("AnyValue", 1, 0), 6: ("KeyValue", INGEST_ATTRIBUTES_MAX, 7)},
    ),
    "Event": Message(frozenset({2}), parts={3: ("KeyValue", INGEST_ATTRIBUTES_MAX, 4)}),
    "Link": Message(frozenset({3}), parts={4: ("KeyValue", INGEST_ATTRIBUTES_MAX, 5)}),
    "Status": Message(frozenset({2})),
    "Resource": Message(parts={1: ("KeyValue", INGEST_ATTRIBUTES_MAX, 2)}),
    "InstrumentationScope": Message(
        frozenset({1, 2}), parts={3: ("KeyValue", INGEST_ATTRIBUTES_MAX, 4)}
    ),
    "KeyValue": Message(frozenset({1}), parts={2: ("AnyValue", 1, 0)}),
    "AnyValue": Message(
        frozenset({1}), frozenset({7}), {5: ("ArrayValue", 1, 0), 6: ("KeyValueList", 1, 0)}
    ),
    "ArrayValue": Message(parts={1: ("AnyValue", INGEST_ATTRIBUTES_MAX, 0)}),
    "KeyValueList": Message(parts={1: ("KeyValue", INGEST_ATTRIBUTES_MAX, 0)}),
}
"""What stands in traces and logs, as version 1.9 of the protocol has it."""


class Room:
    """Counts down the fields that may be looked at."""

    __slots__ = ("left",)

    def __init__(self, most: int) -> None:
        self.left = most


class Group(NamedTuple):
    """What one scope of one resource sent; each is the bytes of a message."""

    resource: bytes
    scope: bytes
    items: list[bytes]
    """Spans or log records."""


def groups(body: bytes) -> Iterator[Group]:
    """Take a request apart: both traces and logs are groups of a resource, of a scope, of items.

    Raises:
        MalformedError: it is no such request.
        TooManyError: it holds more than `INGEST_ITEMS_MAX`.
    """
    room = Room(INGEST_ITEMS_MAX)
    for number, kind, start, end in _fields(body, 0, len(body), room):
        if number != 1:
            continue
        _must_be_bytes(kind)
        resource = b""
        scopes: list[tuple[int, int]] = []
        for inner, kind_, start_, end_ in _fields(body, start, end, room):
            if inner == 1:
                resource = body[start_:end_]
            elif inner == 2:  # noqa: PLR2004 - the field's number
                _must_be_bytes(kind_)
                scopes.append((start_, end_))
        for start_, end_ in scopes:
            yield _group(body, start_, end_, resource, room)


def _group(body: bytes, start: int, end: int, resource: bytes, room: Room) -> Group:
    scope = b""
    items: list[bytes] = []
    for number, kind, first, last in _fields(body, start, end, room):
        if number == 1:
            scope = body[first:last]
        elif number == 2:  # noqa: PLR2004 - the field's number
            _must_be_bytes(kind)
            items.append(body[first:last])
    return Group(resource, scope, items)


def trimmed(message: bytes, name: str, room: Room | None = None) -> bytes:
    """Return a message with its long texts, long lists and deep values cut, all texts UTF-8.

    What is cut says how much: a text in its last characters, a list in the field that OpenTelemetry
    has for it.

    Args:
        message: its bytes.
        name: its kind, of those in `MESSAGES`.
        room: how many fields may be looked at; it is shared by all messages of a request.

    Raises:
        MalformedError: it is no such message.
        TooManyError: it has more fields than there is room for.
    """
    room = room or Room(INGEST_FIELDS_MAX)
    return _trimmed(message, (0, len(message)), name, 0, room)


def _trimmed(body: bytes, place: tuple[int, int], name: str, depth: int, room: Room) -> bytes:
    message = MESSAGES[name]
    out: list[bytes] = []
    counts: dict[int, int] = {}
    missing: dict[int, int] = {}
    for number, kind, first, last in _fields(body, *place, room):
        part = message.parts.get(number)
        if kind != BYTES:
            if kind == VARINT and any(number == each[2] for each in message.parts.values()):
                missing[number] = missing.get(number, 0) + _varint(body, first, last)[0]
            out += (_tag(number, kind), body[first:last])
        elif part is None:
            out.append(_field(number, _plain(body, first, last, number, message)))
        else:
            counts[number] = count = counts.get(number, 0) + 1
            if count <= part[1]:
                out.append(_field(number, _part(body, (first, last), part[0], depth, room)))
            elif part[2]:
                missing[part[2]] = missing.get(part[2], 0) + 1
    out += (_tag(number, VARINT) + _as_varint(count) for number, count in missing.items())
    return b"".join(out)


def _plain(body: bytes, first: int, last: int, number: int, message: Message) -> bytes:
    """Return a field that is no message, as it is kept."""
    if number in message.texts:
        return _text(body, first, last)
    if number in message.blobs:
        last = min(last, first + INGEST_TEXT_CHARS_MAX)
    return body[first:last]


def _part(body: bytes, place: tuple[int, int], name: str, depth: int, room: Room) -> bytes:
    if depth > 2 * INGEST_DEPTH_MAX and name == "AnyValue":
        return _field(1, f"…[+{place[1] - place[0]} bytes]".encode())
    return _trimmed(body, place, name, depth + 1, room)


def _text(body: bytes, first: int, last: int) -> bytes:
    size = last - first
    if size <= INGEST_TEXT_CHARS_MAX:
        return body[first:last].decode("utf-8", "replace").encode()
    text = body[first : first + INGEST_TEXT_CHARS_MAX - _MARGIN_CHARS].decode("utf-8", "replace")
    beginning, space, _ = text[-_MARGIN_CHARS:].rpartition(" ")
    text = text[:-_MARGIN_CHARS] + (beginning if space else "")
    kept = text.encode()
    return kept + f"…[+{size - len(kept)} bytes]".encode()


def _fields(body: bytes, start: int, end: int, room: Room) -> Iterator[tuple[int, int, int, int]]:
    """Yield each field's number, wire type, and where its value begins and ends."""
    at = start
    while at < end:
        room.left -= 1
        if room.left < 0:
            raise TooManyError
        tag = body[at]
        at += 1
        if tag >= _MORE:
            tag, at = _varint(body, at - 1, end)
        kind = tag & _TAG_MASK
        if kind == BYTES:
            size, at = _varint(body, at, end)
            last = at + size
        elif kind == VARINT:
            last = _varint(body, at, end)[1]
        elif kind in _SIZES:
            last = at + _SIZES[kind]
        else:
            raise MalformedError(f"wire type {kind}")
        if last > end or not tag >> _TAG_BITS:
            raise MalformedError(f"a field that ends at byte {last} of {end}")
        yield tag >> _TAG_BITS, kind, at, last
        at = last


def _varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, min(end, at + _VARINT_BYTES_MAX)):
        byte = body[place]
        value |= (byte & _TAG_BITS_7) << shift
        if byte < _MORE:
            return value, place + 1
        shift += 7
    raise MalformedError(f"a number without an end at byte {at}")


_TAG_BITS_7 = _MORE - 1


def _must_be_bytes(kind: int) -> None:
    if kind != BYTES:
        raise MalformedError(f"wire type {kind} in place of a message")


def _field(number: int, value: bytes) -> bytes:
    return _tag(number, BYTES) + _as_varint(len(value)) + value


def _tag(number: int, kind: int) -> bytes:
    return _as_varint(number << _TAG_BITS | kind)


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value >= _MORE:
        out.append(value & (_MORE - 1) | _MORE)
        value >>= 7
    out.append(value)
    return bytes(out)
