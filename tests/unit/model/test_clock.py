from __future__ import annotations

import time

import pytest

from backtrail.model.clock import NS_PER_MS, NS_PER_S, SYSTEM_CLOCK, Clock


def test_the_system_clock_reads_the_wall_and_never_goes_back() -> None:
    before = time.time_ns()
    assert before <= SYSTEM_CLOCK.time_unix_ns() <= time.time_ns()
    readings = [SYSTEM_CLOCK.monotonic_ns() for _ in range(1_000)]
    assert readings == sorted(readings)
    assert readings[0] <= time.monotonic_ns()


def test_a_clock_is_a_parameter_that_a_test_can_replace() -> None:
    clock = Clock(time_unix_ns=lambda: 3 * NS_PER_S, monotonic_ns=lambda: 5 * NS_PER_MS)
    assert (clock.time_unix_ns(), clock.monotonic_ns()) == (3_000_000_000, 5_000_000)
    with pytest.raises(AttributeError):
        clock.monotonic_ns = lambda: 0  # type: ignore[misc]
