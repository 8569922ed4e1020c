from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from backtrail.record.measures.gc_pauses import count_no_pauses, count_pauses, pauses


@pytest.fixture(autouse=True)
def _counted() -> Iterator[None]:
    count_pauses()
    yield
    count_no_pauses()


def test_each_collection_is_counted_with_its_time() -> None:
    before, before_ns = pauses.count, pauses.total_ns
    gc.collect()
    gc.collect()
    assert pauses.count == before + 2
    assert pauses.total_ns > before_ns


def test_it_listens_once_and_lets_go() -> None:
    count_pauses()
    assert gc.callbacks.count(pauses) == 1
    count_no_pauses()
    count_no_pauses()
    assert pauses not in gc.callbacks


def test_a_collection_that_had_begun_before_is_not_counted() -> None:
    before = pauses.count
    pauses("stop", {})
    assert pauses.count == before
