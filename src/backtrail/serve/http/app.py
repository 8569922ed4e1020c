"""The application: every route, behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from backtrail.model.version import __version__
from backtrail.serve.auth.declaring import Needs
from backtrail.serve.auth.gate import Gate
from backtrail.serve.auth.routes import keys, people, signing_in
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.guarding import Guard
from backtrail.serve.http.measuring import Measured, Measures
from backtrail.serve.http.pages import ASSETS, mount_pages
from backtrail.serve.http.problems import Problem, explain
from backtrail.serve.http.projects import Projects
from backtrail.serve.http.routing import BASE, Routes
from backtrail.serve.http.taking import taking_routes
from backtrail.serve.http.wire import schemas
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.mcp_server import PATH as ASSISTANTS
from backtrail.serve.mcp_server import guarded_app
from backtrail.serve.opening import Project
from backtrail.serve.otlp.routes import SIGNALS
from backtrail.serve.routes import activity, health, lists, live, metrics, switches, traces
from backtrail.serve.shipping.parcel import PATH as JOURNAL

DOCUMENT = f"{BASE}/openapi.json"
GROUPS: Sequence[Routes] = (
    health.routes,
    activity.routes,
    lists.routes,
    live.routes,
    metrics.routes,
    traces.routes,
    signing_in.routes,
    signing_in.well_known,
    keys.routes,
    people.routes,
    switches.routes,
)
NEEDS = {
    # The pages as they are built: they hold nothing of any project, and let one sign in.
    "/": Need.OPEN,
    f"/{ASSETS}": Need.OPEN,
    DOCUMENT: Need.SIGNED_IN,
    ASSISTANTS: Need.READ,
    **{signal.path: Need.INGEST for signal in SIGNALS},
    JOURNAL: Need.INGEST,
}
"""By path, what the routes need that are in no group."""
SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key, or a token."},
}
ABOUT = (
    "From a failure back to its cause. The header `X-Backtrail-Project`, or the parameter "
    "`project`, names the project that a request is about; else it is `default`, or that of the "
    "key."
)


def make_app(
    project: Project,
    ingest: Ingest | None = None,
    *,
    gate: Gate | None = None,
    beside: Callable[[], object] | None = None,
) -> FastAPI:
    """Make the application that shows the recordings of a project, and of those below it.

    Args:
        project: the project `default`.
        ingest: takes what other programs send; it has been started, and is closed when the
            application ends.
        gate: decides who may ask; else everybody on loopback while there are no users and keys.
        beside: ends what takes for the same ingest by another way.

    Raises:
        RefusedError: a route does not say who may use it.
    """
    gate = gate or Gate(project.home, clock=project.clock)
    projects = Projects(project, ingest)
    assistants = guarded_app(project, chosen=lambda request: request.state.store.project)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with assistants.router.lifespan_context(assistants):
            yield
        if beside is not None:
            await to_thread.run_sync(beside)
        await to_thread.run_sync(projects.close)
        await to_thread.run_sync(gate.close)

    app = FastAPI(
        lifespan=lifespan,
        title="Backtrail",
        version=__version__,
        description=ABOUT,
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
    )
    app.state.gate = gate
    app.state.projects = projects
    app.state.measures = measures = Measures(projects.numbers, live.followers)
    for group in GROUPS:
        app.router.routes.extend(group.router.routes)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    explain(app)
    app.router.routes.extend(assistants.routes)
    if ingest is not None:
        app.router.routes.extend(taking_routes(projects))
    mount_pages(app)
    app.add_middleware(
        Guard, gate=gate, needs=needs_of(app.router.routes, GROUPS), projects=projects
    )
    app.add_middleware(Measured, measures=measures, clock=project.clock)
    return app


def needs_of(routes: Sequence[BaseRoute], groups: Sequence[Routes]) -> Needs:
    """Return what each route needs.

    Raises:
        RefusedError: a route does not say it.
    """
    told = {id(route): need for route in routes if (need := NEEDS.get(getattr(route, "path", "")))}
    for group in groups:
        told |= group.needs
    return Needs(routes, told)


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
        made["components"] = {"schemas": schemas([*shapes, Problem]), "securitySchemes": SCHEMES}
        made["security"] = [{name: []} for name in SCHEMES]
        app.openapi_schema = made
    return app.openapi_schema
