"""What pages are made from: the failed trace of the sample store, and a cause for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.page.material import Material, gather
from sample_store import FAILED, write_store


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """The catalogue of the sample store."""
    with Catalog.open(write_store(tmp_path)) as catalog:
        refresh(catalog)
        yield catalog


@pytest.fixture
def material(catalog: Catalog) -> Material:
    """What is known of the trace that failed."""
    return gather(catalog, FAILED)
