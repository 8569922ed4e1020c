"""Compressed bodies, read for showing: by zlib, or by what the client decompresses with itself.

Only so much is decompressed as is kept of a body: a small body may stand for gigabytes.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_STEP = 4_096
"""Bytes given at once to a decompressor that takes no limit."""
_ENCODINGS_MAX = 3


def decoded(body: bytes, encoding: str, limit: int) -> bytes | None:
    """Return the beginning of what a body holds; `None` when nobody here can read it."""
    names = [name for part in encoding.lower().split(",") if (name := part.strip())]
    for name in reversed(names[:_ENCODINGS_MAX]):
        if name == "identity":
            continue
        decompress = _BY_NAME.get(name)
        read = None if decompress is None else decompress(body, limit)
        if read is None:
            return None
        body = read
    return body


def _gunzip(body: bytes, limit: int) -> bytes | None:
    return _inflated(body, limit, _GZIP_OR_ZLIB)


def _inflate(body: bytes, limit: int) -> bytes | None:
    found = _inflated(body, limit, zlib.MAX_WBITS)
    return _inflated(body, limit, -zlib.MAX_WBITS) if found is None else found


def _inflated(body: bytes, limit: int, window: int) -> bytes | None:
    reader = zlib.decompressobj(window)
    try:
        return reader.decompress(body, limit)
    except zlib.error:
        return None


def _brotli(body: bytes, limit: int) -> bytes | None:
    module = sys.modules.get("brotli") or sys.modules.get("brotlicffi")
    reader = getattr(module, "Decompressor", None)
    if reader is None:
        return None
    made = reader()
    return _in_steps(body, limit, getattr(made, "process", None) or made.decompress)


def _zstandard(body: bytes, limit: int) -> bytes | None:
    module: Any = sys.modules.get("compression.zstd") or sys.modules.get("backports.zstd")
    if module is not None:
        return _in_steps(body, limit, module.ZstdDecompressor().decompress)
    module = sys.modules.get("zstandard")
    if module is None:
        return None
    return _in_steps(body, limit, module.ZstdDecompressor().decompressobj().decompress)


def _in_steps(body: bytes, limit: int, read: Callable[[bytes], bytes]) -> bytes | None:
    """Decompress by small steps, and stop when there is enough."""
    found = bytearray()
    for place in range(0, len(body), _STEP):
        try:
            found += read(body[place : place + _STEP])
        except Exception:  # noqa: BLE001 - each library has errors of its own for a broken body
            return bytes(found) or None
        if len(found) >= limit:
            break
    return bytes(found[:limit])


_BY_NAME: dict[str, Callable[[bytes, int], bytes | None]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _brotli,
    "zstd": _zstandard,
}
