from __future__ import annotations

import json
from collections import Counter

from google.protobuf.empty_pb2 import Empty
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from backtrail.serve.otlp.answers import JSON, PROTOBUF, accepted, refused

SOME = Counter({"no id": 300, "no trace": 1})


def test_what_was_taken_in_full_is_answered_with_nothing() -> None:
    assert accepted(PROTOBUF, Counter(), noun="Spans").body == b""
    assert accepted(JSON, Counter(), noun="Spans").body == b"{}"


def test_what_was_not_taken_is_counted_as_the_protocol_says() -> None:
    answer = ExportTraceServiceResponse.FromString(accepted(PROTOBUF, SOME, noun="Spans").body)
    assert answer.partial_success.rejected_spans == 301
    assert answer.partial_success.error_message == "300 with no id; 1 with no trace"
    of_logs = accepted(PROTOBUF, SOME, noun="LogRecords").body
    assert ExportLogsServiceResponse.FromString(of_logs).partial_success.rejected_log_records == 301
    assert json.loads(accepted(JSON, SOME, noun="LogRecords").body) == {
        "partialSuccess": {
            "rejectedLogRecords": "301",
            "errorMessage": "300 with no id; 1 with no trace",
        }
    }


def test_a_refusal_is_a_status_in_the_encoding_that_was_sent() -> None:
    answer = refused(PROTOBUF, 429, "too much " * 40)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.body.startswith(b"\x08\x08\x12")
    assert Empty.FromString(answer.body).ByteSize() == len(answer.body)
    told = refused(JSON, 400, "no")
    assert json.loads(told.body) == {"code": 3, "message": "no"}
    assert "Retry-After" not in told.headers
