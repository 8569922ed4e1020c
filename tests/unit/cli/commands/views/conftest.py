"""The store of the sample for views, beside the command line to call."""

from __future__ import annotations

from pathlib import Path

import pytest

import sample_views


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with the trace of an order: spans, calls, locks, state."""
    sample_views.write_store(tmp_path)
    return tmp_path
