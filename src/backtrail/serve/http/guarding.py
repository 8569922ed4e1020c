"""Keeps pages of other sites away from a server on loopback.

A browser sends requests to this machine for any page that asks it to. Without a user there is no
credential to check, so a request must name this machine as its host (a foreign name that was made
to point here does not), and one that changes something must not come from another site's page.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backtrail.serve.http.problems import problem
from backtrail.serve.listening import LOOPBACK

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Answers only who asks this machine itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        why = refused(scope["method"], Headers(scope=scope))
        if why is None:
            await self._app(scope, receive, _with_headers(send))
            return
        answer = problem(HTTPStatus.FORBIDDEN, why, hint="open the address that the server prints")
        await answer(scope, receive, _with_headers(send))


def refused(method: str, headers: Headers) -> str | None:
    """Return why a request is not answered; `None` when it is."""
    host = headers.get("host", "")
    if _name_of(f"//{host}") not in LOOPBACK:
        return f"the host {host[:200]!r} is not this machine's loopback"
    origin = headers.get("origin")
    if method not in SAFE and origin is not None and urlsplit(origin).netloc != host:
        return f"a page of {origin[:200]!r} may not change anything here"
    return None


def _name_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    """Say to browsers what an answer may do."""

    async def sent(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers")
            assert isinstance(headers, list)
            message = {**message, "headers": [*headers, *HEADERS]}
        await send(message)

    return sent  # type: ignore[return-value]
