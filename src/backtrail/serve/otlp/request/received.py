"""A request's spans and log records, whatever encoding they came in, before they are cleaned."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec import Struct

TRACE_DIGITS = 32
SPAN_DIGITS = 16
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(1, 6)
"""Kinds of spans, as the protocol numbers them."""
STATUS_ERROR = 2


class Source(Struct, frozen=True, kw_only=True):
    """Who sent: a resource, and the scope in it."""

    resource: dict[str, Any]
    scope: str = ""
    scope_version: str = ""
    scope_attributes: dict[str, Any] = {}


class SpanEvent(Struct, kw_only=True):
    """Something that a span says happened while it ran."""

    name: str
    time_unix_ns: int
    attributes: dict[str, Any]
    attributes_cut: int = 0


class SpanLink(Struct, kw_only=True):
    """A span that another one names."""

    trace_id: str
    span_id: str
    attributes: dict[str, Any]


class Span(Struct, kw_only=True):
    """One span; its ids are hex digits, its values as JSON has them."""

    source: Source
    trace_id: str
    span_id: str
    parent: str | None
    name: str
    kind: int
    start_unix_ns: int
    end_unix_ns: int
    attributes: dict[str, Any]
    attributes_cut: int = 0
    events: list[SpanEvent] = []
    events_cut: int = 0
    links: list[SpanLink] = []
    links_cut: int = 0
    status: int = 0
    status_message: str = ""
    trace_state: str = ""


class LogRecord(Struct, kw_only=True):
    """One log record."""

    source: Source
    trace_id: str | None
    span_id: str | None
    time_unix_ns: int
    severity: int
    severity_text: str
    event_name: str
    body: Any
    attributes: dict[str, Any]
    attributes_cut: int = 0


class Received(Struct, kw_only=True):
    """What a request holds, and what of it cannot be taken."""

    spans: list[Span] = []
    logs: list[LogRecord] = []
    rejected: Counter[str] = Counter()
    """Spans or log records by the reason for which they were not taken."""


def id_of(digits: str, size: int) -> str | None:
    """Return an id if it is one: of this many hex digits, and not zero."""
    if len(digits) != size:
        return None
    lowered = digits.lower()
    if not set(lowered) <= _HEX or not lowered.strip("0"):
        return None
    return lowered


_HEX = frozenset("0123456789abcdef")
NO_TRACE_ID = "a trace id that is not 16 bytes, or zero"
NO_SPAN_ID = "a span id that is not 8 bytes, or zero"
NOT_READABLE = "content that is not readable, or that is too much"
