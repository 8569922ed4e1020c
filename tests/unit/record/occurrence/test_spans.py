"""Which spans are open is known without a list of them, and none lives longer than it is open."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail import trace_span
from backtrail.record import scope
from backtrail.record.occurrence.spans import all_open_spans, spans_around
from backtrail.record.span import Span
from recorded import recording


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def test_the_spans_around_a_place_are_those_still_open() -> None:
    outer, ended, inner = trace_span("outer"), trace_span("ended"), trace_span("inner")
    with outer:
        ended.__enter__()
        with inner:
            ended.__exit__(None, None, None)
            assert [span.name for span in spans_around(scope.current())] == ["outer", "inner"]
        assert spans_around(scope.current()) == [outer]
    assert spans_around(scope.current()) == []


def test_the_open_spans_of_all_threads_are_found() -> None:
    is_open, may_end = threading.Event(), threading.Event()

    def work() -> None:
        with trace_span("in_thread"):
            is_open.set()
            may_end.wait(10)

    thread = threading.Thread(target=work)
    with trace_span("in_main"):
        thread.start()
        assert is_open.wait(10)
        names = [span.name for span in all_open_spans()]
        may_end.set()
        thread.join()
    assert names == ["in_main", "in_thread"]
    assert all_open_spans() == []


def test_an_ended_span_is_garbage_at_once() -> None:
    def spans() -> set[int]:
        return {id(value) for value in gc.get_objects() if type(value) is Span}

    gc.collect()
    gc.disable()
    try:
        before = spans()
        for _ in range(3):
            with trace_span("outer"), trace_span("inner", order=1):
                assert len(spans() - before) == 2
        assert spans() <= before
    finally:
        gc.enable()
