from __future__ import annotations

from typing import Any

import pytest

from backtrail.record.calls.llm.openai_responses import RESPONSES
from backtrail.record.calls.llm.reading import Answer

MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "hello"}]}
CALL = {"type": "function_call", "call_id": "c1", "name": "book", "arguments": '{"room": 4}'}


def taken(*values: Any) -> Answer:
    answer = Answer()
    for value in values:
        RESPONSES.take(answer, value)
    return answer


def test_requests_are_known_and_read() -> None:
    body: dict[str, Any] = {
        "model": "m",
        "instructions": "be kind",
        "input": "hello",
        "tools": [{"type": "function"}],
        "conversation": {"id": "v1"},
    }
    assert RESPONSES.is_request("/v1/responses", body)
    assert not RESPONSES.is_request("/v1/responses", {"model": "m"})
    asked = RESPONSES.ask("", body)
    assert [message["role"] for message in asked.messages] == ["system", "user"]
    assert asked.attributes == {"gen_ai.conversation.id": "v1"}
    assert RESPONSES.ask("", {"model": "m", "input": [{"role": "user"}]}).messages == [
        {"role": "user"}
    ]


def test_a_whole_answer_is_read() -> None:
    answer = taken(
        {
            "object": "response",
            "id": "r1",
            "model": "m-1",
            "status": "completed",
            "output": [{"type": "reasoning"}, MESSAGE, CALL],
            "usage": {"input_tokens": 9, "output_tokens": 2},
        }
    )
    assert (answer.text(), answer.response_id, answer.model) == ("hello", "r1", "m-1")
    assert answer.tool_calls() == [{"id": "c1", "name": "book", "arguments": {"room": 4}}]
    assert answer.finish == {0: "stop"}
    assert answer.usage == {"input_tokens": 9, "output_tokens": 2}


@pytest.mark.parametrize("is_ended", [True, False])
def test_a_streamed_answer_is_put_together_also_without_its_end(*, is_ended: bool) -> None:
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "hel"},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "lo"},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": CALL | {"arguments": ""},
        },
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": '{"room"'},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": ": 4}"},
    ]
    end = {
        "type": "response.incomplete",
        "response": {
            "id": "r1",
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
            "output": [MESSAGE, CALL],
        },
    }
    answer = taken(*events, *([end] if is_ended else []))
    assert answer.text() == "hello"
    assert answer.tool_calls() == [{"id": "c1", "name": "book", "arguments": {"room": 4}}]
    assert answer.is_finished is is_ended
    assert answer.finish == ({0: "max_output_tokens"} if is_ended else {})


@pytest.mark.parametrize(
    "value",
    [
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_item.added", "item": None},
        {"type": "response.created", "response": []},
        {"object": "response", "output": [None, {"type": "message", "content": 5}]},
        {"type": 5},
    ],
)
def test_what_has_another_shape_is_passed_over(value: Any) -> None:
    assert taken(value).text() is None


def test_an_error_is_kept() -> None:
    assert taken({"type": "error", "message": "no"}).failure == {"type": "error", "message": "no"}
    assert taken({"error": {"message": "no"}}).failure == {"message": "no"}
    failed = {"type": "response.failed", "response": {"status": "failed", "error": {"code": "x"}}}
    assert (taken(failed).failure, taken(failed).finish) == ({"code": "x"}, {0: "failed"})
