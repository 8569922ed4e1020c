"""Records what is refused while a test runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.validation import feature
from recorded import events, recording

Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """Return what gives the bodies of the events so far."""
    with recording(tmp_path / ".backtrail") as home:
        feature.watch()
        yield lambda: [event.body for event in events(home, "validation.failed")]
        feature.unwatch()
