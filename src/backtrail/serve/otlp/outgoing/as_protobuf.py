"""Traces in the protocol's binary form: groups behind one another are one request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from backtrail.model.event import Json
from backtrail.serve.otlp.outgoing.as_json import SCOPE
from backtrail.serve.otlp.outgoing.spans import Outgoing, OutgoingSpan

BEGIN = BETWEEN = END = b""
"""Nothing stands before groups, between two of them, or behind."""
_INT_MAX = 1 << 63


def groups(trace: Outgoing) -> Iterator[bytes]:
    """Yield the spans of each process."""
    for process, resource in trace.resources.items():
        request = ExportTraceServiceRequest()
        group = request.resource_spans.add()
        group.resource.attributes.extend(_pairs(resource))
        scope = group.scope_spans.add()
        scope.scope.name, scope.scope.version = SCOPE["name"], SCOPE["version"]
        scope.spans.extend(_span(span) for span in trace.spans if span.process == process)
        whole: bytes = request.SerializeToString()
        yield whole


def _span(span: OutgoingSpan) -> Span:
    return Span(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent or ""),
        name=_text(span.name),
        kind=cast("Span.SpanKind.ValueType", span.kind),
        start_time_unix_nano=max(0, span.start_unix_ns),
        end_time_unix_nano=max(0, span.end_unix_ns),
        attributes=_pairs(span.attributes),
        events=[
            Span.Event(
                name=_text(event.name),
                time_unix_nano=max(0, event.time_unix_ns),
                attributes=_pairs(event.attributes),
            )
            for event in span.events
        ],
        status=Status(
            code=cast("Status.StatusCode.ValueType", span.status), message=_text(span.message)
        ),
    )


def _pairs(attributes: dict[str, Json]) -> Iterable[KeyValue]:
    return [KeyValue(key=_text(name), value=_value(value)) for name, value in attributes.items()]


def _value(value: Json) -> AnyValue:
    made = AnyValue()
    if isinstance(value, bool):
        made.bool_value = value
    elif isinstance(value, int) and -_INT_MAX <= value < _INT_MAX:
        made.int_value = value
    elif isinstance(value, float):
        made.double_value = value
    elif isinstance(value, list):
        made.array_value.values.extend(_value(each) for each in value)
    elif isinstance(value, dict):
        made.kvlist_value.values.extend(_pairs(value))
    elif value is not None:
        made.string_value = _text(str(value))
    return made


def _text(text: str) -> str:
    """Return a text without halves of characters, which the protocol cannot hold."""
    return text.encode("utf-8", "replace").decode()
