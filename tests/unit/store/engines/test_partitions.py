from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.store.engines import partitions
from backtrail.store.engines.connections import made
from backtrail.store.engines.partitions import YEARS, month_of, name_of, start_ns
from backtrail.store.engines.postgres import PostgresEngine
from backtrail.store.engines.schemas import PostgresPlace

FIRST, BEHIND = start_ns(YEARS.start, 1), start_ns(YEARS.stop, 1)


@given(st.integers(min_value=FIRST, max_value=BEHIND - 1))
def test_a_time_lies_in_its_month(time_ns: int) -> None:
    found = month_of(time_ns)
    assert found is not None
    year, month = found
    after = (year, month + 1) if month < 12 else (year + 1, 1)
    assert start_ns(year, month) <= time_ns < start_ns(*after)


@pytest.mark.parametrize("time_ns", [-(1 << 62), -1, 0, FIRST - 1, BEHIND, (1 << 63) - 1])
def test_a_time_far_off_has_no_table_of_its_own(time_ns: int) -> None:
    assert month_of(time_ns) is None


def test_months_are_made_when_they_are_needed_and_dropped_when_they_are_empty(
    engine: PostgresEngine, place: PostgresPlace
) -> None:
    with made(place.address, engine.schema) as connection:
        assert partitions.names(connection) == ["block_elsewhen"]
        times = [start_ns(2025, 12), start_ns(2025, 12) + 5, start_ns(2026, 1), 0]
        partitions.make(connection, times)
        partitions.make(connection, times)
        tables = ["block_2025_12", "block_2026_01", "block_elsewhen"]
        assert partitions.names(connection) == tables
        assert name_of(2025, 12) == tables[0]
        partitions.drop_empty(connection)
        assert partitions.names(connection) == ["block_elsewhen"]
