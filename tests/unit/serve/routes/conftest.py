"""A client of the application, as a browser on this machine would be one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project
from sample_store import write_store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The recordings of two traces, one of them failed."""
    return write_store(tmp_path)


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    """Ask the application about them."""
    app = make_app(Project(home=home, clock=SYSTEM_CLOCK))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
