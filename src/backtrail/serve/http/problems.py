"""What goes wrong, as problem documents (RFC 9457), with the sentence and hint of the commands."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from backtrail.model.errors import BacktrailError, ExitCode, StoreError
from backtrail.serve.auth.refusals import RefusedRequestError
from backtrail.serve.http.wire import encoded, reference

MEDIA = "application/problem+json"
STATUS = {
    ExitCode.USAGE: HTTPStatus.BAD_REQUEST,
    ExitCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ExitCode.REFUSED: HTTPStatus.FORBIDDEN,
    ExitCode.INFRASTRUCTURE: HTTPStatus.SERVICE_UNAVAILABLE,
}
REPORT = "please report it with what the server wrote to its standard error"


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was not answered."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    """One sentence."""
    hint: str | None = None
    """What to do next."""


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    int(status): {
        "description": status.phrase,
        "content": {MEDIA: {"schema": reference(Problem)}},
    }
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}
"""Answers that any route may give instead of its own."""


def problem(status: int, detail: str, *, hint: str | None = None) -> Response:
    """Return the answer that says what is wrong."""
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=int(status), detail=detail, hint=hint)
    return Response(encoded(body), status_code=status, media_type=MEDIA)


def problem_of(error: BacktrailError) -> Response:
    """Return the answer that says what the user can act on."""
    if not isinstance(error, RefusedRequestError):
        return problem(STATUS[error.exit_code], error.message, hint=error.hint)
    told = problem(error.status, error.message, hint=error.hint)
    told.headers.update(error.headers)
    return told


def explain(app: FastAPI) -> None:
    """Let whatever is raised under a route be answered by a problem document."""
    app.add_exception_handler(BacktrailError, _expected)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _fault)


def _expected(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BacktrailError)
    return problem_of(error)


def _system(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    place = f"{error.filename}: " if error.filename else ""
    told = StoreError(f"{place}{error.strerror or error}", hint="backtrail doctor")
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, told.message, hint=told.hint)


def _unfit(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])
    detail = f"{name} is {first.get('input')!r:.200}: {first['msg'].lower()}"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, hint="/api/openapi.json says what fits")


def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    told = problem(error.status_code, detail, hint="/api/openapi.json lists what there is")
    told.headers.update(error.headers or {})
    return told


def _fault(_request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(status, "this is a fault of Backtrail itself", hint=REPORT)
