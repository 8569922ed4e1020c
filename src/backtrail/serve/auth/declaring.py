"""What every route needs: a route that does not say so keeps the server from starting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from backtrail.model.errors import RefusedError
from backtrail.serve.auth.scopes import Need


class Declared(Struct, frozen=True, kw_only=True):
    """A route, and what it needs."""

    need: Need
    path: str
    """With the names of its parameters, not their values: those may be anything."""


NOWHERE = Declared(need=Need.SIGNED_IN, path="an unknown path")


class Needs:
    """Needs by route, found as the router finds the route.

    Args:
        routes: all routes of an application, in their order.
        needs: by the identity of a route.

    Raises:
        RefusedError: a route is not among the needs.
    """

    def __init__(self, routes: Sequence[BaseRoute], needs: Mapping[int, Need]) -> None:
        for route in routes:
            if id(route) not in needs:
                path = getattr(route, "path", repr(route))
                raise RefusedError(
                    f"route {path} does not say who may use it",
                    hint="give its Routes, or this route, a need",
                )
        self._routes = [
            (route, Declared(need=needs[id(route)], path=getattr(route, "path", "")))
            for route in routes
        ]

    def of(self, scope: Scope) -> Declared:
        """Return what a request's route needs; where there is none, that one is signed in."""
        partial: Declared | None = None
        for route, declared in self._routes:
            match, _ = route.matches(scope)
            if match is Match.FULL:
                return declared
            if match is Match.PARTIAL and partial is None:
                partial = declared
        return partial or NOWHERE
