"""Settings for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from postgres_server import PostgresServer, postgres_server

# How long an example takes says how busy the machine is; a test's own time limit is pytest's.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Give a real PostgreSQL, one for all tests of a process."""
    with postgres_server() as server:
        yield server
