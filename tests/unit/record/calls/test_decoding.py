from __future__ import annotations

import gzip
import zlib

import pytest

from backtrail.record.calls.decoding import decoded

TEXT = b'{"city": "Lisbon"}' * 50


def raw_deflate(body: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZIP"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (gzip.compress(zlib.compress(TEXT), mtime=0), "deflate, gzip"),
        (TEXT, "identity"),
    ],
)
def test_what_is_compressed_is_read(body: bytes, encoding: str) -> None:
    assert decoded(body, encoding, 1 << 20) == TEXT


def test_of_a_body_that_is_cut_the_beginning_is_read() -> None:
    body = gzip.compress(bytes(range(256)) * 100)
    found = decoded(body[: len(body) // 2], "gzip", 1 << 20)
    assert found is not None
    assert (bytes(range(256)) * 100).startswith(found)
    assert found


def test_a_small_body_that_stands_for_a_huge_one_is_read_up_to_the_limit() -> None:
    body = gzip.compress(bytes(50_000_000))
    assert decoded(body, "gzip", 1_000) == bytes(1_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "snappy"])
def test_what_cannot_be_read_is_none(encoding: str) -> None:
    assert decoded(b"\x01\x02\x03no such thing", encoding, 100) is None
