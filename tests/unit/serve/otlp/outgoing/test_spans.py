from __future__ import annotations

from typing import Any

import builders
from backtrail.serve.otlp.outgoing.spans import Outgoing, outgoing
from built_events import TRACE, Recorded

A, B = "a1" * 8, "b2" * 8
START = builders.START_UNIX_NS
MS = 1_000_000


def shown(*events: Any, trace: str = TRACE) -> Outgoing:
    return outgoing(trace, "python a.py", sorted(events, key=lambda each: each.time_unix_ns))


def pair(process: Recorded, span: str, start: float, end: float, **body: Any) -> list[Any]:
    ended = {name: body.pop(name) for name in ("status", "error") if name in body}
    return [
        process.event("span.started", start, span=span, **{"name": span, **body}),
        process.event("span.ended", end, span=span, **ended),
    ]


def test_spans_have_their_times_parents_attributes_and_status() -> None:
    process = Recorded()
    told = shown(
        *pair(process, A, 1, 9, attributes={"span.kind": "server", "x": 1}),
        *pair(process, B, 2, 5, parent=A, status="error", error="KeyError: 'b'"),
    )
    first, second = told.spans
    assert (first.span_id, first.parent, first.kind, first.status) == (A, None, 2, 1)
    assert (first.start_unix_ns, first.end_unix_ns) == (START + MS, START + 9 * MS)
    assert first.attributes == {"x": 1}
    assert (second.parent, second.status, second.message) == (A, 2, "KeyError: 'b'")


def test_what_happened_in_a_span_is_its_event_and_all_else_the_first_one_s() -> None:
    process = Recorded()
    told = shown(
        *pair(process, A, 1, 9),
        *pair(process, B, 2, 5, parent=A),
        process.event("debug.recorded", 3, span=B, context="shop", data={"n": 1}),
        process.event("log.emitted", 4, message="hi", level="INFO", attributes={"k": "v"}),
        process.event("error.raised", 4.5, span=B, type="KeyError", message="'b'", chain=[]),
    )
    first, second = told.spans
    assert [(each.name, each.attributes) for each in first.events] == [
        ("hi", {"k": "v", "severity_text": "INFO"})
    ]
    assert [each.name for each in second.events] == ["debug.recorded", "exception"]
    assert second.events[0].attributes == {
        "backtrail.context": "shop",
        "backtrail.data": '{"n":1}',
    }
    assert second.events[1].attributes["exception.type"] == "KeyError"


def test_a_trace_without_spans_gets_one() -> None:
    process = Recorded()
    told = shown(
        process.event("process.started", 1, argv=["python", "a.py"], pid=7),
        process.event("error.raised", 2, type="E", message="m", is_handled=False),
    )
    (span,) = told.spans
    assert (span.name, span.status, span.message) == ("python a.py", 2, "E: m")
    assert (span.start_unix_ns, span.end_unix_ns) == (START + MS, START + 2 * MS)
    assert told.resources[process.process]["service.name"] == "a.py"
    assert shown(process.event("error.raised", 2, type="E", is_handled=True)).spans[0].status == 0


def test_a_call_of_a_model_is_a_span_unless_its_own_span_is_nothing_else() -> None:
    process = Recorded()
    call = {"attributes": {"gen_ai.request.model": "m"}, "text": "hi"}
    within = process.event("llm.called", 5, span=A, took_ms=2.0, error="E: x", **call)
    whole = process.event("llm.called", 5, span=B, took_ms=3.0, **call)
    told = shown(*pair(process, A, 1, 9), *pair(process, B, 2, 5, parent=A), within, whole)
    first, second, third = told.spans
    assert "gen_ai.output.messages" not in first.attributes
    assert second.attributes["gen_ai.request.model"] == "m"
    assert (third.name, third.parent, third.status) == ("chat m", A, 2)
    assert third.end_unix_ns - third.start_unix_ns == 2 * MS
    assert shown(within).spans[0].parent is None


def test_a_span_that_never_ended_ends_with_the_trace_and_says_so() -> None:
    process = Recorded()
    told = shown(
        process.event("span.started", 1, span=A, name="a"),
        process.event("debug.recorded", 7),
    )
    assert told.spans[0].end_unix_ns == START + 7 * MS
    assert told.spans[0].attributes == {"backtrail.span.is_unfinished": True}


def test_a_span_whose_beginning_is_missing_is_there_too() -> None:
    process = Recorded()
    (span,) = shown(process.event("span.ended", 5, span=A)).spans
    assert span.start_unix_ns == span.end_unix_ns == START + 5 * MS


def test_ids_that_the_protocol_cannot_hold_give_way_to_their_digests() -> None:
    process = Recorded()
    told = shown(*pair(process, "not hex", 1, 2), *pair(process, B, 1, 2, parent="not hex"),
                 trace="own id")  # fmt: skip
    first, second = sorted(told.spans, key=lambda span: span.parent or "")
    assert (len(first.trace_id), len(first.span_id)) == (32, 16)
    assert second.parent == first.span_id
    assert first.attributes["backtrail.trace_id"] == "own id"


def test_each_process_is_a_resource() -> None:
    one, two = Recorded(1), Recorded(2)
    told = shown(*pair(one, A, 1, 9), *pair(two, B, 2, 5, parent=A))
    assert set(told.resources) == {one.process, two.process}
    assert {span.process for span in told.spans} == set(told.resources)
