from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from backtrail.serve.http.guarding import refused


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
