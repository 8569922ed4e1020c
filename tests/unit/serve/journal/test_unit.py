from __future__ import annotations

import pytest

from backtrail.serve.journal.unit import Unit


def test_a_unit_is_not_changed_once_it_is_made() -> None:
    unit = Unit(key=b"k", lines=b"{}\n")
    with pytest.raises(AttributeError):
        unit.lines = b""  # type: ignore[misc]
