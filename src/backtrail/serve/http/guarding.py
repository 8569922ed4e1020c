"""The guard before every route: where a request comes from, who sends it, what that one may do.

A browser sends requests to this machine for any page that asks it to. On loopback a request must
name this machine as its host (a foreign name that was made to point here does not), and everywhere
one that changes something must not come from another site's page.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import BacktrailError
from backtrail.serve.auth.deciding import SAFE
from backtrail.serve.auth.declaring import Needs
from backtrail.serve.auth.gate import Admitted, Gate
from backtrail.serve.auth.refusals import RefusedRequestError, TooOftenError
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.problems import problem, problem_of
from backtrail.serve.http.projects import Projects
from backtrail.serve.listening import LOOPBACK

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
Told = tuple[tuple[bytes, bytes], ...]
HEADERS: Told = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NOT_KEPT = (b"cache-control", b"no-store")
PROJECT = "project"
"""The parameter of an address that names the project."""
AGAIN_NS = 5 * NS_PER_S
"""How long a long answer goes on at most after its reader's right to it has ended."""
_SOCKET_REFUSED = 1008


class Guard:
    """Lets in who may ask, and tells the routes who it is and for which project."""

    def __init__(self, app: ASGIApp, *, gate: Gate, needs: Needs, projects: Projects) -> None:
        self._app = app
        self._gate = gate
        self._needs = needs
        self._projects = projects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": _SOCKET_REFUSED})
            return
        headers = Headers(scope=scope)
        why = refused(scope["method"], headers, is_loopback=self._gate.is_loopback)
        if why is not None:
            answer = problem(
                HTTPStatus.FORBIDDEN, why, hint="open the address that the server prints"
            )
            await answer(scope, receive, _with_headers(send, HEADERS))
            return
        declared = self._needs.of(scope)
        asked = _Asked(scope, headers, declared.need)
        found = self._admitted(asked)
        if isinstance(found, BacktrailError):
            if isinstance(found, RefusedRequestError):
                await to_thread.run_sync(self._note, scope, declared.path, found)
            await problem_of(found)(scope, receive, _with_headers(send, HEADERS))
            return
        key = found.principal.key if found.principal else None
        if key is not None and self._gate.is_use_due(key):
            await to_thread.run_sync(self._gate.note_use, key)
        scope["state"] = {**scope.get("state", {}), **self._state(found)}
        await self._app(
            scope, self._watched(asked, receive), _with_headers(send, _headers(scope, found))
        )

    def _admitted(self, asked: _Asked) -> Admitted | BacktrailError:
        try:
            return self._gate.admit(
                method=asked.method, headers=asked.headers, need=asked.need, project=asked.project
            )
        except BacktrailError as error:
            # The accounts cannot be read: nobody is let in.
            return error

    def _watched(self, asked: _Asked, receive: Receive) -> Receive:
        """Tell a long answer, which asks now and then, that its reader may read no more."""
        clock = self._gate.clock
        checked_ns = clock.monotonic_ns()

        async def received() -> Message:
            nonlocal checked_ns
            now_ns = clock.monotonic_ns()
            if now_ns - checked_ns > AGAIN_NS:
                checked_ns = now_ns
                found = self._admitted(asked)
                if isinstance(found, BacktrailError) and not isinstance(found, TooOftenError):
                    checked_ns = 0
                    return {"type": "http.disconnect"}
            return await receive()

        return received

    def _state(self, found: Admitted) -> dict[str, Any]:
        # Who is nobody in particular is given no store.
        store = None if found.principal is None else self._projects.store(found.project)
        return {"principal": found.principal, "project": found.project, "store": store}

    def _note(self, scope: Scope, path: str, why: RefusedRequestError) -> None:
        client = scope.get("client")
        self._gate.refusals.add(
            now_unix_ns=self._gate.clock.time_unix_ns(),
            actor=why.actor,
            # Neither its address nor its headers: who errs may have put a secret there.
            about=f"{scope['method']} {path}: {why.status.phrase}",
            address=client[0] if client else "",
        )


class _Asked:
    """What of a request decides about it."""

    def __init__(self, scope: Scope, headers: Headers, need: Need) -> None:
        self.method: str = scope["method"]
        self.headers = headers
        self.need = need
        self.project = _named(scope)


def refused(method: str, headers: Headers, *, is_loopback: bool = True) -> str | None:
    """Return why a request is not answered, whoever sends it; `None` when it may be."""
    host = headers.get("host", "")
    if is_loopback and _name_of(f"//{host}") not in LOOPBACK:
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


def _named(scope: Scope) -> str | None:
    """Return the project that an address names."""
    query = scope["query_string"]
    if b"project=" not in query:
        return None
    values = parse_qs(query.decode("latin-1"), keep_blank_values=True).get(PROJECT)
    return values[0] if values else None


def _headers(scope: Scope, found: Admitted) -> Told:
    told = HEADERS
    if scope["path"].startswith("/api/"):
        told = (*told, NOT_KEPT)
    if found.left is not None:
        limits = found.left.headers.items()
        told = (*told, *((name.lower().encode(), value.encode()) for name, value in limits))
    return told


def _with_headers(send: Send, told: Told) -> Send:
    """Say to browsers what an answer may do, and to programs how often they may ask."""

    async def sent(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers")
            assert isinstance(headers, list)
            there = {name for name, _ in headers}
            more = [header for header in told if header[0] not in there]
            message = {**message, "headers": [*headers, *more]}
        await send(message)

    return sent  # type: ignore[return-value]
