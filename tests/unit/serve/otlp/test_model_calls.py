from __future__ import annotations

import json
from typing import Any

import pytest

from backtrail.model.effects import LlmCalled
from backtrail.serve.otlp.model_calls import (
    is_model_call,
    model_call,
    pieces_of,
    without_told,
)
from backtrail.serve.otlp.request.received import SpanEvent
from backtrail.serve.otlp.showing import Page

OPENINFERENCE = {
    "openinference.span.kind": "LLM",
    "llm.model_name": "gpt-4o-mini",
    "llm.provider": "openai",
    "llm.invocation_parameters": '{"temperature": 0.2}',
    "llm.token_count.prompt": 1_000,
    "llm.token_count.completion": 100,
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.content": "how late is it?",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "twelve",
    "llm.tools.0.tool.json_schema": '{"name": "clock"}',
    "input.value": '{"messages": []}',
    "user.id": "u1",
}
SEMCONV = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.system_instructions": '[{"type": "text", "content": "be brief"}]',
    "gen_ai.input.messages": json.dumps(
        [{"role": "user", "parts": [{"type": "text", "content": "hello"}]}]
    ),
    "gen_ai.output.messages": [
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "hi"},
                {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}},
            ],
            "finish_reason": "tool_call",
        }
    ],
}
OPENLLMETRY = {
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "hello",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "hi",
    "gen_ai.completion.0.finish_reason": "stop",
    "gen_ai.usage.prompt_tokens": 3,
    "gen_ai.usage.completion_tokens": 4,
}


def called(attributes: dict[str, Any]) -> LlmCalled:
    return model_call(attributes, Page(), took_ns=2_500_000, error=None)


@pytest.mark.parametrize(
    ("attributes", "is_call"),
    [
        (OPENINFERENCE, True),
        (SEMCONV, True),
        (OPENLLMETRY, True),
        ({"openinference.span.kind": "TOOL", "llm.model_name": "x"}, False),
        ({"gen_ai.operation.name": "execute_tool", "gen_ai.request.model": "x"}, False),
        ({"http.request.method": "GET"}, False),
    ],
)
def test_only_spans_that_ask_a_model_are_calls(attributes: dict[str, Any], is_call: bool) -> None:  # noqa: FBT001 - an example
    assert is_model_call(attributes) is is_call


def test_a_call_by_openinference_is_told_by_opentelemetry_s_names() -> None:
    call = called(OPENINFERENCE)
    assert call.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.provider.name": "openai",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 100,
    }
    assert call.messages == [{"role": "user", "content": "how late is it?"}]
    assert (call.text, call.parameters) == ("twelve", {"temperature": 0.2})
    assert call.tools == [{"name": "clock"}]
    assert call.took_ms == 2.5
    assert call.cost_usd == pytest.approx(0.00021)


def test_a_call_by_the_semantic_conventions_has_its_parts_and_tool_calls() -> None:
    call = called(SEMCONV)
    assert call.messages == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hello"},
    ]
    assert call.text == "hi"
    assert call.tool_calls == [{"id": "c", "name": "f", "arguments": {"a": 1}}]
    assert call.attributes["gen_ai.response.finish_reasons"] == ["tool_call"]
    assert call.cost_usd == pytest.approx(0.00011)


def test_a_call_by_openllmetry_is_told_the_same() -> None:
    call = called(OPENLLMETRY)
    assert call.attributes == {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.response.finish_reasons": ["stop"],
    }
    assert (call.messages, call.text) == ([{"role": "user", "content": "hello"}], "hi")


def test_openinference_names_the_model_that_was_asked_and_the_one_that_answered() -> None:
    given = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-4o-2024-08-06",
        "llm.invocation_parameters": '{"model": "gpt-4o", "stream": true, "temperature": 0.5}',
    }
    call = called(given)
    assert call.attributes["gen_ai.request.model"] == "gpt-4o"
    assert call.attributes["gen_ai.response.model"] == "gpt-4o-2024-08-06"
    assert call.parameters == {"stream": True, "temperature": 0.5}
    assert call.is_streamed
    del given["llm.model_name"]
    assert "gen_ai.response.model" not in called(given).attributes


def test_what_was_embedded_is_told_and_no_vector() -> None:
    given = {
        "openinference.span.kind": "EMBEDDING",
        "embedding.model_name": "m-1",
        "embedding.invocation_parameters": '{"model": "m"}',
        "embedding.embeddings.0.embedding.text": "one",
        "embedding.embeddings.1.embedding.text": "two",
        "embedding.embeddings.0.embedding.vector": [0.5] * 1_536,
        "output.value": '{"data": []}',
    }
    call = called(given)
    assert call.messages == [{"role": "user", "content": text} for text in ("one", "two")]
    assert (call.text, call.attributes["gen_ai.response.model"]) == (None, "m-1")
    assert without_told(given).keys() == {"openinference.span.kind", "embedding.model_name"}


def test_parameters_that_have_attributes_of_their_own_are_told() -> None:
    given = {"gen_ai.request.model": "m", "gen_ai.request.temperature": 0.5}
    assert called(given).parameters == {"temperature": 0.5}


def event(name: str, time_unix_ns: int) -> SpanEvent:
    return SpanEvent(name=name, time_unix_ns=time_unix_ns, attributes={})


def test_the_pieces_of_an_answer_are_counted_where_each_of_them_is_told() -> None:
    piece = "gen_ai.content.completion.chunk"
    told = [event("connected", 5), event(piece, 30), event(piece, 40)]
    pieces = pieces_of(told, start_unix_ns=10, cut=100)
    assert pieces is not None
    assert (pieces.first_ns, pieces.count) == (20, 102)
    only_first = pieces_of([event("First Token Stream Event", 30)], start_unix_ns=10, cut=0)
    assert only_first is not None
    assert (only_first.first_ns, only_first.count) == (20, None)
    assert pieces_of(told[:1], start_unix_ns=10, cut=0) is None
    call = model_call(OPENLLMETRY, Page(), took_ns=1, error=None, pieces=pieces)
    assert (call.is_streamed, call.pieces) == (True, 102)


def test_without_messages_the_input_and_the_output_are_what_was_said() -> None:
    plain = {"openinference.span.kind": "LLM", "input.value": "ask", "output.value": "answer"}
    call = called(plain)
    assert (call.messages, call.text) == ([{"role": "user", "content": "ask"}], "answer")
    whole = plain | {"input.value": '{"messages": [{"role": "user", "content": "ask"}]}'}
    assert called(whole).messages == [{"role": "user", "content": "ask"}]


def test_what_the_call_tells_is_not_told_twice() -> None:
    kept = without_told(OPENINFERENCE)
    assert "user.id" in kept
    assert "llm.model_name" in kept
    assert not [name for name in kept if "message" in name or name == "input.value"]
    assert set(without_told(SEMCONV)) >= {"gen_ai.request.model", "gen_ai.usage.input_tokens"}
    assert "gen_ai.input.messages" not in without_told(SEMCONV)


def test_an_endless_conversation_keeps_its_last_messages_and_says_what_is_missing() -> None:
    said = [{"role": "user", "content": f"{n} " + "word " * 1_000} for n in range(100)]
    call = called({**SEMCONV, "gen_ai.input.messages": json.dumps(said)})
    assert len(json.dumps(call.messages)) < 60_000
    assert call.messages[-1]["content"].startswith("99 ")
    assert call.messages[0] == {"$cut": 101 - (len(call.messages) - 1)}


def test_secrets_in_what_was_said_are_not_kept() -> None:
    said = json.dumps([{"role": "user", "content": "my key is sk-proj-abcdefghijklmnop123456"}])
    call = called({**SEMCONV, "gen_ai.input.messages": said, "gen_ai.output.messages": "[]"})
    assert "abcdefghijklmnop" not in str(call)


def test_answers_of_an_unknown_shape_break_nothing() -> None:
    odd = {**SEMCONV, "gen_ai.output.messages": '["text", 7, {"finish_reason": 3}]'}
    assert called(odd).tool_calls == []
