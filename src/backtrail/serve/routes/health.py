"""Whether the server is there, and what it shows."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.version import __version__
from backtrail.serve.http.routing import Routes
from backtrail.serve.http.store import Reads
from backtrail.store import reading
from backtrail.store.answers import TraceFilter

routes = Routes("health")


class Health(Struct, frozen=True, kw_only=True):
    """A server that answers."""

    status: str
    version: str
    project: str
    """The name of the folder whose programs are recorded."""
    is_recording_here: bool
    """Whether anything was recorded there."""


@routes.get("/health", Health)
def read_health(store: Reads) -> Health:
    """Say that the server answers, and for which project."""
    project = store.project
    is_recording_here = False
    if project.home.is_dir():
        with store.opened() as catalog:
            is_recording_here = bool(reading.traces(catalog, TraceFilter(limit=1)))
    return Health(
        status="ok",
        version=__version__,
        project=project.folder.name,
        is_recording_here=is_recording_here,
    )
