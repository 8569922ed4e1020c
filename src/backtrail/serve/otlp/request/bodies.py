"""A request's body: read within a time, decompressed within a size."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator
from io import BytesIO

import zstandard
from starlette.requests import Request

from backtrail.model.limits.reading import (
    INGEST_BODY_BYTES_MAX,
    INGEST_READ_S_MAX,
    INGEST_WINDOW_BYTES_MAX,
)
from backtrail.serve.journal.room import Share

_PIECE_BYTES = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS


class TooLargeError(ValueError):
    """A body is larger than one may be."""


class UnknownEncodingError(ValueError):
    """A body is compressed in a way that is not known here."""


class BrokenBodyError(ValueError):
    """A body cannot be decompressed."""


class SlowBodyError(ValueError):
    """A body did not come in time."""


async def read_body(request: Request, share: Share) -> bytes:
    """Return the body as it was sent; it takes room while it comes.

    Raises:
        BusyError: there is no room.
        TooLargeError: it is larger than `INGEST_BODY_BYTES_MAX`.
        SlowBodyError: it took longer than `INGEST_READ_S_MAX`.
    """
    pieces = []
    size = 0
    try:
        async with asyncio.timeout(INGEST_READ_S_MAX):
            async for piece in request.stream():
                size += len(piece)
                if size > INGEST_BODY_BYTES_MAX:
                    raise TooLargeError
                share.grow(len(piece))
                pieces.append(piece)
    except TimeoutError as error:
        raise SlowBodyError from error
    return b"".join(pieces)


def decompressed(body: bytes, encoding: str, share: Share) -> bytes:
    """Return a body as it was before it was compressed; it stops at the limit, whatever it is of.

    Raises:
        UnknownEncodingError: this encoding is not known here.
        BrokenBodyError: it is not what it says.
        TooLargeError: it becomes larger than `INGEST_BODY_BYTES_MAX`.
        BusyError: there is no room.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    expand = _EXPAND.get(encoding)
    if expand is None:
        raise UnknownEncodingError(encoding)
    pieces = []
    size = 0
    try:
        for piece in expand(body):
            size += len(piece)
            if size > INGEST_BODY_BYTES_MAX:
                raise TooLargeError
            share.grow(len(piece))
            pieces.append(piece)
    except (zlib.error, zstandard.ZstdError) as error:
        raise BrokenBodyError(f"{error}") from error
    return b"".join(pieces)


def _gunzipped(body: bytes) -> Iterator[bytes]:
    """Yield the pieces of all members that a gzip body has."""
    rest = body
    while rest:
        expand = zlib.decompressobj(_GZIP)
        while rest and not expand.eof:
            yield expand.decompress(rest, _PIECE_BYTES)
            rest = expand.unconsumed_tail
        while not expand.eof:
            piece = expand.decompress(b"", _PIECE_BYTES)
            if not piece:
                raise BrokenBodyError("it ends too early")
            yield piece
        rest = expand.unused_data


def _unzstd(body: bytes) -> Iterator[bytes]:
    expand = zstandard.ZstdDecompressor(max_window_size=INGEST_WINDOW_BYTES_MAX)
    with expand.stream_reader(BytesIO(body), read_across_frames=True) as reader:
        while piece := reader.read(_PIECE_BYTES):
            yield piece


_EXPAND = {"gzip": _gunzipped, "zstd": _unzstd}
