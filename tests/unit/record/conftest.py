"""What holds for all tests of the recorder."""

from __future__ import annotations

import pytest

from backtrail.record import guard


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    """Forget what another test lost: the counters are the process's."""
    guard.lost.clear()
