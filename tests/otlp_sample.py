"""Requests of OpenTelemetry's protocol, as tests send them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

NOW = 1_760_000_000_000_000_000
TRACE = bytes.fromhex("0199c8a5" * 4)
ROOT = bytes.fromhex("a1" * 8)


def value(given: Any) -> AnyValue:
    """Return any value as the protocol has it."""
    if isinstance(given, bool):
        return AnyValue(bool_value=given)
    if isinstance(given, dict):
        wrapped = AnyValue()
        wrapped.kvlist_value.values.extend(pairs(given))
        return wrapped
    if isinstance(given, list):
        wrapped = AnyValue()
        wrapped.array_value.values.extend(map(value, given))
        return wrapped
    member = {str: "string_value", int: "int_value", float: "double_value", bytes: "bytes_value"}
    return AnyValue(**{member[type(given)]: given})


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    """Return attributes as the protocol has them."""
    return [KeyValue(key=name, value=value(each)) for name, each in attributes.items()]


def a_span(number: int = 0, attributes: dict[str, Any] | None = None, **members: Any) -> Span:
    """Return a span; the first one is the root of its trace, the others are below it."""
    members = {
        "trace_id": TRACE,
        "span_id": ROOT if not number else number.to_bytes(8, "big"),
        "parent_span_id": b"" if not number else ROOT,
        "name": f"step {number}",
        "start_time_unix_nano": NOW + number,
        "end_time_unix_nano": NOW + number + 1_000_000,
        "attributes": pairs(attributes or {}),
        **members,
    }
    return Span(**members)


def exception(message: str, stack: str = "", name: str = "shop.OutOfStock") -> Span.Event:
    """Return the event of a span that tells of an exception."""
    said = {"exception.type": name, "exception.message": message, "exception.stacktrace": stack}
    return Span.Event(name="exception", time_unix_nano=NOW + 500, attributes=pairs(said))


def traces(
    spans: Iterable[Span], resource: dict[str, Any] | None = None
) -> ExportTraceServiceRequest:
    """Return a request with spans of one resource."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(pairs({"service.name": "shop", **(resource or {})}))
    scope = group.scope_spans.add()
    scope.scope.name = "checkout"
    scope.spans.extend(spans)
    return request


def logs(
    records: Iterable[LogRecord], resource: dict[str, Any] | None = None
) -> ExportLogsServiceRequest:
    """Return a request with log records of one resource."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.extend(pairs({"service.name": "shop", **(resource or {})}))
    scope = group.scope_logs.add()
    scope.scope.name = "checkout"
    scope.log_records.extend(records)
    return request
