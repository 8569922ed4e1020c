"""The settings in force, and where each value came from."""

from __future__ import annotations

import os

from msgspec import Struct
from starlette.requests import Request

from backtrail.model.settings import ABOUT, Value, shown
from backtrail.record.settings import read_settings
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.routing import Routes

routes = Routes("settings", need=Need.READ)


class Switch(Struct, frozen=True, kw_only=True):
    """A setting as it is in force."""

    name: str
    value: Value
    source: str
    """`default`, a variable's name, or a file."""


class Switches(Struct, frozen=True, kw_only=True):
    """Every setting, as `backtrail config` prints it."""

    switches: list[Switch]


@routes.get("/switches", Switches)
def list_switches(request: Request) -> Switches:
    """Return each setting of the server's folder, and where its value came from."""
    home = str(request.app.state.projects.home.home)
    settings, sources = read_settings(home, os.environ)
    return Switches(
        switches=[
            Switch(name=name, value=shown(getattr(settings, name)), source=sources[name])
            for name in ABOUT
        ]
    )
