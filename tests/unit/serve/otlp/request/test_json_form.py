from __future__ import annotations

import json
from typing import Any

import pytest

from backtrail.model.limits.reading import INGEST_JSON_OBJECTS_MAX
from backtrail.serve.otlp.request.json_form import read_logs, read_traces
from backtrail.serve.otlp.request.received import NO_SPAN_ID, NO_TRACE_ID, NOT_READABLE
from backtrail.serve.otlp.request.wire import MalformedError, TooManyError

TRACE = "5B8EFFF798038103D269B633813FC60C"
SPAN = {
    "traceId": TRACE,
    "spanId": "EEE19B7EC3C1B174",
    "parentSpanId": "EEE19B7EC3C1B173",
    "name": "I'm a server span",
    "startTimeUnixNano": "1544712660000000000",
    "endTimeUnixNano": 1544712661000000000,
    "kind": 2,
    "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}],
}


def request(*spans: dict[str, Any]) -> bytes:
    scope = {"scope": {"name": "lib", "version": "1"}, "spans": spans}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}], "later": {"x": 1}}
    return json.dumps(body).encode()


def test_the_example_of_the_specification_is_read() -> None:
    (span,) = read_traces(request(SPAN)).spans
    assert (span.trace_id, span.span_id) == (TRACE.lower(), "eee19b7ec3c1b174")
    assert span.parent == "eee19b7ec3c1b173"
    assert (span.start_unix_ns, span.end_unix_ns) == (1544712660000000000, 1544712661000000000)
    assert span.attributes == {"my.span.attr": "some value"}
    assert (span.kind, span.source.scope, span.source.scope_version) == (2, "lib", "1")
    assert span.source.resource == {"service.name": "shop"}


def test_every_sort_of_value_is_read() -> None:
    values = {
        "i": {"intValue": "-12"},
        "n": {"intValue": 3},
        "huge": {"intValue": 10**40},
        "d": {"doubleValue": 0.5},
        "nan": {"doubleValue": "NaN"},
        "b": {"boolValue": False},
        "raw": {"bytesValue": "AQI="},
        "l": {"arrayValue": {"values": [{"intValue": 1}, {}]}},
        "m": {"kvlistValue": {"values": [{"key": "k", "value": {"stringValue": ""}}]}},
    }
    attributes = [{"key": name, "value": each} for name, each in values.items()]
    event = {"name": "e", "timeUnixNano": "5", "attributes": attributes[:1]}
    link = {"traceId": TRACE, "spanId": "EEE19B7EC3C1B170"}
    more = {"attributes": attributes, "events": [event], "links": [link], "status": {"code": 2}}
    (span,) = read_traces(request(SPAN | more)).spans
    assert span.attributes == {
        "i": -12, "n": 3, "huge": "1" + "0" * 40,
        "d": 0.5, "nan": "NaN", "b": False, "raw": b"\1\2", "l": [1, None],
        "m": {"k": ""},
    }  # fmt: skip
    assert (span.events[0].time_unix_ns, span.events[0].attributes) == (5, {"i": -12})
    assert (span.links[0].trace_id, span.status) == (TRACE.lower(), 2)


def test_spans_that_cannot_be_taken_are_counted_by_reason() -> None:
    read = read_traces(
        request(
            SPAN,
            SPAN | {"traceId": "00" * 16},
            SPAN | {"spanId": "zz"},
            SPAN | {"name": 7},
            SPAN | {"startTimeUnixNano": "soon"},
            SPAN | {"endTimeUnixNano": -1},
        )
    )
    assert len(read.spans) == 1
    assert read.rejected == {NO_TRACE_ID: 1, NO_SPAN_ID: 1, NOT_READABLE: 3}


@pytest.mark.parametrize(
    "body", [b"", b"no", b"[]", b'{"resourceSpans":7}', b'{"a":' + b"[" * 100_000]
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        read_traces(body)


def test_a_body_of_very_many_objects_is_refused_before_they_are_made() -> None:
    body = b'{"resourceSpans":[' + b"{}," * INGEST_JSON_OBJECTS_MAX + b"{}]}"
    with pytest.raises(TooManyError):
        read_traces(body)


def test_a_value_nested_very_deep_costs_only_its_span() -> None:
    deep: dict[str, Any] = {"stringValue": "x"}
    for _ in range(30):
        deep = {"arrayValue": {"values": [deep]}}
    (span,) = read_traces(request(SPAN | {"attributes": [{"key": "d", "value": deep}]})).spans
    assert json.dumps(span.attributes).count("[") == 12
    assert '"$depth": true' in json.dumps(span.attributes)


def test_a_body_that_is_not_utf_8_is_mended() -> None:
    body = request(SPAN).replace(b"some value", b"some\xffvalue")
    assert read_traces(body).spans[0].attributes == {"my.span.attr": "some�value"}


def test_a_log_record_is_read() -> None:
    record = {"timeUnixNano": "7", "severityText": "WARN", "body": {"stringValue": "careful"}}
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record, {"traceId": 1}]}]}]}
    read = read_logs(json.dumps(body).encode())
    assert [(log.time_unix_ns, log.severity_text, log.body) for log in read.logs] == [
        (7, "WARN", "careful")
    ]
    assert read.rejected == {NOT_READABLE: 1}
