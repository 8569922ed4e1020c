"""What a client is answered, in the encoding that it sent.

OpenTelemetry's protocol wants an error as a `google.rpc.Status`, not as a problem document: its
clients read nothing else.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct
from starlette.responses import Response

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
RETRY_AFTER_S = 1
_RETRIED = frozenset({429, 503})
_CODES = {400: 3, 408: 4, 413: 3, 415: 3, 429: 8, 503: 14}
"""Codes of gRPC by status of HTTP."""
_UNKNOWN = 2
_BYTES = 2
_SHIFT = 7
RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_encode = msgspec.json.Encoder().encode


class _Status(Struct):
    code: int
    message: str


def accepted(content_type: str, rejected: Counter[str], *, noun: str) -> Response:
    """Answer that all was taken, or how much was not and why.

    Args:
        content_type: `PROTOBUF` or `JSON`.
        rejected: how many by reason.
        noun: `Spans` or `LogRecords`, as the protocol names what it counts.
    """
    count = rejected.total()
    if content_type == JSON:
        body = b"{}"
        if count:
            partial = {f"rejected{noun}": str(count), "errorMessage": _why(rejected)}
            body = _encode({"partialSuccess": partial})
        return Response(body, media_type=JSON)
    return Response(partial_success(rejected), media_type=PROTOBUF)


def partial_success(rejected: Counter[str]) -> bytes:
    """Return the answer in protobuf, the same for spans and log records: empty if all was taken."""
    if not rejected:
        return b""
    return _field(1, _number(1, rejected.total()) + _field(2, _why(rejected).encode()))


def retry_status(code: int, message: str, *, retry_after_s: int) -> bytes:
    """Return a `google.rpc.Status` that says when to try again; without that, clients give up."""
    delay = _field(1, _number(1, retry_after_s))
    detail = _field(1, RETRY_INFO.encode()) + _field(2, delay)
    return _number(1, code) + _field(2, message.encode()) + _field(3, detail)


def refused(content_type: str, status: int, message: str) -> Response:
    """Answer that nothing was taken, and what to do."""
    code = _CODES.get(status, _UNKNOWN)
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status in _RETRIED else None
    if content_type == JSON:
        body = _encode(_Status(code=code, message=message))
        return Response(body, status_code=status, media_type=JSON, headers=headers)
    body = _number(1, code) + _field(2, message.encode())
    return Response(body, status_code=status, media_type=PROTOBUF, headers=headers)


def _why(rejected: Counter[str]) -> str:
    return "; ".join(f"{count} with {reason}" for reason, count in rejected.most_common())


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >> _SHIFT:
        out.append(value & ((1 << _SHIFT) - 1) | 1 << _SHIFT)
        value >>= _SHIFT
    out.append(value)
    return bytes(out)
