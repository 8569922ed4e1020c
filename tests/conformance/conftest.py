"""One suite for every engine: each test is asked of a real SQLite file and a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from kept_stores import Kept
from postgres_server import PostgresServer

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest) -> str | None:
    """Return the setting `store` for an engine."""
    return store_of(request)


@pytest.fixture
def kept(tmp_path: Path, store: str | None) -> Kept:
    """Return an empty directory."""
    home = tmp_path / 'Shop\'s "naïve" project' / ".backtrail"
    home.mkdir(parents=True)
    return Kept(home, store)


def store_of(request: pytest.FixtureRequest) -> str | None:
    """Return the setting for the engine that a fixture is asked for; starts it when it must."""
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url()
