from __future__ import annotations

from typing import Any

import pytest

from backtrail.record.calls.llm.gemini import EMBEDDINGS, GENERATION
from backtrail.record.calls.llm.reading import Answer

PATH = "/v1beta/models/m-1:generateContent"


def taken(*values: Any) -> Answer:
    answer = Answer()
    for value in values:
        GENERATION.take(answer, value)
    return answer


def test_requests_are_known_by_path_and_shape() -> None:
    assert GENERATION.is_request(PATH, {"contents": []})
    assert GENERATION.is_request("/v1/models/m:streamGenerateContent", {"contents": []})
    assert EMBEDDINGS.is_request("/v1/models/m:embedContent", {"content": {}})
    assert EMBEDDINGS.is_request("/v1/models/m:batchEmbedContents", {"requests": []})
    assert not GENERATION.is_request(PATH, {"content": []})
    assert not EMBEDDINGS.is_request("/v1/models/m:embedContent", {})


def test_a_request_is_read_with_the_model_of_its_path() -> None:
    asked = GENERATION.ask(
        PATH,
        {
            "systemInstruction": {"parts": [{"text": "be "}, {"text": "kind"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "hello"}]},
                {"parts": {"text": "you"}},
            ],
            "generationConfig": {"maxOutputTokens": 5},
            "tools": [{"functionDeclarations": []}],
        },
    )
    assert (asked.operation, asked.provider, asked.model) == (
        "generate_content",
        "gcp.gemini",
        "m-1",
    )
    assert asked.messages == [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": "hello"},
        {"role": "user", "content": "you"},
    ]
    assert asked.parameters == {"maxOutputTokens": 5}
    assert asked.tools == [{"functionDeclarations": []}]
    assert EMBEDDINGS.ask("/v1/models/m:embedContent", {"content": {"a": 1}}).model == "m"


def test_an_answer_is_put_together_from_its_pieces() -> None:
    answer = taken(
        {
            "candidates": [
                {"content": {"parts": [{"text": "hmm", "thought": True}, {"text": "hel"}]}}
            ]
        },
        {
            "candidates": [
                {
                    "content": {
                        "parts": [
                            {"text": "lo"},
                            {"functionCall": {"name": "book", "args": {"room": 4}}},
                        ]
                    },
                    "finishReason": "MAX_TOKENS",
                }
            ],
            "usageMetadata": {
                "promptTokenCount": 9,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 3,
            },
            "modelVersion": "m-1.1",
            "responseId": "r1",
        },
    )
    assert (answer.text(), answer.response_id, answer.model) == ("hello", "r1", "m-1.1")
    assert answer.tool_calls() == [{"id": None, "name": "book", "arguments": {"room": 4}}]
    assert answer.finish == {0: "MAX_TOKENS"}
    assert answer.usage == {
        "input_tokens": 9,
        "output_tokens": 2,
        "reasoning.output_tokens": 3,
    }


def test_a_blocked_prompt_and_an_error_are_told() -> None:
    blocked = taken({"promptFeedback": {"blockReason": "SAFETY"}})
    assert (blocked.is_known, blocked.finish) == (True, {0: "SAFETY"})
    assert taken({"error": {"code": 400}}).failure == {"code": 400}
    assert taken({"embedding": {"values": []}}).is_known


@pytest.mark.parametrize(
    "value",
    [
        {"candidates": [None, {"content": None}, {"content": {"parts": [None, {"text": 3}]}}]},
        {"candidates": {}, "usageMetadata": 3},
        {"promptFeedback": {"blockReason": None}},
    ],
)
def test_what_has_another_shape_is_passed_over(value: Any) -> None:
    assert taken(value).text() is None
