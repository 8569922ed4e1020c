"""Blocks: up to some hundred events of one trace and one process, compressed together.

A block's first line says which `seq` its events have, as pairs of first and count; the lines
below it are the journal's own, byte for byte. The wall clock's offset stands beside the block, so
each block can be read alone; what it was compressed against, if anything, its payload names as
RFC 1950 has it, and `packing/dictionaries.py` finds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from backtrail.model.event import Event

LEVEL = 5
"""Of zlib: one more saves a hundredth, and costs a tenth more."""
STRATEGY = zlib.Z_FILTERED
"""Passes over the shortest repeats, which in prose cost more to name than to write again."""
_HAS_DICTIONARY = 0x20
"""A bit of the second byte of a payload; four bytes behind it say which dictionary."""

_decode_runs = msgspec.json.Decoder(list[int]).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
_decode_objects = msgspec.json.Decoder(dict[str, Any]).decode_lines


T = TypeVar("T")

Wanted = Callable[[bytes], bool]
"""Tells by an event's line whether it is to be read."""


class OpenBlock(Struct, Generic[T], kw_only=True):
    """A block that still takes events, in the order of their seq."""

    trace: T
    """What its indexer knows of the trace that it is of."""
    seq_first: int
    seq_next: int
    time_min_ns: int
    time_max_ns: int
    runs: list[int] = []
    """First seq and count of each gap-free stretch."""
    lines: list[bytes] = []
    kinds: set[str] = set()
    size: int = 0
    """Bytes of the lines."""

    def add(self, raw: bytes, kind: str, seq: int, time_ns: int) -> None:
        """Take one event line."""
        if seq == self.seq_next and self.runs:
            self.runs[-1] += 1
        else:
            self.runs += (seq, 1)
        self.seq_next = seq + 1
        self.lines.append(raw)
        self.kinds.add(kind)
        self.size += len(raw) + 1
        if time_ns > self.time_max_ns:
            self.time_max_ns = time_ns
        elif time_ns < self.time_min_ns:
            self.time_min_ns = time_ns


def pack(runs: list[int], lines: list[bytes], dictionary: bytes = b"") -> bytes:
    """Compress event lines; `runs` holds first seq and count of each gap-free stretch.

    What stands in `dictionary` too takes almost no room; to read the block it is needed again.
    """
    against = [dictionary] if dictionary else []
    packer = zlib.compressobj(
        LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, STRATEGY, *against
    )
    packed = packer.compress(b"\n".join([msgspec.json.encode(runs), *lines]))
    return packed + packer.flush()


def dictionary_of(payload: bytes) -> int | None:
    """Return the number of the dictionary that a payload was compressed against, if it was."""
    if len(payload) < _HEAD_BYTES or not payload[1] & _HAS_DICTIONARY:
        return None
    return int.from_bytes(payload[2:_HEAD_BYTES], "big")


_HEAD_BYTES = 6


def unpack(payload: bytes, dictionary: bytes = b"") -> tuple[list[int], list[bytes]]:
    """Return the seq of each event, and its line.

    Raises:
        zlib.error: the payload is damaged, or its dictionary is another one.
        msgspec.DecodeError: it is no block.
    """
    runs, *lines = _unpacked(payload, dictionary).split(b"\n")
    return _seqs(_decode_runs(runs)), lines


def text(payload: bytes, dictionary: bytes = b"") -> bytes:
    """Return all event lines as one text, to be searched."""
    return _unpacked(payload, dictionary).partition(b"\n")[2]


def _unpacked(payload: bytes, dictionary: bytes) -> bytes:
    if not dictionary:
        return zlib.decompress(payload)
    expand = zlib.decompressobj(zdict=dictionary)
    whole = expand.decompress(payload)
    if not expand.eof:
        raise zlib.error("the payload ends too early")
    return whole


def events(
    payload: bytes,
    *,
    process: str,
    offset_ns: int,
    wanted: Wanted | None = None,
    dictionary: bytes = b"",
) -> Iterator[Event]:
    """Yield a block's events in order; a line that cannot be read in full is passed over.

    Where `wanted` is given, it is asked of each line before the line is read.
    """
    head, _, rest = _unpacked(payload, dictionary).partition(b"\n")
    seqs = _seqs(_decode_runs(head))
    bodies: list[dict[str, Any] | None]
    if wanted is not None:
        bodies = [_object(line) if wanted(line) else None for line in rest.split(b"\n")]
    else:
        bodies = _all_objects(rest)
    for seq, body in zip(seqs, bodies, strict=False):
        if body is not None:
            yield _event(body, seq=seq, process=process, offset_ns=offset_ns)


def _all_objects(lines: bytes) -> list[dict[str, Any] | None]:
    try:
        return list(_decode_objects(lines))
    except msgspec.DecodeError:
        return [_object(line) for line in lines.split(b"\n")]


def event(line: bytes, *, seq: int, process: str, offset_ns: int) -> Event | None:
    """Read one event line; `None` when it cannot be read in full."""
    body = _object(line)
    return None if body is None else _event(body, seq=seq, process=process, offset_ns=offset_ns)


def _event(body: dict[str, Any], *, seq: int, process: str, offset_ns: int) -> Event:
    pop = body.pop
    monotonic_ns = pop("t")
    return Event(
        kind=pop("kind"),
        trace_id=pop("trace"),
        span_id=pop("span", None),
        seq=seq,
        time_unix_ns=monotonic_ns + offset_ns,
        monotonic_ns=monotonic_ns,
        process=process,
        thread=pop("thread", None),
        task=pop("task", None),
        version=pop("v", 1),
        body=body,
    )


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        return _decode_object(line)
    except msgspec.DecodeError:
        return None


def _seqs(runs: list[int]) -> list[int]:
    seqs: list[int] = []
    for first, count in zip(runs[::2], runs[1::2], strict=True):
        seqs.extend(range(first, first + count))
    return seqs
