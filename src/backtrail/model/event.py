"""One recorded fact, and the line that it is in a journal.

A journal is JSON Lines. Its first line is a `Header`; every other line is one event, an object
whose envelope says when, where and what, and whose other members are the body:

    {"t":705166075975,"trace":"0190b6a2…","span":"00f067aa0ba902b7","kind":"debug.recorded",
     "context":"billing","action":"charge_card","attributes":{"user":17}}

`t` is the monotonic clock; the header, and any later `clock.anchored` event, ties it to the wall
clock. `seq` is not written: it is the line's position among all event lines of its process, so it
has no gaps and costs nothing while recording. `thread` is left out for the main thread, `task`
outside of asyncio.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.errors import NewerFormatError, StoreError

Json = Any
"""Any JSON value, as `record.capture` makes it of a Python one."""

JOURNAL_VERSION = 1
ENVELOPE = ("t", "trace", "span", "thread", "task", "kind", "v")
"""Members of a line that are not part of the body; no body may use these names."""


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every event's body."""


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in the user's own code something was done: the innermost call of it."""

    file: str
    line: int
    function: str
    """With its classes: `Warehouse.transfer`; `<module>` at the top of a file."""
    code: str | None = None
    """The source line, stripped."""


class Header(Struct, frozen=True, kw_only=True, tag_field="kind", tag="segment.opened"):
    """The first line of a journal segment."""

    v: int
    """The version of the journal's format."""
    process: str
    """Who wrote it: a UUIDv7 made when the process began to record, anew after a fork."""
    segment: int
    """Its number among the segments of that process, from 1."""
    seq: int
    """The `seq` of the segment's first event."""
    time_unix_ns: int
    monotonic_ns: int
    """The same moment by both clocks."""
    pid: int
    writer: str
    """The version of Backtrail that wrote it."""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One fact about one trace, recorded once and never changed."""

    kind: str
    """What happened, as noun.past-participle: `lock.acquired`."""
    trace_id: str
    """The trace this fact belongs to: 32 lower-case hex digits, or as an import brought it."""
    span_id: str | None = None
    """The span in which it happened: 16 hex digits."""
    seq: int
    """Its position among the events of its process, from 0, without gaps."""
    time_unix_ns: int
    """When it happened, by the wall clock of the recording process."""
    monotonic_ns: int
    """When it happened, by the clock that never goes back."""
    process: str
    """The process that recorded it, as in `Header.process`."""
    thread: str | None = None
    """`name:native id` of the thread; `None` for the main thread."""
    task: str | None = None
    """Name of the asyncio task."""
    version: int = 1
    """Version of the body's shape."""
    body: dict[str, Any] = {}
    """Everything else, already redacted; its shape is given by `model.kinds`."""

    @property
    def event_id(self) -> str:
        """A short name for it that every command accepts: first part of process, then seq."""
        return f"{self.process}:{self.seq}"


_decode_header = msgspec.json.Decoder(Header).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def parse_header(line: bytes, *, source: str) -> Header:
    """Read the first line of a segment.

    Raises:
        NewerFormatError: a later version wrote it.
        StoreError: it is no header.
    """
    try:
        version = _decode_object(line)["v"]
        if type(version) is int and version > JOURNAL_VERSION:
            raise NewerFormatError(
                f"{source} has journal format {version}, later than {JOURNAL_VERSION}",
                hint="pip install --upgrade backtrail",
            )
        return _decode_header(line)
    except (msgspec.DecodeError, KeyError) as error:
        raise StoreError(
            f"{source} does not begin with a journal header", hint="backtrail doctor"
        ) from error


class LineReader:
    """Turns the lines of one process, in order, into events.

    It keeps the two things that a line leaves out: the position, and the tie between the clocks.
    """

    def __init__(self, header: Header) -> None:
        self.process = header.process
        self.seq = header.seq
        self.offset_ns = header.time_unix_ns - header.monotonic_ns
        self.torn = 0
        """Lines that could not be read."""

    def events(self, lines: bytes) -> Iterator[Event]:
        """Yield the events of whole lines; what cannot be read is counted and passed over."""
        for line in lines.split(b"\n"):
            if not line:
                continue
            try:
                event = self.event(line)
            except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
                self.torn += 1
                continue
            yield event

    def event(self, line: bytes) -> Event:
        """Read one line, and count it."""
        body = _decode_object(line)
        pop = body.pop
        monotonic_ns = pop("t")
        kind = pop("kind")
        if kind == "clock.anchored":
            self.offset_ns = body["time_unix_ns"] - monotonic_ns
        event = Event(
            kind=kind,
            trace_id=pop("trace"),
            span_id=pop("span", None),
            seq=self.seq,
            time_unix_ns=monotonic_ns + self.offset_ns,
            monotonic_ns=monotonic_ns,
            process=self.process,
            thread=pop("thread", None),
            task=pop("task", None),
            version=pop("v", 1),
            body=body,
        )
        self.seq += 1
        return event
