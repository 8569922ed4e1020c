"""What of a journal is still to be sent, piece by piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, structs

from backtrail.model.changes import BLOBS, blob_place
from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.model.event import Header
from backtrail.model.limits import BLOB_BYTES_MAX
from backtrail.serve.shipping.parcel import Payload, Stretch, offset_behind
from backtrail.serve.shipping.positions import Place
from backtrail.store.segments import (
    Segment,
    is_writer_gone,
    list_segments,
    opened,
    read_header,
    read_lines,
)

_NAMES_BLOB = b'_blob"'
_decode = msgspec.json.Decoder(dict[str, Any]).decode
Piece = tuple[Stretch, Place]
"""Lines, and the place behind them."""


def pieces(
    journal: Path, places: Mapping[str, Place], halted: Collection[str] = ()
) -> Iterator[Piece]:
    """Yield what is behind the places, process by process, each in its order.

    Args:
        journal: the folder.
        places: by process; looked at when its turn comes.
        halted: processes of which no more is wanted; it may grow meanwhile.
    """
    for process, listed in groupby(list_segments(journal), key=attrgetter("process")):
        segments = list(listed)
        place = places.get(process)
        if place is not None:
            if place.is_ended and segments[-1].number <= place.segment:
                continue
            segments = [each for each in segments if each.number >= place.segment]
        for segment in segments:
            begin = place if place is not None and place.segment == segment.number else None
            is_last = segment is segments[-1]
            for piece in _pieces_of(segment, begin, is_last=is_last):
                if process in halted:
                    break
                yield piece
                place = piece[1]


def place_before(journal: Path, process: str, next_seq: int) -> Place | None:
    """Return the beginning of the segment that holds an event, or would; `None` if none does.

    What is sent from there on may be known to the server in part.
    """
    found = None
    for segment in list_segments(journal):
        if segment.process == process and (first := _first_seq(segment)) is not None:
            if first > next_seq:
                break
            found = Place(segment=segment.number)
    return found


def blob_names(stretch: Stretch) -> list[str]:
    """Return the payloads that lines name."""
    found: dict[str, None] = {}
    for line in stretch.lines:
        raw = bytes(line)
        if _NAMES_BLOB in raw:
            body = _decode(raw)
            for member in ("before_blob", "after_blob"):
                if isinstance(name := body.get(member), str):
                    found[name] = None
    return list(found)


def payload(home: Path, name: str) -> Payload | None:
    """Return a payload; `None` for one that is gone, or is none."""
    part, file = blob_place(name)
    if "/" in name or name.startswith("."):
        return None
    path = home / BLOBS / part / file
    try:
        if path.stat().st_size > BLOB_BYTES_MAX:
            return None
        return Payload(name=name, text=path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _first_seq(segment: Segment) -> int | None:
    try:
        with opened(segment.path) as fd:
            opening = read_header(fd, source=segment.name)
    except (OSError, StoreError, NewerFormatError):
        return None
    return None if opening is None else opening[0].seq


def _pieces_of(segment: Segment, begin: Place | None, *, is_last: bool) -> Iterator[Piece]:
    """Yield what is behind a place in a segment; what cannot be read is left out."""
    try:
        with opened(segment.path) as fd:
            is_final = is_writer_gone(fd)
            opening = read_header(fd, source=segment.name)
            if opening is None:
                return
            header, behind = opening
            if begin is None or not begin.offset:
                begin = Place(
                    segment=segment.number,
                    offset=behind,
                    seq=header.seq,
                    offset_ns=header.time_unix_ns - header.monotonic_ns,
                    is_after_gap=begin is not None and begin.is_after_gap,
                )
            place = begin
            while (lines := read_lines(fd, place.offset, is_final=is_final)) is not None:
                after = Place(
                    segment=segment.number,
                    offset=lines.end,
                    seq=place.seq + len(lines.raw),
                    offset_ns=offset_behind(lines.raw, place.offset_ns),
                )
                if lines.raw:
                    now = _header_at(header, place)
                    raws = [Raw(raw) for raw in lines.raw]
                    gap = place.is_after_gap
                    yield Stretch(header=now, lines=raws, is_after_gap=gap), after
                place = after
            if is_final and is_last and not place.is_ended:
                end = Stretch(header=_header_at(header, place), lines=[], is_ended=True)
                yield end, structs.replace(place, is_ended=True)
    except (OSError, StoreError, NewerFormatError):
        return


def _header_at(header: Header, place: Place) -> Header:
    """Return the header of a segment that begins at a place."""
    return structs.replace(
        header, seq=place.seq, time_unix_ns=header.monotonic_ns + place.offset_ns
    )
