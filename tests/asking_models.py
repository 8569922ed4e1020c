"""An agent that asks a model, and the model: a server that answers as OpenAI's does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from http_servers import Asked, Reply, events_reply, json_reply

PROGRAM = Path(__file__).parent / "story" / "telemetry" / "asking.py"
CALL = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": '{"room": 4}'}}


def model(asked: Asked) -> Reply:
    """Answer as the interface of OpenAI does."""
    body = asked.json()
    if asked.path == "/v1/embeddings":
        vectors = [
            {"object": "embedding", "index": n, "embedding": [0.25, 0.5]}
            for n in range(len(body["input"]))
        ]
        usage = {"prompt_tokens": 5, "total_tokens": 5}
        return json_reply(
            {"object": "list", "model": body["model"], "data": vectors, "usage": usage}
        )
    if body["model"] == "too-often":
        return json_reply({"error": {"message": "slow down", "code": "rate_limit"}}, 429)
    if body["model"] == "broken":
        return json_reply({"error": {"message": "out of order"}}, 500)
    if body.get("stream"):
        return events_reply(*pieces())
    message = {"role": "assistant", "content": "room 5, then", "tool_calls": [CALL]}
    return json_reply(
        {
            "id": "r1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-4o-2024-08-06",
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100},
        }
    )


def pieces() -> Iterator[dict[str, Any]]:
    """Yield the pieces of a streamed answer."""
    deltas: list[tuple[dict[str, Any], str | None]] = [
        ({"role": "assistant", "content": ""}, None),
        ({"content": "room "}, None),
        ({"content": "6"}, None),
        ({"tool_calls": [{"index": 0} | CALL]}, "tool_calls"),
    ]
    base = {"id": "r2", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    for delta, finish in deltas:
        yield base | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
    yield base | {"choices": [], "usage": usage}
