from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.views.timing import durations as module
from backtrail.trail.views.timing.durations import Durations, percentile

times = st.floats(0, 1e9, allow_nan=False)


def of(*taken: float) -> Durations:
    durations = Durations()
    for took_ms in taken:
        durations.add(took_ms)
    return durations


def test_of_none_nothing_is_said() -> None:
    assert of().spread() is None


def test_of_one_every_part_is_that_one() -> None:
    spread = of(7.0).spread()
    assert spread is not None
    assert {spread.min, spread.p50, spread.p95, spread.p99, spread.max} == {7.0}


def test_of_two_the_median_is_their_mean_and_no_part_leaves_them() -> None:
    spread = of(10.0, 20.0).spread()
    assert spread is not None
    assert (spread.min, spread.p50, spread.max) == (10.0, 15.0, 20.0)
    assert spread.p95 == pytest.approx(19.5)
    assert 19.5 < spread.p99 < 20.0


@given(st.lists(times, min_size=1, max_size=60))
def test_percentiles_stay_inside_the_data_and_rise(taken: list[float]) -> None:
    spread = of(*taken).spread()
    assert spread is not None
    assert (spread.min, spread.max) == (min(taken), max(taken))
    parts = [spread.min, spread.p50, spread.p95, spread.p99, spread.max]
    assert parts == sorted(parts)


@given(st.lists(times, min_size=1, max_size=30), st.floats(0, 1))
def test_a_percentile_is_never_beyond_its_neighbours(taken: list[float], share: float) -> None:
    assert min(taken) <= percentile(sorted(taken), share) <= max(taken)


def test_many_are_thinned_evenly_and_their_ends_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DURATIONS_MAX", 100)
    durations = of(*map(float, range(10_001)))
    spread = durations.spread()
    assert spread is not None
    assert (durations.count, durations.total_ms) == (10_001, 10_000 * 10_001 / 2)
    assert (spread.min, spread.max) == (0.0, 10_000.0)
    assert spread.p50 == pytest.approx(5_000, rel=0.05)
    assert spread.p95 == pytest.approx(9_500, rel=0.05)
