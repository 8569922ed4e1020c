from __future__ import annotations

from typing import Any

import pytest

from backtrail.record.calls.llm.anthropic_messages import MESSAGES
from backtrail.record.calls.llm.reading import Answer

BODY: dict[str, Any] = {
    "model": "m",
    "max_tokens": 50,
    "system": "be kind",
    "messages": [{"role": "user", "content": "hello"}],
}


def taken(*values: Any) -> Answer:
    answer = Answer()
    for value in values:
        MESSAGES.take(answer, value)
    return answer


def test_requests_are_known_by_path_and_shape() -> None:
    assert MESSAGES.is_request("/v1/messages", BODY)
    hosted = {"anthropic_version": "v", "max_tokens": 5, "messages": []}
    assert MESSAGES.is_request("/v1/publishers/anthropic/models/m:rawPredict", hosted)
    assert not MESSAGES.is_request("/v1/messages", {"model": "m", "messages": []})
    assert not MESSAGES.is_request("/v1/letters", BODY)
    assert MESSAGES.ask("/publishers/anthropic/models/m-1:rawPredict", hosted).model == "m-1"


def test_a_request_is_read_with_the_system_first() -> None:
    asked = MESSAGES.ask("", BODY)
    assert [message["role"] for message in asked.messages] == ["system", "user"]
    assert asked.parameters == {"max_tokens": 50}


def test_a_whole_answer_is_read() -> None:
    answer = taken(
        {
            "type": "message",
            "id": "r1",
            "model": "m-1",
            "content": [
                {"type": "text", "text": "hello"},
                {"type": "tool_use", "id": "c1", "name": "book", "input": {"room": 4}},
            ],
            "stop_reason": "tool_use",
            "usage": {"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 5},
        }
    )
    assert (answer.text(), answer.response_id, answer.model) == ("hello", "r1", "m-1")
    assert answer.tool_calls() == [{"id": "c1", "name": "book", "arguments": {"room": 4}}]
    assert answer.finish == {0: "tool_use"}
    assert answer.usage == {"input_tokens": 9, "output_tokens": 2, "cache_read.input_tokens": 5}


def test_a_streamed_answer_is_put_together() -> None:
    tool = {"type": "tool_use", "id": "c1", "name": "book", "input": {}}
    text = {"type": "text", "text": ""}
    answer = taken(
        {"type": "message_start", "message": {"id": "r1", "usage": {"input_tokens": 9}}},
        {"type": "ping"},
        {"type": "content_block_start", "index": 0, "content_block": text},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hel"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
        {"type": "content_block_start", "index": 1, "content_block": tool},
        *(
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": piece},
            }
            for piece in ('{"room"', ": 4}")
        ),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "max_tokens"},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    )
    assert answer.text() == "hello"
    assert answer.tool_calls() == [{"id": "c1", "name": "book", "arguments": {"room": 4}}]
    assert answer.finish == {0: "max_tokens"}
    assert answer.usage == {"input_tokens": 9, "output_tokens": 2}
    assert answer.is_finished


@pytest.mark.parametrize(
    "value",
    [
        {"type": "message", "content": [None, {"type": "text", "text": 5}]},
        {"type": "message_start", "message": None},
        {"type": "content_block_delta", "delta": {"type": "text_delta"}},
        {"type": "content_block_start", "content_block": 3},
        {"type": "message_delta", "delta": None},
        {},
    ],
)
def test_what_has_another_shape_is_passed_over(value: Any) -> None:
    assert taken(value).text() is None


def test_an_error_is_kept() -> None:
    assert taken({"type": "error", "error": {"type": "overloaded_error"}}).failure == {
        "type": "overloaded_error"
    }
