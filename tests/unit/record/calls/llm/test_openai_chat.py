from __future__ import annotations

from typing import Any

import pytest

from backtrail.record.calls.llm.openai_chat import CHAT, COMPLETIONS, EMBEDDINGS
from backtrail.record.calls.llm.reading import Answer


def taken(*values: Any) -> Answer:
    answer = Answer()
    for value in values:
        CHAT.take(answer, value)
    return answer


def test_requests_are_known_by_path_and_shape() -> None:
    body = {"model": "m", "messages": [], "prompt": "p", "input": "i"}
    assert CHAT.is_request("/v1/chat/completions", body)
    assert CHAT.is_request("/openai/deployments/mine/chat/completions", {"messages": []})
    assert COMPLETIONS.is_request("/v1/completions", body)
    assert EMBEDDINGS.is_request("/v1/embeddings", body)
    assert not CHAT.is_request("/v1/chat/completions", {"messages": "none"})
    assert not CHAT.is_request("/chat", body)
    assert not COMPLETIONS.is_request("/v1/completions", {"prompt": 1})
    assert not EMBEDDINGS.is_request("/v1/embeddings", {"input": "i"})


def test_a_request_is_read() -> None:
    asked = CHAT.ask(
        "",
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hello"}],
            "tools": [{"type": "function"}],
            "temperature": 0.2,
            "service_tier": "flex",
        },
    )
    assert (asked.operation, asked.provider, asked.model) == ("chat", "openai", "m")
    assert asked.messages == [{"role": "user", "content": "hello"}]
    assert asked.tools == [{"type": "function"}]
    assert asked.parameters == {"temperature": 0.2, "service_tier": "flex"}
    assert asked.attributes == {"openai.request.service_tier": "flex"}
    assert COMPLETIONS.ask("", {"model": "m", "prompt": "once"}).messages[0]["content"] == "once"
    assert EMBEDDINGS.ask("", {"model": "m", "input": ["a"]}).messages[0]["content"] == ["a"]


def test_a_whole_answer_is_read() -> None:
    call = {"id": "c1", "function": {"name": "book", "arguments": '{"room": "4a"}'}}
    answer = taken(
        {
            "id": "r1",
            "model": "m-1",
            "system_fingerprint": "fp",
            "choices": [
                {
                    "index": 0,
                    "message": {"content": "done", "tool_calls": [call]},
                    "finish_reason": "tool_calls",
                }
            ],
            "usage": {
                "prompt_tokens": 9,
                "completion_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 4},
            },
        }
    )
    assert answer.is_known
    assert (answer.text(), answer.response_id, answer.model) == ("done", "r1", "m-1")
    assert answer.tool_calls() == [{"id": "c1", "name": "book", "arguments": {"room": "4a"}}]
    assert answer.finish == {0: "tool_calls"}
    assert answer.usage == {"input_tokens": 9, "output_tokens": 2, "cache_read.input_tokens": 4}
    assert answer.attributes == {"openai.response.system_fingerprint": "fp"}


def test_a_streamed_answer_is_put_together() -> None:
    deltas: list[dict[str, Any]] = [
        {"content": "he"},
        {"content": "llo"},
        {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "book", "arguments": ""}}]},
        {"tool_calls": [{"index": 1, "id": "c2", "function": {"name": "list", "arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"room": 4}'}}]},
        {"function_call": {"name": "older", "arguments": "{}"}},
    ]
    answer = taken(
        *({"choices": [{"index": 0, "delta": delta}]} for delta in deltas),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
    )
    assert answer.text() == "hello"
    assert [(call["id"], call["name"], call["arguments"]) for call in answer.tool_calls()] == [
        ("c1", "book", {"room": 4}),
        ("c2", "list", {}),
        (None, "older", {}),
    ]
    assert answer.finish == {0: "length"}
    assert answer.usage == {"input_tokens": 9, "output_tokens": 2}


def test_embeddings_and_texts_are_known() -> None:
    assert taken({"data": [{"embedding": [0.1, 0.2]}]}).attributes == {
        "gen_ai.embeddings.dimension.count": 2
    }
    assert taken({"choices": [{"text": "upon a time"}]}).text() == "upon a time"
    assert taken({"data": [{"embedding": "AAAA"}]}).is_known


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"choices": [None, 3, {"delta": 5, "finish_reason": 7}, {"message": {"tool_calls": 1}}]},
        {"choices": "none", "usage": [], "data": {}},
        {"choices": [{"delta": {"tool_calls": [None, {"function": 3}], "content": {"a": 1}}}]},
        {"data": [None]},
    ],
)
def test_what_has_another_shape_is_passed_over(value: Any) -> None:
    answer = taken(value)
    assert answer.text() is None
    assert answer.tool_calls() == []
    assert answer.finish == {}


def test_an_error_is_kept() -> None:
    assert taken({"error": {"message": "overloaded"}}).failure == {"message": "overloaded"}
