"""A group of routes that answer with structs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import Struct
from starlette.responses import Response

from backtrail.model.limits.reading import CURSOR_URL_CHARS_MAX, LIST_ROWS, LIST_ROWS_MAX
from backtrail.serve.http.problems import DOCUMENTED
from backtrail.serve.http.wire import encoded, reference

Limit = Annotated[int, Query(ge=1, le=LIST_ROWS_MAX, description="How many to answer with.")]
Cursor = Annotated[
    str | None,
    Query(
        max_length=CURSOR_URL_CHARS_MAX,
        pattern=r"^[A-Za-z0-9_=.:-]*$",
        description="`next_cursor` of the page before.",
    ),
]
USUAL = LIST_ROWS
Endpoint = Callable[..., Struct]


class Routes:
    """Routes about one thing; each is told which struct it answers with."""

    def __init__(self, about: str) -> None:
        self.router = APIRouter(tags=[about])
        self.shapes: list[type[Struct]] = []
        """What the routes answer with."""

    def get(self, path: str, shape: type[Struct]) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer GET requests; its docstring is published."""
        self.shapes.append(shape)
        content = {"application/json": {"schema": reference(shape)}}
        described: dict[int | str, dict[str, Any]] = {
            200: {"description": "The answer", "content": content},
            **DOCUMENTED,
        }

        def add(endpoint: Endpoint) -> Endpoint:
            @wraps(endpoint)
            def answered(*args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - passed on
                return Response(encoded(endpoint(*args, **kwargs)), media_type="application/json")

            self.router.add_api_route(
                path, answered, responses=described, response_model=None, response_class=Response
            )
            return endpoint

        return add
