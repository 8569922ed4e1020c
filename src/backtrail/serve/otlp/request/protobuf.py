"""Requests that are encoded in protobuf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from math import isfinite
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from backtrail.model.limits.reading import (
    INGEST_ATTRIBUTES_MAX,
    INGEST_DEPTH_MAX,
    INGEST_EVENTS_MAX,
    INGEST_FIELDS_MAX,
    INGEST_ITEM_BYTES_MAX,
)
from backtrail.serve.otlp.request.received import (
    NO_SPAN_ID,
    NO_TRACE_ID,
    NOT_READABLE,
    SPAN_DIGITS,
    TRACE_DIGITS,
    LogRecord,
    Received,
    Source,
    Span,
    SpanEvent,
    SpanLink,
    id_of,
)
from backtrail.serve.otlp.request.wire import (
    Group,
    MalformedError,
    Room,
    TooManyError,
    groups,
    trimmed,
)

_TRACE_BYTES, _SPAN_BYTES = 16, 8
_NO_TRACE, _NO_SPAN = bytes(_TRACE_BYTES), bytes(_SPAN_BYTES)


def read_traces(body: bytes) -> Received:
    """Return the spans of a request.

    Raises:
        MalformedError: it is none.
        TooManyError: it holds too many.
    """
    found = Received(rejected=Counter())
    room = Room(INGEST_FIELDS_MAX)
    for group in groups(body):
        source = _source(group, room)
        for item in group.items:
            message = _decoded(item, trace_pb2.Span, "Span", room)
            if message is None:
                found.rejected[NOT_READABLE] += 1
            elif len(message.trace_id) != _TRACE_BYTES or message.trace_id == _NO_TRACE:
                found.rejected[NO_TRACE_ID] += 1
            elif len(message.span_id) != _SPAN_BYTES or message.span_id == _NO_SPAN:
                found.rejected[NO_SPAN_ID] += 1
            else:
                found.spans.append(_span(message, source))
    return found


def read_logs(body: bytes) -> Received:
    """Return the log records of a request; raises as `read_traces` does."""
    found = Received(rejected=Counter())
    room = Room(INGEST_FIELDS_MAX)
    for group in groups(body):
        source = _source(group, room)
        for item in group.items:
            message = _decoded(item, logs_pb2.LogRecord, "LogRecord", room)
            if message is None:
                found.rejected[NOT_READABLE] += 1
            else:
                found.logs.append(_log(message, source))
    return found


def _decoded(item: bytes, kind: Any, name: str, room: Room) -> Any:  # noqa: ANN401 - as generated
    """Decode a message; one that is too large or holds broken texts is cut and mended first."""
    try:
        if len(item) <= INGEST_ITEM_BYTES_MAX:
            with suppress(DecodeError):
                return kind.FromString(item)
        return kind.FromString(trimmed(item, name, room))
    except (DecodeError, MalformedError, TooManyError):
        return None


def _source(group: Group, room: Room) -> Source:
    resource = _decoded(group.resource, Resource, "Resource", room)
    scope = _decoded(group.scope, InstrumentationScope, "InstrumentationScope", room)
    return Source(
        resource=_attributes(resource.attributes) if resource is not None else {},
        scope=scope.name if scope is not None else "",
        scope_version=scope.version if scope is not None else "",
        scope_attributes=_attributes(scope.attributes) if scope is not None else {},
    )


def _span(message: Any, source: Source) -> Span:  # noqa: ANN401 - as generated
    attributes = message.attributes
    span = Span(
        source=source,
        trace_id=message.trace_id.hex(),
        span_id=message.span_id.hex(),
        parent=id_of(message.parent_span_id.hex(), SPAN_DIGITS),
        name=message.name,
        kind=message.kind,
        start_unix_ns=message.start_time_unix_nano,
        end_unix_ns=message.end_time_unix_nano,
        attributes=_attributes(attributes),
        attributes_cut=message.dropped_attributes_count + _over(attributes, INGEST_ATTRIBUTES_MAX),
        status=message.status.code,
        status_message=message.status.message,
        trace_state=message.trace_state,
    )
    if events := message.events:
        span.events = [
            SpanEvent(
                name=event.name,
                time_unix_ns=event.time_unix_nano,
                attributes=_attributes(event.attributes),
                attributes_cut=event.dropped_attributes_count
                + _over(event.attributes, INGEST_ATTRIBUTES_MAX),
            )
            for event in events[:INGEST_EVENTS_MAX]
        ]
        span.events_cut = _over(events, INGEST_EVENTS_MAX)
    span.events_cut += message.dropped_events_count
    if links := message.links:
        span.links = [
            SpanLink(
                trace_id=link.trace_id.hex(),
                span_id=link.span_id.hex(),
                attributes=_attributes(link.attributes),
            )
            for link in links[:INGEST_EVENTS_MAX]
        ]
        span.links_cut = _over(links, INGEST_EVENTS_MAX)
    span.links_cut += message.dropped_links_count
    return span


def _log(message: Any, source: Source) -> LogRecord:  # noqa: ANN401 - as generated
    return LogRecord(
        source=source,
        trace_id=id_of(message.trace_id.hex(), TRACE_DIGITS),
        span_id=id_of(message.span_id.hex(), SPAN_DIGITS),
        time_unix_ns=message.time_unix_nano or message.observed_time_unix_nano,
        severity=message.severity_number,
        severity_text=message.severity_text,
        event_name=message.event_name,
        body=_value(message.body, 0) if message.HasField("body") else "",
        attributes=_attributes(message.attributes),
        attributes_cut=message.dropped_attributes_count
        + _over(message.attributes, INGEST_ATTRIBUTES_MAX),
    )


def _over(items: Any, most: int) -> int:  # noqa: ANN401 - as generated
    return max(0, len(items) - most)


def _attributes(pairs: Any) -> dict[str, Any]:  # noqa: ANN401 - as generated
    if len(pairs) > INGEST_ATTRIBUTES_MAX:
        pairs = pairs[:INGEST_ATTRIBUTES_MAX]
    found: dict[str, Any] = {}
    for pair in pairs:
        value = pair.value
        # Most are texts, and one that is not empty tells that it is one.
        found[pair.key] = value.string_value or _read(value.WhichOneof("value"), value, 0)
    return found


def _value(value: Any, depth: int) -> Any:  # noqa: ANN401 - as generated
    return _read(value.WhichOneof("value"), value, depth)


def _read(which: str | None, value: Any, depth: int) -> Any:  # noqa: ANN401 - as generated
    return None if which is None else _READ.get(which, _unknown)(value, depth)


def _double(value: Any, _depth: int) -> Any:  # noqa: ANN401 - as generated
    number = value.double_value
    return number if isfinite(number) else str(number)


def _array(value: Any, depth: int) -> Any:  # noqa: ANN401 - as generated
    values = value.array_value.values
    if depth >= INGEST_DEPTH_MAX:
        return {"$type": "list", "$depth": True, "size": len(values)}
    items = [_value(item, depth + 1) for item in _head(values)]
    if over := _over(values, INGEST_ATTRIBUTES_MAX):
        items.append({"$cut": over})
    return items


def _object(value: Any, depth: int) -> Any:  # noqa: ANN401 - as generated
    pairs = value.kvlist_value.values
    if depth >= INGEST_DEPTH_MAX:
        return {"$type": "dict", "$depth": True, "size": len(pairs)}
    found = {pair.key: _value(pair.value, depth + 1) for pair in _head(pairs)}
    if over := _over(pairs, INGEST_ATTRIBUTES_MAX):
        found["$cut"] = over
    return found


def _head(items: Any) -> Iterable[Any]:  # noqa: ANN401 - as generated
    head: Iterable[Any] = items[:INGEST_ATTRIBUTES_MAX]
    return head


def _unknown(_value: Any, _depth: int) -> Any:  # noqa: ANN401 - as generated
    return None


_READ: dict[str, Callable[[Any, int], Any]] = {
    "string_value": lambda value, _: value.string_value,
    "bool_value": lambda value, _: value.bool_value,
    "int_value": lambda value, _: value.int_value,
    "double_value": _double,
    "array_value": _array,
    "kvlist_value": _object,
    "bytes_value": lambda value, _: value.bytes_value,
}
