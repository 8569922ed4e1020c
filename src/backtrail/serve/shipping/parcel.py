"""What is sent: lines of a process's journal as they stand there, and payloads that they name.

A request is JSON Lines, one parcel a line. Process and `seq` say which events they are, so that
sending them again changes nothing; the header says what their times mean.
"""

from __future__ import annotations

import re
from hashlib import sha256

import msgspec
from msgspec import Raw, Struct

from backtrail.model.errors import NewerFormatError
from backtrail.model.event import JOURNAL_VERSION, Header
from backtrail.model.limits import BLOB_BYTES_MAX
from backtrail.model.limits.reading import READ_BYTES_MAX
from backtrail.store.segments import parse_line

PATH = "/api/journal"
NDJSON = "application/x-ndjson"
_PROCESS = re.compile(r"[0-9a-f]{32}\Z")
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_NUMBER_MAX = 1 << 62
_HOLDS = 2
"""A `seq` at most so many times smaller than what a column holds has room for all lines."""


class ParcelError(ValueError):
    """What was sent is no parcel."""


class Stretch(Struct, frozen=True, kw_only=True, tag_field="parcel", tag="lines"):
    """Lines that follow one another in the journal of a process."""

    header: Header
    """As that of a segment which begins with the first of these lines."""
    lines: list[Raw]
    is_ended: bool = False
    """Whether the process has ended, and nothing follows these lines."""
    is_after_gap: bool = False
    """Whether what is missing before them is missing where they come from."""


class Payload(Struct, frozen=True, kw_only=True, tag_field="parcel", tag="blob"):
    """A blob."""

    name: str
    text: str


Parcel = Stretch | Payload


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of the lines of one process."""

    next_seq: int
    """The event that the server waits for: all before it are on its disk."""
    is_gap: bool = False
    """Whether lines are missing before those that were sent, which were therefore not taken."""
    refused: str | None = None
    """Why no line of this process is taken."""


class Answer(Struct, frozen=True, kw_only=True):
    """What became of a request."""

    processes: dict[str, Outcome]


class _Anchor(Struct):
    t: int
    kind: str
    time_unix_ns: int = 0


_ANCHOR_KIND = "clock.anchored"
_ANCHORED = f'"{_ANCHOR_KIND}"'.encode()
_decode_anchor = msgspec.json.Decoder(_Anchor).decode
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Parcel).decode


def encoded(parcels: list[Parcel]) -> bytes:
    """Return the body of a request."""
    return b"".join(_encode(parcel) + b"\n" for parcel in parcels)


def decoded(body: bytes) -> list[Parcel]:
    """Return the parcels of a request.

    Raises:
        ParcelError: one of them is none.
        NewerFormatError: a later version wrote it.
    """
    found = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line:
            continue
        try:
            parcel = _decode(line)
            check = _check_payload if isinstance(parcel, Payload) else _check_stretch
            check(parcel)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ParcelError) as error:
            raise ParcelError(f"line {number}: {error}") from error
        found.append(parcel)
    return found


def offset_behind(lines: list[bytes], offset_ns: int) -> int:
    """Return how far the wall clock is ahead of the other one behind these lines.

    Args:
        lines: events; some may tie the clocks anew.
        offset_ns: how far it is ahead before them.
    """
    for line in lines:
        if _ANCHORED in line:
            anchor = _decode_anchor(line)
            if anchor.kind == _ANCHOR_KIND:
                offset_ns = anchor.time_unix_ns - anchor.t
    return offset_ns


def _check_payload(payload: Payload) -> None:
    data = payload.text.encode()
    if len(data) > BLOB_BYTES_MAX:
        raise ParcelError(f"a payload of {len(data)} bytes, of {BLOB_BYTES_MAX} that it may have")
    if not _NAME.match(payload.name) or sha256(data).hexdigest() != payload.name:
        raise ParcelError(f"a payload named {payload.name[:80]!r}, which is not its digest")


def _check_stretch(stretch: Stretch) -> None:
    header = stretch.header
    if header.v > JOURNAL_VERSION:
        raise NewerFormatError(
            f"journal format {header.v} is later than {JOURNAL_VERSION}",
            hint="bring the server to the version of the programs",
        )
    if not _PROCESS.match(header.process):
        raise ParcelError(f"{header.process[:80]!r} is no id of a process")
    times = (header.time_unix_ns, header.monotonic_ns, header.pid)
    if not all(-_NUMBER_MAX <= each <= _NUMBER_MAX for each in times):
        raise ParcelError("a header beyond all numbers")
    if not 0 <= header.seq <= _NUMBER_MAX // _HOLDS:
        raise ParcelError(f"seq {header.seq}")
    for place, line in enumerate(stretch.lines):
        raw = bytes(line)
        if len(raw) >= READ_BYTES_MAX or parse_line(raw) is None:
            raise ParcelError(f"event {header.seq + place} of {header.process} is no event")
