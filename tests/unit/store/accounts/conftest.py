"""Accounts in a file of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.store.accounts.database import Accounts


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    """The accounts of a folder that has none yet."""
    found = Accounts(tmp_path / ".backtrail")
    yield found
    found.close()
