"""The route that takes the journals of other machines."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.serve.http.problems import problem
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.journal.room import BusyError, Share
from backtrail.serve.otlp.answers import RETRY_AFTER_S
from backtrail.serve.otlp.request.bodies import (
    BrokenBodyError,
    SlowBodyError,
    TooLargeError,
    UnknownEncodingError,
    decompressed,
    read_body,
)
from backtrail.serve.shipping.parcel import NDJSON, PATH, Answer, Parcel, ParcelError, decoded

_HINT = "bring `backtrail` to the same version on both machines"


def journal_routes(ingest: Ingest) -> list[Route]:
    """Return the routes of a server that has started to take what is sent."""

    async def take(request: Request) -> Response:
        """Take what another machine recorded, and say how far each of its processes came."""
        return await _answer(ingest, request)

    return [Route(PATH, take, methods=["POST"])]


async def _answer(ingest: Ingest, request: Request) -> Response:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != NDJSON:
        says = f"send {NDJSON}, not {content_type[:80]!r}"
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, says, hint=_HINT)
    try:
        answer = await _take(ingest, request)
    except (BusyError, StoreError) as error:
        status = 429 if isinstance(error, BusyError) else 503
        refused = problem(status, error.message, hint=error.hint)
        refused.headers["Retry-After"] = str(RETRY_AFTER_S)
        return refused
    except NewerFormatError as error:
        return problem(HTTPStatus.BAD_REQUEST, error.message, hint=error.hint)
    except ClientDisconnect:
        return problem(HTTPStatus.BAD_REQUEST, "the client has left", hint="send it again")
    except tuple(_SAYS) as error:
        status, says = _SAYS[type(error)]
        return problem(status, says.format(error), hint=_HINT)
    return Response(msgspec.json.encode(answer), media_type="application/json")


async def _take(ingest: Ingest, request: Request) -> Answer:
    with ingest.room.share() as share:
        body = await read_body(request, share)
        encoding = request.headers.get("content-encoding", "")
        await ingest.pace()
        parcels, size = await asyncio.get_running_loop().run_in_executor(
            ingest.decoders, _decoded, body, encoding, share
        )
        if not parcels:
            return Answer(processes={})
        taken = await asyncio.wrap_future(ingest.submit_parcels(parcels, size))
        return Answer(processes=taken)


def _decoded(body: bytes, encoding: str, share: Share) -> tuple[list[Parcel], int]:
    whole = decompressed(body, encoding, share)
    return decoded(whole), len(whole)


_SAYS: dict[type[Exception], tuple[int, str]] = {
    ParcelError: (400, "the body is no journal: {}"),
    BrokenBodyError: (400, "the body is not compressed as its Content-Encoding says: {}"),
    UnknownEncodingError: (415, "Content-Encoding {} is not known here; use gzip"),
    TooLargeError: (413, "the body is too large{}"),
    SlowBodyError: (408, "the body did not come in time{}"),
}
