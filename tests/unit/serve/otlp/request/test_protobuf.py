from __future__ import annotations

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from backtrail.model.limits.reading import INGEST_ATTRIBUTES_MAX, INGEST_EVENTS_MAX
from backtrail.serve.otlp.request import protobuf
from backtrail.serve.otlp.request.protobuf import read_logs, read_traces
from backtrail.serve.otlp.request.received import NO_SPAN_ID, NO_TRACE_ID, NOT_READABLE
from backtrail.serve.otlp.request.wire import MalformedError
from otlp_sample import NOW, ROOT, TRACE, a_span, exception, logs, pairs, traces, value


def test_a_span_comes_with_all_that_it_says() -> None:
    attributes = {"s": "x", "b": True, "i": -5, "d": 1.5, "l": [1, "two"], "m": {"k": [b"\1"]}}
    span = a_span(
        1,
        attributes,
        kind=3,
        trace_state="a=b",
        events=[exception("gone")],
        dropped_events_count=2,
    )
    span.links.add(trace_id=b"t" * 16, span_id=b"s" * 8, attributes=pairs({"why": "retry"}))
    span.status.code, span.status.message = 2, "no"
    (read,) = read_traces(traces([span], {"host.name": "box"}).SerializeToString()).spans
    assert (read.trace_id, read.span_id, read.parent) == (TRACE.hex(), "00" * 7 + "01", ROOT.hex())
    assert (read.start_unix_ns, read.end_unix_ns) == (NOW + 1, NOW + 1_000_001)
    assert read.attributes == attributes
    assert read.source.resource == {"service.name": "shop", "host.name": "box"}
    assert (read.source.scope, read.kind, read.trace_state) == ("checkout", 3, "a=b")
    assert (read.status, read.status_message, read.events_cut) == (2, "no", 2)
    assert read.events[0].attributes["exception.message"] == "gone"
    assert read.links[0].trace_id == (b"t" * 16).hex()
    assert read.links[0].attributes == {"why": "retry"}


def test_spans_without_proper_ids_are_counted_and_the_others_kept() -> None:
    spans = [
        a_span(1),
        a_span(2, trace_id=b"short"),
        a_span(3, trace_id=bytes(16)),
        a_span(4, span_id=b"far too long for it"),
        a_span(5, span_id=bytes(8)),
        a_span(6, parent_span_id=b"odd"),
    ]
    read = read_traces(traces(spans).SerializeToString())
    assert [span.name for span in read.spans] == ["step 1", "step 6"]
    assert read.spans[1].parent is None
    assert read.rejected == {NO_TRACE_ID: 2, NO_SPAN_ID: 2}


def test_texts_that_are_not_utf_8_are_mended_not_refused() -> None:
    body = traces([a_span(1, {"k": "VALUE"})], {"r": "VALUE"}).SerializeToString()
    read = read_traces(body.replace(b"VALUE", b"V\xff\xfeUE"))
    assert read.spans[0].attributes == {"k": "V��UE"}
    assert read.spans[0].source.resource["r"] == "V��UE"


def test_a_span_that_is_garbage_costs_only_itself() -> None:
    request = traces([a_span(1, name="NAME"), a_span(2)]).SerializeToString()
    broken = request.replace(b"\x2a\x04NAME", b"\x2b\x04NAME")
    read = read_traces(broken)
    assert [span.name for span in read.spans] == ["step 2"]
    assert read.rejected == {NOT_READABLE: 1}


def test_a_million_attributes_and_long_lists_are_cut_and_counted() -> None:
    span = a_span(1, events=[exception("x")] * (INGEST_EVENTS_MAX + 3))
    span.attributes.extend(pairs({f"a{n}": n for n in range(1_000_000)}))
    (read,) = read_traces(traces([span]).SerializeToString()).spans
    assert len(read.attributes) == INGEST_ATTRIBUTES_MAX
    assert read.attributes_cut == 1_000_000 - INGEST_ATTRIBUTES_MAX
    assert (len(read.events), read.events_cut) == (INGEST_EVENTS_MAX, 3)

    (read,) = read_traces(traces([a_span(1, {"l": list(range(300))})]).SerializeToString()).spans
    assert read.attributes["l"][-1] == {"$cut": 300 - INGEST_ATTRIBUTES_MAX}


def test_a_text_of_ten_megabytes_is_cut_before_it_is_decoded() -> None:
    said = {"long": "word " * 2_000_000, "next": 1}
    (read,) = read_traces(traces([a_span(1, said)], said).SerializeToString()).spans
    for found in (read.attributes, read.source.resource):
        assert len(found["long"]) < 9_000
        assert found["long"].endswith(" bytes]")
        assert found["next"] == 1


def test_large_spans_of_more_fields_than_one_may_look_at_are_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(protobuf, "INGEST_FIELDS_MAX", 50_000)
    spans = [a_span(number) for number in range(3)]
    for span in spans:
        span.attributes.extend(pairs({f"a{n}": "x" for n in range(20_000)}))
    read = read_traces(traces([*spans, a_span(3)]).SerializeToString())
    assert [span.name for span in read.spans] == ["step 0", "step 1", "step 3"]
    assert read.rejected == {NOT_READABLE: 1}


def test_numbers_that_json_does_not_know_become_texts() -> None:
    (read,) = read_traces(traces([a_span(1, {"x": float("nan")})]).SerializeToString()).spans
    assert read.attributes == {"x": "nan"}


def test_a_log_record_comes_with_its_place_and_its_body() -> None:
    record = LogRecord(
        observed_time_unix_nano=NOW, severity_number=17, body=value({"a": 1}), trace_id=TRACE
    )
    (read,) = read_logs(logs([record]).SerializeToString()).logs
    assert (read.time_unix_ns, read.severity, read.body) == (NOW, 17, {"a": 1})
    assert (read.trace_id, read.span_id) == (TRACE.hex(), None)


def test_what_is_no_request_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_logs(b"hello")
