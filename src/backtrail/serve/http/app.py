"""The application: every route, behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from backtrail.model.version import __version__
from backtrail.serve.http.guarding import Guard
from backtrail.serve.http.pages import mount_pages
from backtrail.serve.http.problems import Problem, explain
from backtrail.serve.http.routing import Routes
from backtrail.serve.http.store import Store
from backtrail.serve.http.wire import schemas
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.mcp_server import http_app
from backtrail.serve.opening import Project
from backtrail.serve.otlp.routes import otlp_routes
from backtrail.serve.routes import activity, health, lists, live, traces

BASE = "/api"
DOCUMENT = f"{BASE}/openapi.json"
GROUPS: Sequence[Routes] = (
    health.routes,
    activity.routes,
    lists.routes,
    live.routes,
    traces.routes,
)


def make_app(project: Project, ingest: Ingest | None = None) -> FastAPI:
    """Make the application that shows the recordings of a project.

    With an ingest, which has been started, it takes what other programs send; it is closed when the
    application ends.
    """
    assistants = http_app(project)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with assistants.router.lifespan_context(assistants):
            yield
        if ingest is not None:
            await to_thread.run_sync(ingest.close)

    app = FastAPI(
        lifespan=lifespan,
        title="Backtrail",
        version=__version__,
        description="From a failure back to its cause.",
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
    )
    app.state.store = Store(project)
    for group in GROUPS:
        app.include_router(group.router, prefix=BASE)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    explain(app)
    app.router.routes.extend(assistants.routes)
    if ingest is not None:
        app.router.routes.extend(otlp_routes(ingest))
    mount_pages(app)
    app.add_middleware(Guard)
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with the shapes of all answers."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        shapes = [shape for group in GROUPS for shape in group.shapes]
        made["components"] = {"schemas": schemas([*shapes, Problem])}
        app.openapi_schema = made
    return app.openapi_schema
