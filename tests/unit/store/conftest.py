from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh

NOBODY = 65_534


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty `.backtrail` directory."""
    path = tmp_path / ".backtrail"
    path.mkdir()
    return path


@pytest.fixture
def indexed(home: Path) -> Callable[[], AbstractContextManager[Catalog]]:
    """Give a way to open the home's catalogue with all that its journal holds."""

    @contextmanager
    def opened() -> Iterator[Catalog]:
        with Catalog.open(home) as catalog:
            refresh(catalog)
            yield catalog

    return opened


@pytest.fixture
def as_stranger(home: Path) -> Iterator[Callable[[], None]]:
    """Give a way to go on as a user who may read the home and not write it."""
    is_root = os.geteuid() == 0

    def become() -> None:
        for folder in (home, *home.parents):
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o755 if folder != home else 0o555)
        for path in home.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if is_root:
            os.seteuid(NOBODY)

    yield become
    if is_root:
        os.seteuid(0)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
