from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty `.backtrail` directory."""
    path = tmp_path / ".backtrail"
    path.mkdir()
    return path
