"""A pytest plugin: each test is a span named by its node id, each failure an error.

pytest catches what a test raises, so nothing else would see it. Output, order, outcomes and exit
code of the tests are those without the plugin. PYTEST_DONT_REWRITE: there are no tests in it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from backtrail.record import guard
from backtrail.record.error import capture_exception
from backtrail.record.span import trace_span

_failures: dict[Any, BaseException] = {}
"""What made a test fail that is still being torn down; pytest itself holds it for longer."""


@pytest.hookimpl(hookwrapper=True, tryfirst=True)  # The form that every pytest knows.
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, None]:
    """Run a test, from its set-up to its tear-down, inside a span."""
    span = trace_span(item.nodeid)
    span.__enter__()
    try:
        yield
    finally:
        error = _failures.pop(item, None)
        span.__exit__(type(error) if error else None, error, None)


def pytest_exception_interact(
    node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any]
) -> None:
    """Record what made a test or the import of its module fail, unless that was expected."""
    try:
        if call.excinfo is None:
            return
        error = call.excinfo.value
        if isinstance(node, pytest.Item):
            _failures[node] = error
        elif isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
            error = error.__cause__  # What pytest says in its own words happened in the module.
        capture_exception(error, mechanism="test", is_handled=True)
    except Exception as fault:  # noqa: BLE001 - the edge between the tests and the recorder
        guard.broke("pytest plugin", fault)
