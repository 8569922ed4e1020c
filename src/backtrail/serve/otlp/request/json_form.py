"""Requests that are encoded in JSON: ids are hex digits there, large numbers may be texts."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from backtrail.model.limits.reading import (
    INGEST_ATTRIBUTES_MAX,
    INGEST_DEPTH_MAX,
    INGEST_EVENTS_MAX,
    INGEST_ITEMS_MAX,
    INGEST_JSON_OBJECTS_MAX,
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
from backtrail.serve.otlp.request.wire import MalformedError, TooManyError

_UINT64 = 1 << 64
_NUMBER_CHARS_MAX = 20
_INT64_BITS = 64

Number = int | str | None


class _Json(Struct, rename="camel"):
    """Base of what is read: members that are not known are passed over."""


class _Array(_Json):
    values: list[_Value] = []


class _Pairs(_Json):
    values: list[_Pair] = []


class _Value(_Json):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: Number = None
    double_value: float | str | None = None
    array_value: _Array | None = None
    kvlist_value: _Pairs | None = None
    bytes_value: str | None = None


class _Pair(_Json):
    key: str = ""
    value: _Value | None = None


class _Scope(_Json):
    name: str = ""
    version: str = ""
    attributes: list[_Pair] = []


class _Resource(_Json):
    attributes: list[_Pair] = []


class _Event(_Json):
    time_unix_nano: Number = 0
    name: str = ""
    attributes: list[_Pair] = []
    dropped_attributes_count: int = 0


class _Link(_Json):
    trace_id: str = ""
    span_id: str = ""
    attributes: list[_Pair] = []


class _Status(_Json):
    code: int = 0
    message: str = ""


class _Span(_Json):
    trace_id: str = ""
    span_id: str = ""
    trace_state: str = ""
    parent_span_id: str | None = None
    name: str = ""
    kind: int = 0
    start_time_unix_nano: Number = 0
    end_time_unix_nano: Number = 0
    attributes: list[_Pair] = []
    dropped_attributes_count: int = 0
    events: list[_Event] = []
    dropped_events_count: int = 0
    links: list[_Link] = []
    dropped_links_count: int = 0
    status: _Status | None = None


class _Log(_Json):
    time_unix_nano: Number = 0
    observed_time_unix_nano: Number = 0
    severity_number: int = 0
    severity_text: str = ""
    body: _Value | None = None
    attributes: list[_Pair] = []
    dropped_attributes_count: int = 0
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str = ""


class _ScopeItems(_Json):
    scope: _Scope | None = None
    spans: list[Raw] = []
    log_records: list[Raw] = []


class _ResourceItems(_Json):
    resource: _Resource | None = None
    scope_spans: list[_ScopeItems] = []
    scope_logs: list[_ScopeItems] = []


class _Request(_Json):
    resource_spans: list[_ResourceItems] = []
    resource_logs: list[_ResourceItems] = []


_decode_request = msgspec.json.Decoder(_Request).decode
_decode_span = msgspec.json.Decoder(_Span).decode
_decode_log = msgspec.json.Decoder(_Log).decode
_NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


def read_traces(body: bytes) -> Received:
    """Return the spans of a request.

    Raises:
        MalformedError: it is none.
        TooManyError: it holds too many.
    """
    found = Received(rejected=Counter())
    request = _request(body)
    for resource in request.resource_spans:
        for scope, source in _sources(resource, resource.scope_spans):
            for raw in scope.spans:
                try:
                    span = _span(_decode_span(raw), source)
                except _NOT_READ:
                    span = NOT_READABLE
                if isinstance(span, str):
                    found.rejected[span] += 1
                else:
                    found.spans.append(span)
            _must_be_few(len(found.spans) + found.rejected.total())
    return found


def read_logs(body: bytes) -> Received:
    """Return the log records of a request; raises as `read_traces` does."""
    found = Received(rejected=Counter())
    request = _request(body)
    for resource in request.resource_logs:
        for scope, source in _sources(resource, resource.scope_logs):
            for raw in scope.log_records:
                try:
                    found.logs.append(_log(_decode_log(raw), source))
                except _NOT_READ:
                    found.rejected[NOT_READABLE] += 1
            _must_be_few(len(found.logs) + found.rejected.total())
    return found


def _must_be_few(count: int) -> None:
    if count > INGEST_ITEMS_MAX:
        raise TooManyError


def _request(body: bytes) -> _Request:
    if body.count(b"{") + body.count(b"[") > INGEST_JSON_OBJECTS_MAX:
        raise TooManyError
    try:
        return _decode_request(body.decode("utf-8", "replace"))
    except _NOT_READ as error:
        raise MalformedError(f"{error}") from error


def _sources(
    resource: _ResourceItems, scopes: list[_ScopeItems]
) -> Iterator[tuple[_ScopeItems, Source]]:
    attributes = _attributes(resource.resource.attributes if resource.resource else [])
    for items in scopes:
        scope = items.scope or _Scope()
        yield (
            items,
            Source(
                resource=attributes,
                scope=scope.name,
                scope_version=scope.version,
                scope_attributes=_attributes(scope.attributes),
            ),
        )


def _span(span: _Span, source: Source) -> Span | str:
    """Return a span, or why it is none."""
    trace_id, span_id = id_of(span.trace_id, TRACE_DIGITS), id_of(span.span_id, SPAN_DIGITS)
    if trace_id is None:
        return NO_TRACE_ID
    if span_id is None:
        return NO_SPAN_ID
    status = span.status or _Status()
    return Span(
        source=source,
        trace_id=trace_id,
        span_id=span_id,
        parent=id_of(span.parent_span_id or "", SPAN_DIGITS),
        name=span.name,
        kind=span.kind,
        start_unix_ns=_number(span.start_time_unix_nano),
        end_unix_ns=_number(span.end_time_unix_nano),
        attributes=_attributes(span.attributes),
        attributes_cut=span.dropped_attributes_count + _over(span.attributes),
        events=[
            SpanEvent(
                name=event.name,
                time_unix_ns=_number(event.time_unix_nano),
                attributes=_attributes(event.attributes),
                attributes_cut=event.dropped_attributes_count + _over(event.attributes),
            )
            for event in span.events[:INGEST_EVENTS_MAX]
        ],
        events_cut=span.dropped_events_count + max(0, len(span.events) - INGEST_EVENTS_MAX),
        links=[
            SpanLink(
                trace_id=link.trace_id.lower(),
                span_id=link.span_id.lower(),
                attributes=_attributes(link.attributes),
            )
            for link in span.links[:INGEST_EVENTS_MAX]
        ],
        links_cut=span.dropped_links_count + max(0, len(span.links) - INGEST_EVENTS_MAX),
        status=status.code,
        status_message=status.message,
        trace_state=span.trace_state,
    )


def _log(log: _Log, source: Source) -> LogRecord:
    return LogRecord(
        source=source,
        trace_id=id_of(log.trace_id or "", TRACE_DIGITS),
        span_id=id_of(log.span_id or "", SPAN_DIGITS),
        time_unix_ns=_number(log.time_unix_nano) or _number(log.observed_time_unix_nano),
        severity=log.severity_number,
        severity_text=log.severity_text,
        event_name=log.event_name,
        body="" if log.body is None else _value(log.body, 0),
        attributes=_attributes(log.attributes),
        attributes_cut=log.dropped_attributes_count + _over(log.attributes),
    )


def _number(number: Number) -> int:
    """Return nanoseconds; what is no number of 64 bits is refused."""
    value = int(number[:_NUMBER_CHARS_MAX]) if isinstance(number, str) else number or 0
    if not 0 <= value < _UINT64:
        raise ValueError(f"{value} is no time")
    return value


def _over(pairs: list[_Pair]) -> int:
    return max(0, len(pairs) - INGEST_ATTRIBUTES_MAX)


def _attributes(pairs: list[_Pair], depth: int = 0) -> dict[str, Any]:
    return {
        pair.key: None if pair.value is None else _value(pair.value, depth)
        for pair in pairs[:INGEST_ATTRIBUTES_MAX]
    }


def _value(value: _Value, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    if value.string_value is not None:
        return value.string_value
    if value.int_value is not None:
        return _integer(value.int_value)
    if value.bool_value is not None:
        return value.bool_value
    if value.double_value is not None:
        return value.double_value
    if value.bytes_value is not None:
        return b64decode(value.bytes_value[: 1 << 14])
    return _container(value, depth)


def _integer(value: int | str) -> int | str:
    if isinstance(value, int):
        return value if value.bit_length() < _INT64_BITS else str(value)
    digits = value.removeprefix("-")
    return int(value) if digits.isdecimal() and len(digits) < _NUMBER_CHARS_MAX else value


def _container(value: _Value, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    if value.array_value is not None:
        values = value.array_value.values
        if depth >= INGEST_DEPTH_MAX:
            return {"$type": "list", "$depth": True, "size": len(values)}
        items = [_value(item, depth + 1) for item in values[:INGEST_ATTRIBUTES_MAX]]
        if (over := len(values) - INGEST_ATTRIBUTES_MAX) > 0:
            items.append({"$cut": over})
        return items
    if value.kvlist_value is not None:
        pairs = value.kvlist_value.values
        if depth >= INGEST_DEPTH_MAX:
            return {"$type": "dict", "$depth": True, "size": len(pairs)}
        found = _attributes(pairs, depth + 1)
        if over := _over(pairs):
            found["$cut"] = over
        return found
    return None
