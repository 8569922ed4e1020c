from __future__ import annotations

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backtrail.serve.otlp.outgoing import as_protobuf
from backtrail.serve.otlp.outgoing.spans import Outgoing, OutgoingSpan


def test_what_the_protocol_cannot_hold_is_brought_to_what_it_can() -> None:
    span = OutgoingSpan(
        trace_id="ab" * 16,
        span_id="a1" * 8,
        name="half \ud800 character",
        start_unix_ns=-5,
        attributes={"half \ud800": "\udfff"},
        process="p",
    )
    (body,) = as_protobuf.groups(Outgoing(resources={"p": {}}, spans=[span]))
    read = ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans[0]
    assert (read.name, read.start_time_unix_nano) == ("half ? character", 0)
    assert read.attributes[0].value.string_value == "?"
    assert not read.parent_span_id
