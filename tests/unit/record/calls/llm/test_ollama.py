from __future__ import annotations

from typing import Any

import pytest

from backtrail.record.calls.llm.ollama import CHAT, EMBEDDINGS, GENERATION
from backtrail.record.calls.llm.reading import Answer


def taken(*values: Any) -> Answer:
    answer = Answer()
    for value in values:
        CHAT.take(answer, value)
    return answer


def test_requests_are_known_by_path_and_shape() -> None:
    assert CHAT.is_request("/api/chat", {"model": "m", "messages": []})
    assert GENERATION.is_request("/api/generate", {"model": "m", "prompt": "p"})
    assert EMBEDDINGS.is_request("/api/embed", {"model": "m", "input": "i"})
    assert EMBEDDINGS.is_request("/api/embeddings", {"model": "m", "prompt": "i"})
    assert not CHAT.is_request("/api/chat", {"messages": []})
    assert not GENERATION.is_request("/api/generate", {"model": "m"})
    assert not EMBEDDINGS.is_request("/api/embed", {"model": 3, "input": "i"})


def test_a_request_is_read() -> None:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "options": {"num_predict": 5},
        "format": "json",
    }
    asked = CHAT.ask("", body)
    assert (asked.operation, asked.provider, asked.model) == ("chat", "ollama", "m")
    assert asked.parameters == {"format": "json", "num_predict": 5}
    generating = GENERATION.ask("", {"model": "m", "system": "be kind", "prompt": "hello"})
    assert [message["content"] for message in generating.messages] == ["be kind", "hello"]
    assert EMBEDDINGS.ask("", {"model": "m", "input": ["a"]}).messages[0]["content"] == ["a"]


def test_an_answer_is_put_together_from_its_lines() -> None:
    call = {"function": {"name": "book", "arguments": {"room": 4}}}
    answer = taken(
        {"model": "m", "message": {"content": "hel"}, "done": False},
        {"model": "m", "message": {"content": "lo", "tool_calls": [call]}, "done": False},
        {"done": True, "done_reason": "length", "prompt_eval_count": 9, "eval_count": 2},
    )
    assert answer.text() == "hello"
    assert answer.tool_calls() == [{"id": None, "name": "book", "arguments": {"room": 4}}]
    assert answer.finish == {0: "length"}
    assert answer.usage == {"input_tokens": 9, "output_tokens": 2}
    assert (answer.is_finished, answer.model) == (True, "m")
    assert taken({"response": "once", "done": False}).text() == "once"


@pytest.mark.parametrize(
    "value", [{"message": 3}, {"message": {"tool_calls": [None, {"function": 1}]}}, {"response": 3}]
)
def test_what_has_another_shape_is_passed_over(value: Any) -> None:
    assert taken(value).text() is None


def test_an_error_is_kept() -> None:
    assert taken({"error": "no such model"}).failure == "no such model"
