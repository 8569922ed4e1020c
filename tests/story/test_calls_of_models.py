"""Clients of models, as programs use them, with and without being recorded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from http_servers import Asked, Reply, serving, told, watched

SAY = [{"role": "user", "content": "hello"}]
WORD = "correct" + "horsebattery"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


def one(home: Path) -> dict[str, Any]:
    assert told(home) == []
    (body,) = told(home, "llm.called")
    return body


def anthropic_events(_: Asked) -> Reply:
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": {
                "id": "r1",
                "type": "message",
                "role": "assistant",
                "model": "claude-sonnet-4-5-20250929",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {"input_tokens": 100, "output_tokens": 1, "cache_read_input_tokens": 900},
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "hello you"},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "max_tokens", "stop_sequence": None},
            "usage": {"output_tokens": 10},
        },
        {"type": "message_stop"},
    ]
    lines = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events]
    return Reply(lines, 200, {"Content-Type": "text/event-stream"})


@pytest.mark.parametrize("is_async", [False, True])
def test_a_stream_of_anthropic_is_put_together(home: Path, *, is_async: bool) -> None:
    asking: dict[str, Any] = {
        "model": "m",
        "max_tokens": 10,
        "system": "be kind",
        "messages": SAY,
    }

    async def read_async(url: str) -> str:
        async with (
            anthropic.AsyncAnthropic(base_url=url, api_key=WORD) as asker,
            asker.messages.stream(**asking) as stream,
        ):
            return await stream.get_final_text()

    with serving(anthropic_events) as url:
        if is_async:
            assert asyncio.run(read_async(url)) == "hello you"
        else:
            with anthropic.Anthropic(base_url=url, api_key=WORD).messages.stream(**asking) as it:
                assert it.get_final_text() == "hello you"
    body = one(home)
    assert body["messages"] == [{"role": "system", "content": "be kind"}, *SAY]
    assert body["text"] == "hello you"
    attributes = body["attributes"]
    assert attributes["gen_ai.provider.name"] == "anthropic"
    assert attributes["gen_ai.response.finish_reasons"] == ["max_tokens"]
    assert attributes["gen_ai.usage.input_tokens"] == 1_000
    assert attributes["gen_ai.usage.cache_read.input_tokens"] == 900
    assert body["cost_usd"] == pytest.approx((100 * 3 + 900 * 0.3 + 10 * 15) / 1e6)
