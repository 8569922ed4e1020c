"""The catalogue of the sample for views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sample_store
import sample_views
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A store of three traces: one that failed, one that went well, one with all aspects."""
    home = sample_store.write_store(tmp_path)
    sample_views.write_store(tmp_path)
    with Catalog.open(home) as opened:
        refresh(opened)
        yield opened
