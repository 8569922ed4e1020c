"""The routes that take what programs send, for the project that each request is about."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from anyio import to_thread
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from backtrail.serve.http.projects import Projects
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.routes import SIGNALS, otlp_routes
from backtrail.serve.routes.journal import journal_routes
from backtrail.serve.shipping.parcel import PATH as JOURNAL


def taking_routes(projects: Projects) -> list[Route]:
    """Return the routes of a server that takes what is sent."""
    taking = _Taking(projects)
    paths = (*(signal.path for signal in SIGNALS), JOURNAL)
    return [Route(path, taking, methods=["POST"]) for path in paths]


class _Taking:
    """An endpoint that hands a request to the routes of its project."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._routers: WeakKeyDictionary[Ingest, Router] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = self._projects.taking(scope["state"]["project"])
        # To start one may take a while: what it accepted before is read back.
        ingest = await to_thread.run_sync(opened.__enter__)
        try:
            await self._router(ingest)(scope, receive, send)
        finally:
            opened.__exit__(None, None, None)

    def _router(self, ingest: Ingest) -> Router:
        found = self._routers.get(ingest)
        if found is None:
            found = self._routers[ingest] = Router([*otlp_routes(ingest), *journal_routes(ingest)])
        return found
