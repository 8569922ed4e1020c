"""All routes of an application, those of mounted ones too, and how to ask each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from starlette.routing import BaseRoute, Mount, Route

SAMPLES = {"trace_id": "latest", "other": "latest", "key_id": "x", "name": "x", "span_id": "x"}


def addresses(routes: Sequence[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield method and path of each route, with a sample in place of each parameter."""
    for route in routes:
        if isinstance(route, Mount):
            yield "GET", f"{before}{route.path}/x"
            yield from addresses(route.routes, before + route.path)
            continue
        assert isinstance(route, Route), route
        path = re.sub(r"{(\w+)(?::\w+)?}", lambda match: SAMPLES.get(match[1], "x"), route.path)
        # A route of an endpoint that is an application itself takes any method.
        for method in sorted(route.methods or {"GET", "POST", "DELETE"}):
            yield method, before + path
