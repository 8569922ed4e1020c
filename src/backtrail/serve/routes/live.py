"""What is being recorded, as it happens: Server-Sent Events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from anyio import to_thread
from fastapi import Query
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backtrail.model.event import Event
from backtrail.model.limits.reading import LIVE_CLIENTS_MAX, LIVE_EVENTS_MAX
from backtrail.serve.auth.scopes import Need
from backtrail.serve.following import Follower, is_wanted
from backtrail.serve.http.problems import DOCUMENTED, problem
from backtrail.serve.http.routing import Routes
from backtrail.serve.http.store import Reads, Store
from backtrail.serve.http.wire import encoded
from backtrail.store import reading
from backtrail.trail.wording import describe

POLL_S = 0.25
"""How often the journal is looked at."""
ALIVE_S = 15.0
"""How often a page that nothing is sent to is told that the server lives."""
MEDIA = "text/event-stream"
TOO_MANY = 503
AGAIN_S = "5"
routes = Routes("live", need=Need.READ)


class LiveEvent(Struct, frozen=True, kw_only=True):
    """An event at a glance."""

    event_id: str
    trace_id: str
    kind: str
    time_unix_ns: int
    text: str


class _Clients:
    """How many follow at the moment."""

    count = 0


async def follow(
    request: Request,
    store: Reads,
    trace: Annotated[
        str | None, Query(max_length=100, description="Only this trace, by whatever names it.")
    ] = None,
    kind: Annotated[list[str] | None, Query(description="Kinds, or nouns of kinds.")] = None,
) -> Response:
    """Send events as programs record them, each as an `event` with a `LiveEvent` in JSON."""
    if _Clients.count >= LIVE_CLIENTS_MAX:
        busy = problem(
            TOO_MANY,
            f"{LIVE_CLIENTS_MAX} pages follow already",
            hint="close one, and try again",
        )
        busy.headers["retry-after"] = AGAIN_S
        return busy
    trace_id = None if trace is None else await to_thread.run_sync(_resolved, store, trace)
    follower = Follower(store.project.home / "journal")
    await to_thread.run_sync(follower.skip_recorded)
    test = is_wanted(trace_id=trace_id, kinds=tuple(kind or ()))

    async def told() -> AsyncIterator[bytes]:
        _Clients.count += 1
        try:
            yield b": following\n\n"
            quiet_s = 0.0
            while not await request.is_disconnected():
                found = await to_thread.run_sync(follower.poll)
                shown = [event for event in found if test(event)][-LIVE_EVENTS_MAX:]
                quiet_s = 0.0 if shown else quiet_s + POLL_S
                if shown:
                    yield b"".join(map(_line, shown))
                elif quiet_s >= ALIVE_S:
                    quiet_s = 0.0
                    yield b": nothing new\n\n"
                await anyio.sleep(POLL_S)
        finally:
            _Clients.count -= 1

    return StreamingResponse(told(), media_type=MEDIA, headers={"cache-control": "no-store"})


routes.shapes.append(LiveEvent)
routes.router.add_api_route(
    "/live",
    follow,
    response_model=None,
    response_class=StreamingResponse,
    responses={
        200: {"description": "Events", "content": {MEDIA: {"schema": {"type": "string"}}}},
        **DOCUMENTED,
    },
)


def followers() -> int:
    """Return how many clients follow at the moment."""
    return _Clients.count


def _resolved(store: Store, text: str) -> str:
    with store.opened() as catalog:
        return reading.resolve_trace(catalog, text)


def _line(event: Event) -> bytes:
    told = LiveEvent(
        event_id=event.event_id,
        trace_id=event.trace_id,
        kind=event.kind,
        time_unix_ns=event.time_unix_ns,
        text=describe(event.kind, event.body, span_id=event.span_id),
    )
    return b"event: event\ndata: " + encoded(told) + b"\n\n"
