"""A client of the application, as a browser on this machine would be one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    """Ask the application about the sample store."""
    app = make_app(project)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
