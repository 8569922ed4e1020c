from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import backtrail
from backtrail import measure
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        yield home


def told(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in events(home, "operation.measured")]


def work(seconds: float) -> None:
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass


def test_a_block_is_measured(home: Path) -> None:
    with measure("load"):
        work(0.02)
        gc.collect()
        held = bytearray(256 << 20)
        held[::4096] = b"x" * len(held[::4096])
    (use,) = told(home)
    assert use["name"] == "load"
    assert use["took_ms"] >= 20
    assert 0 < use["cpu_ms"] <= use["took_ms"] + 1
    assert use["gc_pauses"] >= 1
    assert use["gc_pause_ms"] > 0
    assert use["peak_memory_bytes"] > 16 << 20


def test_it_belongs_to_the_span_that_it_is_in(home: Path) -> None:
    with backtrail.trace_span("checkout") as span, measure("charge"):
        pass
    (event,) = events(home, "operation.measured")
    assert event.span_id == span.span_id


def test_an_exception_passes_and_the_measure_is_told(home: Path) -> None:
    raised = KeyError("x")

    @measure("load")
    def fail() -> None:
        raise raised

    with pytest.raises(KeyError) as caught:
        fail()
    assert caught.value is raised
    assert told(home)[0]["name"] == "load"


def test_time_outside_of_a_generator_is_not_its_own(home: Path) -> None:
    @measure("rows")
    def rows() -> Iterator[int]:
        yield 1
        yield 2

    for _ in rows():
        work(0.05)
    assert told(home)[0]["took_ms"] < 50


def test_coroutines_are_measured(home: Path) -> None:
    @measure("fetch")
    async def fetch() -> int:
        async with measure("inside"):
            await asyncio.sleep(0)
        return 3

    assert asyncio.run(fetch()) == 3
    assert [use["name"] for use in told(home)] == ["inside", "fetch"]


def test_a_block_that_ends_in_another_thread_has_no_cpu_time(home: Path) -> None:
    block = measure("handed on")
    block.__enter__()
    thread = threading.Thread(target=block.__exit__)
    thread.start()
    thread.join()
    assert "cpu_ms" not in told(home)[0]


def test_allocations_are_named_where_they_were_asked_for(home: Path) -> None:
    with measure("load", allocations=True):
        held = [str(number) * 20 for number in range(5_000)]
    assert len(held) == 5_000
    (use,) = told(home)
    assert Path(__file__).name in use["allocated"][0]["place"]
    assert use["peak_memory_bytes"] >= use["allocated"][0]["bytes"]


def test_nothing_is_measured_while_recording_is_off(home: Path) -> None:
    backtrail.disable()
    with measure("load"):
        pass
    backtrail.enable()
    assert told(home) == []
