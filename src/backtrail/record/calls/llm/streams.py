"""Streamed answers, cut into their events: server-sent events, lines of JSON, or one array.

What is broken is passed over and counted; an event that was cut off by the end is broken too.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from backtrail.model.limits import STREAM_EVENTS_MAX

_decode = msgspec.json.Decoder().decode
_BREAK = re.compile(rb"\r\n|\n|\r")
_SSE = (b"data:", b"event:", b":", b"id:", b"retry:")
_DONE = b"[DONE]"


class Events:
    """The events of a stream."""

    __slots__ = ("broken", "is_done", "values")

    def __init__(self) -> None:
        self.values: list[tuple[int, Any]] = []
        """Where each begins, in bytes from the beginning, and what it says."""
        self.broken = 0
        self.is_done = False
        """Whether the mark stood there that ends a stream."""

    def add(self, offset: int, text: bytes) -> None:
        """Take an event's data."""
        text = text.strip()
        if not text or len(self.values) >= STREAM_EVENTS_MAX:
            return
        if text == _DONE:
            self.is_done = True
            return
        try:
            self.values.append((offset, _decode(text)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.broken += 1


def events_of(body: bytes, *, offset: int = 0) -> Events:
    """Cut a stream, or the end of one that begins at an offset, into its events."""
    events = Events()
    start = body.lstrip()
    if start.startswith(_SSE) or offset:
        _read_fields(body, offset, events)
        if events.values or events.is_done or start.startswith(_SSE):
            return events
    if start[:1] == b"[":
        _read_array(body, offset, events)
    else:
        for match_start, line in _lines(body):
            events.add(offset + match_start, line)
    return events


def _lines(body: bytes) -> list[tuple[int, bytes]]:
    found, place = [], 0
    for match in _BREAK.finditer(body):
        found.append((place, body[place : match.start()]))
        place = match.end()
    found.append((place, body[place:]))
    return found


def _read_fields(body: bytes, offset: int, events: Events) -> None:
    """Read server-sent events: lines of `data:` up to an empty line are one event."""
    data: list[tuple[int, bytes]] = []
    for place, line in _lines(body):
        if not line:
            _dispatch(data, events)
            data = []
        elif line.startswith(b"data:"):
            data.append((offset + place, line[5:]))
    _dispatch(data, events)


def _dispatch(data: list[tuple[int, bytes]], events: Events) -> None:
    """Take the lines of an event together; lines that are JSON each are events of their own."""
    if len(data) > 1:
        try:
            events.values.append((data[0][0], _decode(b"\n".join(line for _, line in data))))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        else:
            return
    for place, line in data:
        events.add(place, line)


def _read_array(body: bytes, offset: int, events: Events) -> None:
    """Read an array of events, of which the end may be missing."""
    text = body.decode("utf-8", "replace")
    decoder, place = json.JSONDecoder(), text.index("[") + 1
    while len(events.values) < STREAM_EVENTS_MAX:
        while place < len(text) and text[place] in " \r\n\t,":
            place += 1
        if place >= len(text) or text[place] == "]":
            events.is_done = place < len(text)
            return
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            events.broken += 1
            return
        events.values.append((offset + len(text[:place].encode()), value))
        place = end
