from __future__ import annotations

import json
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backtrail.serve.otlp.outgoing import as_json, as_protobuf
from backtrail.serve.otlp.outgoing.spans import Outgoing, OutgoingEvent, OutgoingSpan
from backtrail.serve.otlp.request import json_form, protobuf
from backtrail.serve.otlp.request.received import Received

VALUES: dict[str, Any] = {
    "text": "é",
    "yes": True,
    "number": -5,
    "long": 1 << 70,
    "part": 0.5,
    "list": [1, "a", [True]],
    "object": {"a": {"b": 1}},
    "nothing": None,
}
SPAN = OutgoingSpan(
    trace_id="ab" * 16, span_id="a1" * 8, parent="b2" * 8, name="check out", kind=3,
    start_unix_ns=1_760_000_000_000_000_001, end_unix_ns=1_760_000_000_000_000_009,
    attributes=VALUES, status=2, message="E: x", process="p",
    events=[OutgoingEvent(name="hi", time_unix_ns=1_760_000_000_000_000_005, attributes={"k": 1})],
)  # fmt: skip
ROOT = OutgoingSpan(trace_id="ab" * 16, span_id="b2" * 8, name="root", process="q")
TRACE = Outgoing(resources={"p": {"service.name": "shop"}, "q": {}}, spans=[ROOT, SPAN])


def whole(form: Any) -> bytes:
    body: bytes = form.BEGIN + form.BETWEEN.join(form.groups(TRACE)) + form.END
    return body


def check(read: Received) -> None:
    """Make sure that what was written is read as it was."""
    assert read.rejected.total() == 0
    span, root = read.spans
    assert (span.trace_id, span.span_id, span.parent) == (SPAN.trace_id, SPAN.span_id, SPAN.parent)
    assert (span.start_unix_ns, span.end_unix_ns) == (SPAN.start_unix_ns, SPAN.end_unix_ns)
    assert (span.name, span.kind, span.status) == ("check out", 3, 2)
    assert span.status_message == "E: x"
    assert span.attributes == VALUES | {"long": str(1 << 70)}
    assert span.source.resource == {"service.name": "shop"}
    assert span.source.scope == "backtrail"
    assert [(each.name, each.attributes) for each in span.events] == [("hi", {"k": 1})]
    assert (root.parent, root.name) == (None, "root")


def test_what_is_written_as_json_is_a_request() -> None:
    body = whole(as_json)
    assert json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] == "ab" * 16
    check(json_form.read_traces(body))


def test_what_is_written_as_protobuf_is_a_request() -> None:
    body = whole(as_protobuf)
    assert len(ExportTraceServiceRequest.FromString(body).resource_spans) == 2
    check(protobuf.read_traces(body))
