"""A schema of a real PostgreSQL for the tests of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.store.catalog import catalog_format
from backtrail.store.engines.postgres import PostgresEngine
from backtrail.store.engines.schemas import PostgresPlace
from postgres_server import PostgresServer


@pytest.fixture
def place(postgres: PostgresServer, tmp_path: Path) -> PostgresPlace:
    """Return where the catalogue of a directory would be."""
    home = tmp_path / ".backtrail"
    home.mkdir()
    return PostgresPlace.of(postgres.url(), home=home, wanted=catalog_format())


@pytest.fixture
def engine(place: PostgresPlace) -> Iterator[PostgresEngine]:
    """Give an empty catalogue in a schema."""
    opened = place.open()
    yield opened
    opened.close()
