from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from backtrail.model.limits import ALLOCATIONS_MAX
from backtrail.record.measures.allocations import Allocations


@pytest.mark.promise("L9")
def test_the_places_that_grew_most_are_named() -> None:
    followed = Allocations()
    held = [str(number) * 20 for number in range(5_000)]
    gone = bytearray(5 << 20)
    del gone
    grown, peak = followed.end()
    assert len(held) == 5_000
    place = grown[0]["place"]
    assert place.startswith(f"{Path(__file__)}:")
    assert grown[0]["count"] >= 5_000
    assert len(grown) <= ALLOCATIONS_MAX
    assert peak is not None
    assert peak > 5 << 20
    assert not tracemalloc.is_tracing()


def test_measures_inside_one_another_trace_once() -> None:
    outer = Allocations()
    inner = Allocations()
    inner.end()
    assert tracemalloc.is_tracing()
    outer.end()
    assert not tracemalloc.is_tracing()


def test_a_program_that_traces_for_itself_is_not_disturbed() -> None:
    tracemalloc.start()
    try:
        gone = bytearray(3 << 20)
        del gone
        peak = tracemalloc.get_traced_memory()[1]
        followed = Allocations()
        followed.end()
        assert tracemalloc.is_tracing()
        assert tracemalloc.get_traced_memory()[1] >= peak > 3 << 20
    finally:
        tracemalloc.stop()


def test_nothing_is_known_where_the_program_ended_the_tracing() -> None:
    followed = Allocations()
    tracemalloc.stop()
    assert followed.end() == ([], None)
