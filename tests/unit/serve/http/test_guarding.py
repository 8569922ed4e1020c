from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from backtrail.serve.http.guarding import refused
from backtrail.serve.opening import Project


@pytest.mark.parametrize(
    ("method", "headers", "why"),
    [
        ("GET", {"host": "127.0.0.1:4600"}, None),
        ("GET", {"host": "localhost"}, None),
        ("GET", {"host": "[::1]:4600"}, None),
        ("GET", {"host": "rebound.example:4600"}, "is not this machine's loopback"),
        ("GET", {"host": "127.0.0.1.rebound.example"}, "is not this machine's loopback"),
        ("GET", {"host": ""}, "is not this machine's loopback"),
        ("GET", {"host": "[::1"}, "is not this machine's loopback"),
        ("GET", {"host": "localhost", "origin": "https://other.example"}, None),
        ("POST", {"host": "localhost:4600"}, None),
        ("POST", {"host": "localhost:4600", "origin": "http://localhost:4600"}, None),
        ("POST", {"host": "localhost:4600", "origin": "http://localhost:9"}, "may not change"),
        ("DELETE", {"host": "localhost", "origin": "null"}, "may not change anything here"),
    ],
)
def test_only_this_machine_is_answered(
    method: str, headers: dict[str, str], why: str | None
) -> None:
    found = refused(method, Headers(headers))
    assert found is None if why is None else why in str(found)


def test_a_foreign_name_is_refused_on_every_route(client: TestClient) -> None:
    for path in ("/", "/api/health", "/api/openapi.json", "/mcp", "/nowhere"):
        answer = client.get(path, headers={"host": "rebound.example"})
        assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")
        assert "rebound.example" in answer.json()["detail"]


def test_answers_tell_browsers_what_they_may_do(client: TestClient) -> None:
    headers = client.get("/api/health").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["traces.example.org", "203.0.113.9:4600", ""])
def test_elsewhere_any_name_is_answered_and_other_sites_change_nothing(host: str) -> None:
    own, foreign = {"origin": f"https://{host}"}, {"origin": "https://other.example"}
    assert refused("GET", Headers({"host": host}), is_loopback=False) is None
    assert refused("POST", Headers({"host": host, **own}), is_loopback=False) is None
    found = refused("POST", Headers({"host": host, **foreign}), is_loopback=False)
    assert "may not change anything here" in str(found)


def test_what_is_told_of_recordings_is_not_kept(client: TestClient) -> None:
    assert client.get("/api/traces").headers["cache-control"] == "no-store"
    assert client.get("/").headers.get("cache-control") in {None, "no-cache"}


def test_no_socket_is_opened(client: TestClient) -> None:
    headers = {"host": "127.0.0.1"}
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect("/api/live", headers=headers),
    ):
        pass
    assert caught.value.code == 1008


def test_accounts_that_cannot_be_read_let_nobody_in(client: TestClient, project: Project) -> None:
    (project.home / "accounts.db").write_bytes(b"no file of accounts " * 100)
    answer = client.get("/api/traces")
    assert answer.status_code == 503
    assert "accounts.db cannot be used" in answer.json()["detail"]


def test_a_project_is_chosen_by_parameter_or_header(client: TestClient) -> None:
    for wrong in ("nowhere", "../x", "x" * 5_000, "\u00e9"):
        answer = client.get("/api/traces", params={"project": wrong})
        assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    assert client.get("/api/traces?project=").status_code == 200
    assert client.get("/api/traces", headers={"x-backtrail-project": "x"}).status_code == 404
    assert client.post("/api/projects", json={"name": "kiln"}).status_code == 200
    kiln = client.get("/api/traces?project=kiln")
    assert (kiln.status_code, kiln.json()["traces"]) == (200, [])
    assert client.get("/api/traces?project=default").json()["traces"] != []
