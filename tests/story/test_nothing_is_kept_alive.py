"""Recording lets go of everything at once: no object of the program lives longer for it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

import backtrail
from backtrail.record.error import record_hang
from recorded import recording


class Resource:
    """Something that must be closed when the last reference is gone."""


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def another_thread() -> Iterator[None]:
    is_over = threading.Event()
    thread = threading.Thread(target=is_over.wait)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def fail(held: list[ref[Resource]]) -> None:
    resource = Resource()
    held.append(ref(resource))
    raise ValueError(str(id(resource)))


def record_a_failure(held: list[ref[Resource]]) -> None:
    try:
        fail(held)
    except ValueError as error:
        backtrail.capture_exception(error)


def record_where_all_are(held: list[ref[Resource]]) -> None:
    resource = Resource()
    held.append(ref(resource))
    assert record_hang(1.0, "no event") is not None


@pytest.mark.parametrize("record", [record_a_failure, record_where_all_are])
def test_what_a_recorded_frame_held_is_gone_with_the_frame(tmp_path: Path, record: object) -> None:
    assert callable(record)
    held: list[ref[Resource]] = []
    with recording(tmp_path / ".backtrail"), without_collector():
        record(held)
        with another_thread():
            record(held)
        assert [each() for each in held] == [None, None]


def test_what_a_variable_was_is_gone_once_it_is_something_else(tmp_path: Path) -> None:
    """A loop that handles its errors goes on for days."""
    with recording(tmp_path / ".backtrail"), without_collector():
        job = Resource()
        known = ref(job)
        try:
            fail([])
        except ValueError as error:
            backtrail.capture_exception(error)
        job = Resource()
        assert known() is None
        assert job is not None


def test_what_a_variable_was_when_an_error_left_a_span_is_gone_as_well(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail"), without_collector():
        job = Resource()
        known = ref(job)
        try:
            with backtrail.trace_span("inside"):
                fail([])
        except ValueError:
            pass
        job = Resource()
        assert known() is None
        assert job is not None


def test_what_a_variable_was_when_all_stacks_were_recorded_is_gone_as_well(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail"), without_collector():
        job = Resource()
        known = ref(job)
        record_hang(1.0, "no event")
        job = Resource()
        assert known() is None
        assert job is not None


def test_the_variables_that_code_holds_stay(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail"):
        held = locals()
        record_a_failure([])
        record_hang(1.0, "no event")
        assert held["tmp_path"] == tmp_path


def test_what_code_stores_beside_its_variables_stays(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail"):
        exec("stored = 7")
        was_stored = "stored" in locals()
        record_hang(1.0, "no event")
        try:
            fail([])
        except ValueError as error:
            backtrail.capture_exception(error)
        assert ("stored" in locals()) == was_stored
        assert "tmp_path" in locals()


def test_the_variables_of_a_module_stay(tmp_path: Path) -> None:
    namespace: dict[str, Any] = {"fail": fail, "capture": backtrail.capture_exception}
    text = """
before = 1
class Outer:
    inside = 2
    try:
        fail([])
    except ValueError as error:
        capture(error)
try:
    fail([])
except ValueError as error:
    capture(error)
after = 3
"""
    with recording(tmp_path / ".backtrail"):
        exec(compile(text, "module", "exec"), namespace)
    assert {"before", "fail", "capture", "after"} <= set(namespace)
    assert vars(namespace["Outer"])["inside"] == 2
