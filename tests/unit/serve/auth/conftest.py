"""Gates of a server on loopback, and of one that other machines can ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gates import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server on loopback."""
    made = World(tmp_path / ".backtrail")
    yield made
    made.gate.close()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[World]:
    """A server that other machines can ask."""
    made = World(tmp_path / ".backtrail", is_loopback=False)
    yield made
    made.gate.close()
