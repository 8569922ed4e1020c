"""Once there is a user, nothing answers without credentials but the routes that are named here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from msgspec import Struct
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from answering import addresses
from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import RefusedError
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http import app as application
from backtrail.serve.http.app import GROUPS, make_app
from backtrail.serve.http.routing import Routes
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.opening import Project
from running import BACKTRAIL, run
from sample_store import write_store
from serving import server

OPEN = {
    ("GET", "/api/health"),
    ("POST", "/api/auth/register"),
    ("POST", "/api/auth/login"),
    ("GET", "/api/auth/key-status"),
    ("GET", "/.well-known/jwks.json"),
    # The built pages, which hold nothing of any project: on them one signs in.
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/assets/x"),
}
UNAUTHORIZED = 401
WRONG = (
    {},
    {"x-api-key": "bt_000000000000_x"},
    {"authorization": "Bearer x.y.z"},
    {"cookie": "backtrail_session=x", "x-csrf-token": "x"},
)


def app_of(home: Path) -> FastAPI:
    project = Project(home=home, clock=SYSTEM_CLOCK)
    return make_app(project, Ingest(home, clock=SYSTEM_CLOCK))


def answering(app: FastAPI, client: httpx.Client) -> set[tuple[str, str]]:
    """Return the routes that answer somebody who has no credentials, or wrong ones."""
    found = set()
    for method, path in addresses(app.router.routes):
        for headers in WRONG:
            answer = client.request(method, path, headers=headers)
            # What is open refuses a request for its content, and that is no door.
            is_refused = answer.headers.get("www-authenticate") and (method, path) not in OPEN
            if not is_refused:
                found.add((method, path))
    return found


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A server of a folder that has recordings, and a user."""
    folder = tmp_path_factory.mktemp("project")
    home = write_store(folder)
    added = run(*BACKTRAIL, "users", "add", "ada", "--generate", cwd=folder)
    assert added.returncode == 0, added.stderr
    with server(home) as (address, _):
        yield home, address


@pytest.mark.acceptance(33)
def test_every_route_asks_for_credentials_but_the_named_ones(closed: tuple[Path, str]) -> None:
    home, address = closed
    with httpx.Client(base_url=address) as client:
        assert answering(app_of(home), client) - OPEN == set()
    routes = set(addresses(app_of(home).router.routes))
    assert {path for _, path in routes} >= {"/mcp", "/v1/traces", "/v1/logs", "/api/live"}
    assert len(routes) > 30


@pytest.mark.acceptance(33)
def test_what_there_is_not_is_told_to_nobody(closed: tuple[Path, str]) -> None:
    _, address = closed
    for path in ("/nowhere", "/api/nowhere", "/docs", "/api/keys/", "/metrics/x", "//api/traces"):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
            assert httpx.request(method, address + path).status_code == UNAUTHORIZED, path


@pytest.mark.acceptance(33)
def test_health_says_without_credentials_only_that_it_lives(closed: tuple[Path, str]) -> None:
    _, address = closed
    told = httpx.get(f"{address}/api/health").json()
    assert told.keys() == {"status", "version", "project", "is_recording_here"}
    assert (told["status"], told["project"], told["is_recording_here"]) == ("ok", None, None)


class Cup(Struct, frozen=True, kw_only=True):
    """A cup."""

    size: int


def test_a_route_that_is_opened_is_found(
    closed: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = closed
    cups = Routes("cups", need=Need.OPEN)
    cups.get("/cups", Cup)(lambda: Cup(size=3))
    monkeypatch.setattr(application, "GROUPS", (*GROUPS, cups))
    app = app_of(home)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    assert client.get("/api/cups").json() == {"size": 3}
    assert answering(app, client) - OPEN == {("GET", "/api/cups")}


def test_a_group_that_does_not_say_what_it_needs_keeps_the_server_from_starting(
    closed: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = closed
    cups = Routes("cups")
    cups.get("/cups", Cup)(lambda: Cup(size=3))
    monkeypatch.setattr(application, "GROUPS", (*GROUPS, cups))
    with pytest.raises(RefusedError, match="route /api/cups does not say who may use it"):
        app_of(home)


def test_a_route_that_is_added_later_is_closed(closed: tuple[Path, str]) -> None:
    home, _ = closed
    app = app_of(home)
    app.router.routes.append(Route("/late", lambda _: PlainTextResponse("open")))
    client = TestClient(app, base_url="http://127.0.0.1")
    assert client.get("/late").status_code == UNAUTHORIZED
