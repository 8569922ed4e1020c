"""Puts a test inside a span whose place is handed on, as recording does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backtrail.record import scope
from backtrail.record.attach.imports import forget_imports
from backtrail.record.attach.propagate import install_propagation, remove_propagation

SPAN = "a1b2c3d4e5f60718"
SHOW = ("sh", "-c", 'printf %s "$TRACEPARENT"')
"""A command that prints which span it was started in."""


@contextmanager
def followed() -> Iterator[str]:
    """Be inside a span of a trace of its own, let it follow; give its `traceparent`."""
    outside = scope.get()
    install_propagation()
    try:
        yield open_span()
    finally:
        remove_propagation()
        forget_imports()
        scope.activate(outside)


def open_span(span_id: str = SPAN) -> str:
    """Go into a span of a trace of its own, and return its `traceparent`."""
    here = scope.at_top(scope.new_trace("test"))
    here.span_id = span_id
    scope.activate(here)
    return scope.traceparent()


def see(*_: object) -> str:
    """Return where the program is."""
    return scope.traceparent()
