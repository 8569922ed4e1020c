from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import builders
from backtrail.model.event import Event
from backtrail.model.limits.reading import SAID_MESSAGES_MAX, SAID_SPANS_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.views.said import Said, completed
from backtrail.trail.views.transcripts import llm_calls
from built_events import Recorded

CALL = "c1" * 8
ROOT = "a0" * 8


def record(
    process: Recorded, at_ms: float, name: str, body: Any, *, span: str | None = CALL
) -> Event:
    return process.event(
        "log.emitted",
        at_ms,
        span=span,
        message=body if isinstance(body, str) else json.dumps(body),
        attributes={"event.name": name},
    )


def called(process: Recorded, at_ms: float, *, span: str = CALL, **more: Any) -> Event:
    return process.event("llm.called", at_ms, span=span, **{"took_ms": 10.0} | more)


def choice(text: str) -> dict[str, Any]:
    return {"index": 0, "message": {"content": text}, "tool_calls": [{"id": "c"}]}


def test_a_call_is_completed_by_the_records_of_its_span_in_whatever_order_they_come() -> None:
    process = Recorded()
    asked = called(process, 20)
    said = Said()
    said.take(record(process, 11, "gen_ai.system.message", {"content": "be kind"}))
    said.take(record(process, 12, "gen_ai.user.message", {"content": "hello"}))
    said.take(record(process, 19, "gen_ai.choice", choice("hello you")))
    body = said.completed(asked).body
    assert body["messages"] == [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": "hello"},
    ]
    assert (body["text"], body["tool_calls"]) == ("hello you", [{"id": "c"}])
    assert asked.body == {"took_ms": 10.0}


def test_a_call_that_tells_itself_is_left_as_it_is() -> None:
    process = Recorded()
    said = Said()
    said.take(record(process, 11, "gen_ai.user.message", {"content": "another"}))
    asked = called(process, 20, messages=[{"role": "user", "content": "hello"}])
    assert said.completed(asked) is asked


def test_records_of_other_sorts_and_broken_ones_are_passed_over() -> None:
    process = Recorded()
    said = Said()
    said.take(record(process, 11, "gen_ai.user.message", "no JSON {"))
    said.take(record(process, 11, "gen_ai.user.message", ["no object"]))
    said.take(record(process, 11, "connected", {"content": "x"}))
    said.take(record(process, 11, "gen_ai.user.message", {"content": "x"}, span=None))
    said.take(process.event("log.emitted", 11, span=CALL, message="{}"))
    asked = called(process, 20)
    assert said.completed(asked) is asked


def test_the_answer_of_a_streamed_call_is_taken_from_the_span_that_read_it() -> None:
    process = Recorded()
    said = Said()
    said.take(record(process, 19, "gen_ai.choice", choice("hello you"), span=ROOT))
    assert said.completed(called(process, 20, is_streamed=True)).body["text"] == "hello you"
    assert "text" not in said.completed(called(process, 20)).body
    before = called(process, 18, is_streamed=True)
    assert said.completed(before) is before


def test_between_two_answers_to_streamed_calls_nothing_is_guessed() -> None:
    process = Recorded()
    said = Said()
    for text in ("one", "two"):
        said.take(record(process, 19, "gen_ai.choice", choice(text), span=ROOT))
    assert "text" not in said.completed(called(process, 20, is_streamed=True)).body


def test_what_waits_is_bounded() -> None:
    process = Recorded()
    said = Said()
    for number in range(SAID_SPANS_MAX + 1):
        span = f"{number:016x}"
        said.take(record(process, 1, "gen_ai.user.message", {"content": "x"}, span=span))
    assert "messages" not in said.completed(called(process, 20, span=f"{0:016x}")).body
    last = f"{SAID_SPANS_MAX:016x}"
    for number in range(SAID_MESSAGES_MAX):
        said.take(record(process, 1, "gen_ai.user.message", {"content": number}, span=last))
    messages = said.completed(called(process, 20, span=last)).body["messages"]
    assert (len(messages), messages[0]["content"]) == (SAID_MESSAGES_MAX, 0)


def test_the_list_of_calls_is_completed_too() -> None:
    process = Recorded()
    asked = called(process, 20)
    told = llm_calls([asked, record(process, 19, "gen_ai.choice", choice("hello you"))])
    assert told.calls[0].text == "hello you"


def test_one_call_is_completed_from_the_store(tmp_path: Path) -> None:
    trace, process = builders.trace_id(1), builders.process_id(1)
    attributes = {"event.name": "gen_ai.user.message"}
    lines = [
        builders.line("llm.called", trace, t=20, span=CALL, took_ms=1.0),
        builders.line(
            "log.emitted",
            trace,
            t=11,
            span=CALL,
            level="INFO",
            logger="x",
            message='{"content": "hello"}',
            attributes=attributes,
        ),
    ]
    builders.write_segment(tmp_path / ".backtrail", process, lines)
    with Catalog.open(tmp_path / ".backtrail") as catalog:
        refresh(catalog)
        (event,) = reading.events(catalog, trace, kinds={"llm.called"})
        told = completed(catalog, event)
        (log,) = reading.events(catalog, trace, kinds={"log.emitted"})
        assert told.body["messages"] == [{"role": "user", "content": "hello"}]
        assert completed(catalog, log) is log
