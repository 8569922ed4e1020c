from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.clock import NS_PER_S
from backtrail.store.catalog import Catalog
from backtrail.store.spans.sketch import ERROR, Bucket, Sketches, bucket_of, percentile

TOOK = st.integers(0, 10**15)


def sketched(durations: list[int]) -> list[Bucket]:
    held: dict[int, list[int]] = {}
    for took in durations:
        held.setdefault(bucket_of(took), []).append(took)
    return [Bucket(len(each), min(each), max(each)) for _, each in sorted(held.items())]


@given(durations=st.lists(TOOK, min_size=1, max_size=60), percent=st.integers(0, 100))
def test_a_percentile_is_near_and_never_outside(durations: list[int], percent: int) -> None:
    ordered = sorted(durations)
    exact = ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
    told = percentile(sketched(durations), percent)
    assert ordered[0] <= told <= ordered[-1]
    assert abs(told - exact) <= ERROR * exact + 1


@given(one=TOOK, other=TOOK)
def test_one_and_two_durations_are_told_exactly(one: int, other: int) -> None:
    assert {percentile(sketched([one]), percent) for percent in (0, 50, 95, 100)} == {one}
    both = sketched([one, other])
    assert percentile(both, 50) == min(one, other)
    assert percentile(both, 95) == percentile(both, 99) == max(one, other)


@given(one=TOOK, other=TOOK)
def test_a_longer_duration_is_never_in_an_earlier_bucket(one: int, other: int) -> None:
    assert (one <= other) <= (bucket_of(one) <= bucket_of(other))


def kept(catalog: Catalog) -> list[tuple[int, ...]]:
    every = {
        "minute": 0, "before_minute": 1 << 40,
        "hour": 0, "behind_hour": 0, "after_minute": 0, "behind_minute": 0,
    }  # fmt: skip
    return [tuple(row) for row in catalog.rows("latencies", **every)]


def test_counts_of_several_transactions_add_up_and_can_be_taken_off(home: Path) -> None:
    with Catalog.open(home) as catalog, catalog.writing():
        for took in (1_000, 1_001, 5_000):
            sketches = Sketches(catalog)
            sketches.add(7, 90 * NS_PER_S, took)
            sketches.save()
        assert kept(catalog) == [
            (7, bucket_of(1_000), 2, 1_000, 1_001),
            (7, bucket_of(5_000), 1, 5_000, 5_000),
        ]
        sketches.add(7, 90 * NS_PER_S, 5_000, count=-1)
        sketches.add(7, 90 * NS_PER_S, 8_000)
        sketches.add(7, 90 * NS_PER_S, 8_000, count=-1)
        sketches.save()
        assert kept(catalog) == [(7, bucket_of(1_000), 2, 1_000, 1_001)]


@pytest.mark.parametrize("took", [0, -5])
def test_no_time_has_a_bucket_before_all_others(took: int) -> None:
    assert bucket_of(took) < bucket_of(1) < bucket_of(2)
