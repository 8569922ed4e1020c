from __future__ import annotations

import json
from collections import Counter
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from backtrail.serve.otlp.events import Lines
from backtrail.serve.otlp.request.protobuf import read_logs, read_traces
from otlp_sample import NOW, ROOT, TRACE, a_span, exception, logs, pairs, traces, value

RECEIVED = NOW + 10**12
YEAR_2200 = 7_258_118_400 * 10**9


def told(*spans: Span, **resource: Any) -> list[dict[str, Any]]:
    read = read_traces(traces(spans, resource).SerializeToString())
    return lines(Lines(RECEIVED).units(read))


def told_logs(*records: LogRecord) -> list[dict[str, Any]]:
    return lines(Lines(RECEIVED).units(read_logs(logs(records).SerializeToString())))


def lines(units: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for unit in units for line in unit.lines.splitlines()]


def test_a_span_is_its_beginning_and_its_end() -> None:
    span = a_span(1, {"step": 3}, kind=2, trace_state="a=b")
    assert told(span, **{"host.name": "box"}) == [
        {
            "t": NOW + 1,
            "trace": TRACE.hex(),
            "span": "0000000000000001",
            "kind": "span.started",
            "name": "step 1",
            "parent": ROOT.hex(),
            "attributes": {
                "service.name": "shop",
                "host.name": "box",
                "otel.scope.name": "checkout",
                "step": 3,
                "span.kind": "server",
                "w3c.tracestate": "a=b",
            },
        },
        {
            "t": NOW + 1_000_001,
            "trace": TRACE.hex(),
            "span": "0000000000000001",
            "kind": "span.ended",
        },
    ]


def test_the_key_of_a_span_is_its_trace_and_its_own_id() -> None:
    read = read_traces(traces([a_span(1)]).SerializeToString())
    (unit,) = Lines(RECEIVED).units(read)
    assert unit.key == TRACE + (1).to_bytes(8, "big")
    assert unit.lines.endswith(b"}\n")


def test_an_exception_is_an_error_and_other_events_are_logs() -> None:
    other = Span.Event(name="cache miss", time_unix_nano=NOW + 7, attributes=pairs({"k": 1}))
    span = a_span(0, events=[other, exception("none left")])
    span.status.code = 2
    _, log, error, ended = told(span)
    assert (log["kind"], log["message"], log["attributes"]) == (
        "log.emitted",
        "cache miss",
        {"k": 1},
    )
    assert (error["kind"], error["type"], error["t"]) == ("error.raised", "OutOfStock", NOW + 500)
    assert error["is_handled"] is False
    assert (ended["status"], ended["error"]) == ("error", "OutOfStock: none left")


def test_only_what_ends_the_outermost_span_was_not_handled() -> None:
    inner = a_span(1, events=[exception("x")])
    inner.status.code = 2
    survived = a_span(0, events=[exception("y")])
    errors = [each for each in told(inner, survived) if each["kind"] == "error.raised"]
    assert [error["is_handled"] for error in errors] == [True, True]
    entered = a_span(2, kind=2, events=[exception("z")])
    entered.status.code = 2
    (error,) = [each for each in told(entered) if each["kind"] == "error.raised"]
    assert error["is_handled"] is False


def test_an_exception_that_leaves_several_spans_is_one_error_of_the_outermost() -> None:
    spans = [
        a_span(2, parent_span_id=(1).to_bytes(8, "big"), events=[exception("x")]),
        a_span(1, events=[exception("x")]),
        a_span(0, events=[exception("x"), exception("another")]),
    ]
    errors = [each for each in told(*spans) if each["kind"] == "error.raised"]
    assert [(error["span"], error["message"]) for error in errors] == [
        (ROOT.hex(), "x"),
        (ROOT.hex(), "another"),
    ]


def test_a_call_of_a_model_is_told_beside_its_span() -> None:
    attributes = {"gen_ai.request.model": "m", "gen_ai.prompt.0.content": "hello", "own": 1}
    started, call, _ = told(a_span(1, attributes))
    assert call["kind"] == "llm.called"
    assert call["took_ms"] == 1.0
    assert call["messages"] == [{"role": "?", "content": "hello"}]
    assert "gen_ai.prompt.0.content" not in started["attributes"]
    assert started["attributes"]["own"] == 1


def test_pieces_of_an_answer_are_counted_and_no_logs_of_their_own() -> None:
    piece = Span.Event(name="gen_ai.content.completion.chunk", time_unix_nano=NOW + 500_001)
    span = a_span(1, {"gen_ai.request.model": "m"}, events=[piece] * 3, dropped_events_count=2)
    _, call, ended = told(span)
    assert (call["pieces"], call["first_token_ms"], call["is_streamed"]) == (5, 0.5, True)
    assert ended["kind"] == "span.ended"
    assert [each["kind"] for each in told(a_span(1, events=[piece]))][1] == "log.emitted"


def test_times_that_cannot_be_give_way_to_when_they_came_and_are_noted() -> None:
    first = a_span(1, start_time_unix_nano=0, end_time_unix_nano=YEAR_2200)
    started, ended = told(first)
    assert (started["t"], ended["t"]) == (RECEIVED, RECEIVED)
    assert started["attributes"]["otlp.end_unix_ns"] == str(YEAR_2200)
    early, _ = told(a_span(1, start_time_unix_nano=5))
    assert early["t"] == 5
    started, ended = told(a_span(1, end_time_unix_nano=NOW - 100))
    assert ended["t"] == started["t"] == NOW + 1
    assert started["attributes"]["otlp.end_unix_ns"] == str(NOW - 100)


def test_a_span_that_is_its_own_parent_has_none() -> None:
    started, _ = told(a_span(1, parent_span_id=(1).to_bytes(8, "big")))
    assert "parent" not in started


def test_links_and_what_was_dropped_are_told() -> None:
    span = a_span(1, {"a": 1}, dropped_attributes_count=4, dropped_events_count=5)
    span.links.add(trace_id=b"t" * 16, span_id=b"s" * 8, attributes=pairs({"why": "retry"}))
    started, _ = told(span)
    assert started["attributes"]["$cut"] == 4
    assert started["attributes"]["otel.dropped_events_count"] == 5
    assert started["attributes"]["otel.links"] == [
        {
            "trace_id": (b"t" * 16).hex(),
            "span_id": (b"s" * 8).hex(),
            "attributes": {"why": "retry"},
        }
    ]


def test_secrets_do_not_reach_a_line_wherever_a_span_has_them() -> None:
    secret = "hunter2hunter2"
    span = a_span(
        0,
        {"http.request.header.authorization": secret, "input.value": f"it is {secret}"},
        name=f"login password={secret}",
        events=[exception(f"bad {secret}")],
    )
    span.status.code, span.status.message = 2, f"token={secret}"
    span.links.add(trace_id=b"t" * 16, span_id=b"s" * 8, attributes=pairs({"cookie": secret}))
    assert secret not in json.dumps(told(span, **{"db.password": secret}))


def test_a_log_record_is_in_its_trace_with_its_place() -> None:
    record = LogRecord(
        time_unix_nano=NOW,
        severity_number=13,
        body=value("careful"),
        trace_id=TRACE,
        span_id=ROOT,
        event_name="cart.checked",
        attributes=pairs({"code.file.path": "a.py", "code.line.number": 7, "n": 1}),
    )
    (log,) = told_logs(record)
    assert (log["trace"], log["span"], log["t"]) == (TRACE.hex(), ROOT.hex(), NOW)
    assert (log["level"], log["logger"], log["message"]) == ("WARNING", "checkout", "careful")
    assert (log["file"], log["line"]) == ("a.py", 7)
    assert log["attributes"]["event.name"] == "cart.checked"


def test_log_records_without_a_trace_share_one_for_their_resource_and_day() -> None:
    records = [LogRecord(time_unix_nano=NOW + n, body=value({"n": n})) for n in range(2)]
    later = LogRecord(time_unix_nano=NOW + 86_400 * 10**9, body=value("next day"))
    made = told_logs(*records, later)
    counts = Counter(line["trace"] for line in made)
    assert sorted(counts.values()) == [2, 4]
    assert made[0]["kind"] == "trace.started"
    assert made[0]["name"] == "logs of shop, 2025-10-09"
    assert made[1]["message"] == '{"n":0}'


def test_a_log_record_with_an_exception_is_an_error_too() -> None:
    said = pairs({"exception.type": "a.B", "exception.message": "no", "user": "u"})
    log, error = told_logs(LogRecord(time_unix_nano=NOW, trace_id=TRACE, attributes=said))
    assert (log["exception"], log["level"]) == ("B: no", "INFO")
    assert log["attributes"]["user"] == "u"
    assert "exception.message" not in log["attributes"]
    assert (error["kind"], error["mechanism"], error["is_handled"]) == ("error.raised", "log", True)
