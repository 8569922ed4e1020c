"""Whether the server is there, and what it shows."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request

from backtrail.model.errors import BacktrailError, StoreError
from backtrail.model.version import __version__
from backtrail.serve.auth.scopes import Need, Principal
from backtrail.serve.http.projects import Projects
from backtrail.serve.http.routing import Routes
from backtrail.serve.http.store import Store
from backtrail.store import reading
from backtrail.store.accounts.names import DEFAULT
from backtrail.store.answers import TraceFilter

routes = Routes("health", need=Need.OPEN)


class Health(Struct, frozen=True, kw_only=True):
    """A server that answers."""

    status: str
    version: str
    project: str | None
    """The name of the folder whose programs are recorded; `None` for who may not read it."""
    is_recording_here: bool | None
    """Whether anything was recorded there; `None` for who may not read it."""


@routes.get("/health", Health)
def read_health(request: Request) -> Health:
    """Say that the server answers, and to whom may know it for which project.

    Whoever asks learns whether the store of `default` can be read, since that is what a server is
    watched for; only who may read it learns what is wrong.
    """
    principal: Principal | None = request.state.principal
    name = request.state.project
    store: Store | None = request.state.store
    if principal is None or store is None or not principal.may(Need.READ, name):
        projects: Projects = request.app.state.projects
        try:
            _is_recording(projects.store(DEFAULT))
        except BacktrailError as error:
            raise StoreError(
                "the store cannot be read", hint="`backtrail doctor` says why, where it is"
            ) from error
        return Health(status="ok", version=__version__, project=None, is_recording_here=None)
    project = store.project
    is_recording_here = _is_recording(store)
    return Health(
        status="ok",
        version=__version__,
        project=project.folder.name if name == DEFAULT else name,
        is_recording_here=is_recording_here,
    )


def _is_recording(store: Store) -> bool:
    if not store.project.home.is_dir():
        return False
    with store.opened() as catalog:
        return bool(reading.traces(catalog, TraceFilter(limit=1)))
