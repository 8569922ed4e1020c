"""Traces in the protocol's form of JSON: a file that a server takes as the body of a request."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from backtrail.model.event import Json
from backtrail.model.version import __version__
from backtrail.serve.otlp.outgoing.spans import Outgoing, OutgoingEvent, OutgoingSpan

BEGIN, BETWEEN, END = b'{"resourceSpans":[', b",", b"]}\n"
"""What stands before all groups, between two of them, and behind all."""
SCOPE = {"name": "backtrail", "version": __version__}
_INT_MAX = 1 << 63
_encode = msgspec.json.Encoder().encode


def groups(trace: Outgoing) -> Iterator[bytes]:
    """Yield the spans of each process."""
    for process, resource in trace.resources.items():
        spans = [_span(span) for span in trace.spans if span.process == process]
        yield _encode(
            {
                "resource": {"attributes": _pairs(resource)},
                "scopeSpans": [{"scope": SCOPE, "spans": spans}],
            }
        )


def _span(span: OutgoingSpan) -> dict[str, Json]:
    told: dict[str, Json] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.start_unix_ns),
        "endTimeUnixNano": str(span.end_unix_ns),
        "attributes": _pairs(span.attributes),
        "events": [_event(event) for event in span.events],
        "status": {"code": span.status, "message": span.message},
    }
    if span.parent is not None:
        told["parentSpanId"] = span.parent
    return told


def _event(event: OutgoingEvent) -> dict[str, Json]:
    return {
        "name": event.name,
        "timeUnixNano": str(event.time_unix_ns),
        "attributes": _pairs(event.attributes),
    }


def _pairs(attributes: dict[str, Json]) -> list[Json]:
    return [{"key": name, "value": _value(value)} for name, value in attributes.items()]


def _value(value: Json) -> dict[str, Json]:
    if value is None:
        return {}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": _pairs(value)}}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, int) and -_INT_MAX <= value < _INT_MAX:
        return {"boolValue": value} if isinstance(value, bool) else {"intValue": str(value)}
    return {"stringValue": str(value)}
