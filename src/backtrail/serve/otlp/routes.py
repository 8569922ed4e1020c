"""The routes that take OpenTelemetry's traces and logs over HTTP."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from backtrail.model.errors import StoreError
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.journal.room import BusyError
from backtrail.serve.otlp.answers import JSON, PROTOBUF, accepted, refused
from backtrail.serve.otlp.request import json_form, protobuf
from backtrail.serve.otlp.request.bodies import (
    BrokenBodyError,
    SlowBodyError,
    TooLargeError,
    UnknownEncodingError,
    read_body,
)
from backtrail.serve.otlp.request.wire import MalformedError, TooManyError
from backtrail.serve.otlp.taking import Reader, take


class Signal(Struct, frozen=True, kw_only=True):
    """What a route takes."""

    path: str
    noun: str
    """As the protocol counts what was not taken."""
    readers: dict[str, Reader]
    """By content type."""


SIGNALS = (
    Signal(
        path="/v1/traces",
        noun="Spans",
        readers={PROTOBUF: protobuf.read_traces, JSON: json_form.read_traces},
    ),
    Signal(
        path="/v1/logs",
        noun="LogRecords",
        readers={PROTOBUF: protobuf.read_logs, JSON: json_form.read_logs},
    ),
)


def otlp_routes(ingest: Ingest) -> list[Route]:
    """Return the routes of a server that has started to take what is sent."""
    return [_route(ingest, signal) for signal in SIGNALS]


def _route(ingest: Ingest, signal: Signal) -> Route:
    async def answered(request: Request) -> Response:
        return await _answer(ingest, signal, request)

    return Route(signal.path, answered, methods=["POST"])


async def _answer(ingest: Ingest, signal: Signal, request: Request) -> Response:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    reader = signal.readers.get(content_type)
    if reader is None:
        return refused(PROTOBUF, 415, f"send {PROTOBUF} or {JSON}, not {content_type!r}")
    try:
        rejected = await _take(ingest, reader, request)
    except _REFUSALS as error:
        status, says = _refusal(error)
        return refused(content_type, status, says)
    return accepted(content_type, rejected, noun=signal.noun)


async def _take(ingest: Ingest, reader: Reader, request: Request) -> Counter[str]:
    """Read, decode and write a request; return what of it was not taken."""
    with ingest.room.share() as share:
        body = await read_body(request, share)
        encoding = request.headers.get("content-encoding", "")
        return await take(ingest, reader, body, share, encoding=encoding)


_REFUSALS = (
    BusyError,
    StoreError,
    MalformedError,
    TooManyError,
    TooLargeError,
    UnknownEncodingError,
    BrokenBodyError,
    SlowBodyError,
    ClientDisconnect,
)
_SAYS: dict[type[Exception], tuple[int, str]] = {
    MalformedError: (400, "the body is no request of OpenTelemetry's protocol: {}"),
    BrokenBodyError: (400, "the body is not compressed as its Content-Encoding says: {}"),
    UnknownEncodingError: (415, "Content-Encoding {} is not known here; use gzip or zstd"),
    TooManyError: (413, "the request holds too many spans or records; send smaller batches{}"),
    TooLargeError: (413, "the body is too large; send smaller batches{}"),
    SlowBodyError: (408, "the body did not come in time{}"),
    ClientDisconnect: (400, "the client has left{}"),
}


def _refusal(error: Exception) -> tuple[int, str]:
    if isinstance(error, BusyError):
        return 429, f"{error.message}; {error.hint}"
    if isinstance(error, StoreError):
        return 503, f"{error.message}; {error.hint}"
    status, says = _SAYS[type(error)]
    return status, says.format(error)
