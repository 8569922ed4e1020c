from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query
from msgspec import Struct
from starlette.testclient import TestClient

from backtrail.model.limits.reading import CURSOR_URL_CHARS_MAX
from backtrail.serve.http.problems import explain
from backtrail.serve.http.routing import USUAL, Cursor, Limit, Routes


class Cups(Struct, frozen=True, kw_only=True):
    """Cups on a shelf."""

    limit: int
    cursor: str | None
    washed_unix_ns: int


def shelf() -> tuple[Routes, TestClient]:
    routes = Routes("cups")

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
    answer = client.get("/cups/blue?cursor=c1&at=7")
    assert answer.json() == {"limit": 50, "cursor": "blue c1", "washed_unix_ns": "7"}
    assert answer.headers["content-type"] == "application/json"
    assert routes.shapes == [Cups]


def test_a_page_is_bounded() -> None:
    _, client = shelf()
    assert client.get("/cups/blue?limit=201").status_code == 422
    assert "limit is '0'" in client.get("/cups/blue?limit=0").json()["detail"]
    long = client.get("/cups/blue", params={"cursor": "x" * (CURSOR_URL_CHARS_MAX + 1)}).json()
    assert long["detail"].startswith("cursor is 'xxx")
    assert len(long["detail"]) < 300


def test_what_it_answers_is_published() -> None:
    _, client = shelf()
    operation = client.get("/openapi.json").json()["paths"]["/cups/{colour}"]["get"]
    assert operation["description"] == "Return the cups of a colour."
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Cups"}
