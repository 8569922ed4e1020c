"""What a client of gRPC is told when nothing was taken.

A client sends again what was refused for a while, as busy or down, only where the answer says when;
anything else it drops.
"""

from __future__ import annotations

from grpc import StatusCode  # type: ignore[import-untyped]
from msgspec import Struct

from backtrail.model.errors import StoreError
from backtrail.serve.journal.room import BusyError
from backtrail.serve.otlp.answers import RETRY_AFTER_S, retry_status
from backtrail.serve.otlp.request.bodies import SlowBodyError, TooLargeError
from backtrail.serve.otlp.request.wire import MalformedError, TooManyError

DETAILS = "grpc-status-details-bin"


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a request is not taken, by the status that HTTP has for it."""

    status: int
    message: str
    retry_after_s: int | None = None
    """`None` where sending it again is of no use."""


_CODES = {
    400: StatusCode.INVALID_ARGUMENT,
    401: StatusCode.UNAUTHENTICATED,
    403: StatusCode.PERMISSION_DENIED,
    408: StatusCode.DEADLINE_EXCEEDED,
    413: StatusCode.INVALID_ARGUMENT,
    429: StatusCode.RESOURCE_EXHAUSTED,
    503: StatusCode.UNAVAILABLE,
}
BUSY = Refusal(
    status=429,
    message="as many requests as may are being taken; send it again in a second",
    retry_after_s=RETRY_AFTER_S,
)
EXPECTED = (BusyError, StoreError, MalformedError, TooManyError, TooLargeError, SlowBodyError)


def refusal_of(error: Exception) -> Refusal:
    """Return what a client is told of an error that was expected."""
    if isinstance(error, BusyError | StoreError):
        return Refusal(
            status=429 if isinstance(error, BusyError) else 503,
            message=f"{error.message}; {error.hint}",
            retry_after_s=RETRY_AFTER_S,
        )
    if isinstance(error, MalformedError):
        return Refusal(status=400, message=f"it is no request of OpenTelemetry's protocol: {error}")
    if isinstance(error, SlowBodyError):
        return Refusal(status=408, message="the request did not come in time")
    return Refusal(
        status=413, message="the request holds too many spans or records; send smaller batches"
    )


def code_of(refusal: Refusal) -> StatusCode:
    """Return gRPC's code of a refusal."""
    return _CODES.get(refusal.status, StatusCode.UNKNOWN)


def trailing(refusal: Refusal) -> tuple[tuple[str, bytes], ...]:
    """Return the metadata behind an answer: when to try again, where that is of use."""
    if refusal.retry_after_s is None:
        return ()
    number: int = code_of(refusal).value[0]
    status = retry_status(number, refusal.message, retry_after_s=refusal.retry_after_s)
    return ((DETAILS, status),)
