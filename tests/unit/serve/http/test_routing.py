from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Query
from msgspec import Struct
from starlette.testclient import TestClient

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import CURSOR_URL_CHARS_MAX
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.bodies import body_of
from backtrail.serve.http.problems import explain
from backtrail.serve.http.routing import USUAL, Cursor, Headed, Limit, Routes, after_number


class Cups(Struct, frozen=True, kw_only=True):
    """Cups on a shelf."""

    limit: int
    cursor: str | None
    washed_unix_ns: int


def shelf() -> tuple[Routes, TestClient]:
    routes = Routes("cups", need=Need.READ)

    @routes.get("/cups/{colour}", Cups)
    def list_cups(
        colour: str, limit: Limit = USUAL, cursor: Cursor = None, at: Annotated[int, Query()] = 5
    ) -> Cups:
        """Return the cups of a colour."""
        return Cups(limit=limit, cursor=f"{colour} {cursor}", washed_unix_ns=at)

    app = FastAPI()
    app.include_router(routes.router)
    explain(app)
    return routes, TestClient(app)


def test_a_function_answers_with_its_struct() -> None:
    routes, client = shelf()
    answer = client.get("/api/cups/blue?cursor=c1&at=7")
    assert answer.json() == {"limit": 50, "cursor": "blue c1", "washed_unix_ns": "7"}
    assert answer.headers["content-type"] == "application/json"
    assert routes.shapes == [Cups]


def test_a_page_is_bounded() -> None:
    _, client = shelf()
    assert client.get("/api/cups/blue?limit=201").status_code == 422
    assert "limit is '0'" in client.get("/api/cups/blue?limit=0").json()["detail"]
    long = client.get("/api/cups/blue", params={"cursor": "x" * (CURSOR_URL_CHARS_MAX + 1)}).json()
    assert long["detail"].startswith("cursor is 'xxx")
    assert len(long["detail"]) < 300


def test_what_it_answers_is_published() -> None:
    _, client = shelf()
    operation = client.get("/openapi.json").json()["paths"]["/api/cups/{colour}"]["get"]
    assert operation["description"] == "Return the cups of a colour."
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Cups"}


class Wash(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How cups are to be washed."""

    degrees: int


def sink() -> tuple[Routes, TestClient]:
    routes = Routes("sink", need=Need.WRITE, prefix="/sink")

    @routes.post("/wash", Wash, takes=Wash, need=Need.OPEN)
    def wash(given: Annotated[Wash, Depends(body_of(Wash))]) -> Headed:
        """Wash the cups."""
        return given, {"x-hot": "yes"}

    @routes.delete("/plug", Wash)
    def pull() -> Wash:
        """Pull the plug."""
        return Wash(degrees=0)

    app = FastAPI()
    app.router.routes.extend(routes.router.routes)
    explain(app)
    return routes, TestClient(app)


def test_a_body_comes_as_its_struct_and_headers_go_beside_the_answer() -> None:
    routes, client = sink()
    answer = client.post("/sink/wash", json={"degrees": 60})
    assert (answer.json(), answer.headers["x-hot"]) == ({"degrees": 60}, "yes")
    assert client.delete("/sink/plug").json() == {"degrees": 0}
    assert client.get("/sink/plug").status_code == 405
    assert routes.shapes == [Wash, Wash, Wash]


def test_each_route_says_what_it_needs() -> None:
    routes, client = sink()
    assert list(routes.needs.values()) == [Need.OPEN, Need.WRITE]
    undeclared = Routes("cups")
    undeclared.get("/cups", Wash)(lambda: Wash(degrees=0))
    assert undeclared.needs == {}
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/sink/wash"]["post"]["security"] == []
    assert "security" not in paths["/sink/plug"]["delete"]
    body = paths["/sink/wash"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"].endswith("/Wash")


@pytest.mark.parametrize(("cursor", "number"), [(None, 0), ("", 0), ("17", 17)])
def test_a_page_goes_on_behind_a_number(cursor: str | None, number: int) -> None:
    assert after_number(cursor) == number


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 19, "²"])
def test_a_cursor_that_is_none_is_told(cursor: str) -> None:
    with pytest.raises(UsageError, match="cursor is"):
        after_number(cursor)
