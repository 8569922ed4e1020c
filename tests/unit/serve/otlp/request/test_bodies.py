from __future__ import annotations

import asyncio
import gzip

import pytest
import zstandard
from starlette.requests import Request

from backtrail.model.limits.reading import INGEST_BODY_BYTES_MAX
from backtrail.serve.journal.room import BusyError, Room
from backtrail.serve.otlp.request import bodies
from backtrail.serve.otlp.request.bodies import (
    BrokenBodyError,
    SlowBodyError,
    TooLargeError,
    UnknownEncodingError,
    decompressed,
    read_body,
)

BODY = b"spans and more spans " * 10_000


def test_each_encoding_gives_back_what_was_sent() -> None:
    with Room().share() as share:
        assert decompressed(BODY, "", share) == BODY
        assert decompressed(gzip.compress(BODY), "GZIP", share) == BODY
        assert decompressed(gzip.compress(BODY) + gzip.compress(b"end"), "gzip", share) == (
            BODY + b"end"
        )
        assert decompressed(zstandard.compress(BODY), "zstd", share) == BODY


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_small_body_that_stands_for_gigabytes_ends_at_the_limit(encoding: str) -> None:
    zeros = bytes(1 << 20)
    pack = gzip.compress if encoding == "gzip" else zstandard.compress
    bomb = pack(zeros) * 300
    room = Room()
    with room.share() as share, pytest.raises(TooLargeError):
        decompressed(bomb, encoding, share)
    assert room.taken == 0


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (BODY, "gzip"),
        (gzip.compress(BODY)[:-20], "gzip"),
        (BODY, "zstd"),
        (zstandard.ZstdCompressor(level=22).compress(bytes(1 << 28)), "zstd"),
    ],
    ids=["no gzip", "cut gzip", "no zstd", "too wide a window"],
)
def test_what_is_not_compressed_as_it_says_is_refused(body: bytes, encoding: str) -> None:
    with Room().share() as share, pytest.raises((BrokenBodyError, TooLargeError)):
        decompressed(body, encoding, share)


def test_an_encoding_that_is_not_known_is_named() -> None:
    with Room().share() as share, pytest.raises(UnknownEncodingError, match="br"):
        decompressed(BODY, "br", share)


def test_what_a_body_becomes_takes_room() -> None:
    with Room(most=100_000).share() as share, pytest.raises(BusyError):
        decompressed(gzip.compress(BODY), "gzip", share)


def test_a_body_is_read_piece_by_piece_and_takes_room() -> None:
    room = Room()
    with room.share() as share:
        assert asyncio.run(read_body(request([b"one ", b"two"]), share)) == b"one two"
        assert room.taken == 7
    assert room.taken == 0


def test_a_body_without_an_end_is_refused_at_the_limit() -> None:
    piece = bytes(1 << 24)
    pieces = [piece] * (INGEST_BODY_BYTES_MAX // len(piece) + 1)
    with Room().share() as share, pytest.raises(TooLargeError):
        asyncio.run(read_body(request(pieces), share))


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "INGEST_READ_S_MAX", 0.05)
    with Room().share() as share, pytest.raises(SlowBodyError):
        asyncio.run(read_body(request([b"x"], stops=True), share))


def request(pieces: list[bytes], *, stops: bool = False) -> Request:
    """Return a request whose body comes in these pieces, or stops coming after them."""
    waiting = list(pieces)

    async def receive() -> dict[str, object]:
        if stops and not waiting:
            await asyncio.sleep(60)
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": stops or bool(waiting)}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)
