"""Clients of an application on loopback: one that may do everything, and one that signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project

PASSWORD = "a horse of 14 hands"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Ask as everybody on this machine."""
    app = make_app(Project(home=tmp_path / ".backtrail", clock=SYSTEM_CLOCK))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def ada(client: TestClient) -> TestClient:
    """Ask as the first user, who is an admin, from a page."""
    who = {"name": "ada", "password": PASSWORD}
    assert client.post("/api/auth/register", json=who).status_code == 200
    client.headers["x-csrf-token"] = client.post("/api/auth/login", json=who).json()["csrf"]
    return client
