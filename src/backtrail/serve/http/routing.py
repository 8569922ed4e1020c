"""A group of routes that answer with structs, and say who may use them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import Struct
from starlette.responses import Response

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import CURSOR_URL_CHARS_MAX, LIST_ROWS, LIST_ROWS_MAX
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.problems import DOCUMENTED
from backtrail.serve.http.wire import encoded, reference

BASE = "/api"
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
Headed = tuple[Struct, dict[str, str]]
"""An answer, and headers beside it."""
Endpoint = Callable[..., Struct | Headed]
_NUMBER_DIGITS_MAX = 18


class Routes:
    """Routes about one thing; each is told which struct it answers with.

    Args:
        about: what they are about.
        need: what each of them needs, unless it says otherwise.
        prefix: what their paths begin with.
    """

    def __init__(self, about: str, *, need: Need | None = None, prefix: str = BASE) -> None:
        self.router = APIRouter(tags=[about], prefix=prefix)
        self.shapes: list[type[Struct]] = []
        """What the routes take, and answer with."""
        self._need = need
        self._needs: dict[int, Need] = {}

    @property
    def needs(self) -> dict[int, Need]:
        """What each route needs, by its identity; a route that does not say it is left out."""
        usual = {} if self._need is None else {id(one): self._need for one in self.router.routes}
        return usual | self._needs

    def get(
        self, path: str, shape: type[Struct], *, need: Need | None = None
    ) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer GET requests; its docstring is published."""
        return self._answer("GET", path, shape, None, need)

    def post(
        self,
        path: str,
        shape: type[Struct],
        *,
        takes: type[Struct] | None = None,
        need: Need | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer POST requests, with a body of the shape that it takes."""
        return self._answer("POST", path, shape, takes, need)

    def delete(
        self, path: str, shape: type[Struct], *, need: Need | None = None
    ) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer DELETE requests."""
        return self._answer("DELETE", path, shape, None, need)

    def _answer(
        self,
        method: str,
        path: str,
        shape: type[Struct],
        takes: type[Struct] | None,
        need: Need | None,
    ) -> Callable[[Endpoint], Endpoint]:
        self.shapes += [shape] if takes is None else [shape, takes]
        described: dict[int | str, dict[str, Any]] = {
            200: {"description": "The answer", "content": _json(shape)},
            **DOCUMENTED,
        }
        extra: dict[str, Any] = {}
        if takes is not None:
            extra["requestBody"] = {"required": True, "content": _json(takes)}
        if (need or self._need) is Need.OPEN:
            extra["security"] = []

        def add(endpoint: Endpoint) -> Endpoint:
            @wraps(endpoint)
            def answered(*args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - passed on
                found = endpoint(*args, **kwargs)
                body, headers = found if isinstance(found, tuple) else (found, None)
                return Response(encoded(body), media_type="application/json", headers=headers)

            self.router.add_api_route(
                path,
                answered,
                methods=[method],
                responses=described,
                response_model=None,
                response_class=Response,
                openapi_extra=extra,
            )
            if need is not None:
                self._needs[id(self.router.routes[-1])] = need
            return endpoint

        return add


def after_number(cursor: str | None) -> int:
    """Return the number that a page goes on behind; 0 for the first one.

    Raises:
        UsageError: the cursor is none of ours.
    """
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _NUMBER_DIGITS_MAX):
        raise UsageError(f"cursor is {cursor[:80]!r}", hint="use `next_cursor` of the page before")
    return int(cursor)


def _json(shape: type[Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": reference(shape)}}
