from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator

import pytest

import inside
from inside import open_span, see


@pytest.fixture(autouse=True)
def parent() -> Iterator[str]:
    with inside.followed() as traceparent:
        yield traceparent


def test_a_worker_runs_each_task_in_the_scope_that_submitted_it() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for number in range(3):
            expected = open_span(f"{number + 1:016x}")
            assert pool.submit(see).result() == expected


def test_a_worker_is_in_no_task_s_scope_between_two_tasks() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = open_span("1111111111111111")
        pool.submit(see).result()
        open_span("2222222222222222")
        pool.submit(see).result()
        found: list[str] = []
        item = pool._work_queue  # noqa: SLF001 - what a worker does beside its tasks
        bare = type("Bare", (), {"run": lambda _: found.append(see())})()
        item.put(bare)
    assert found == [first]
