from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import recorded
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.llm import (
    anthropic_messages,
    gemini,
    ollama,
    openai_chat,
    openai_responses,
)
from backtrail.record.calls.llm.recognising import recognised

SAY = [{"role": "user", "content": "hello"}]


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail") as home:
        yield home


def exchange(path: str, body: Any, method: str = "POST") -> Exchange:
    made = Exchange(client="httpx", method=method, url=f"http://any.host:1{path}", calls=[])
    made.sent(body if type(body) is bytes else json.dumps(body))
    return made


@pytest.mark.parametrize(
    ("path", "body", "protocol"),
    [
        ("/v1/chat/completions", {"model": "m", "messages": SAY}, openai_chat.CHAT),
        ("/chat/completions?api-version=1", {"messages": SAY}, openai_chat.CHAT),
        ("/v1/completions", {"model": "m", "prompt": "p"}, openai_chat.COMPLETIONS),
        ("/v1/embeddings", {"model": "m", "input": "i"}, openai_chat.EMBEDDINGS),
        ("/v1/responses", {"model": "m", "input": "i"}, openai_responses.RESPONSES),
        (
            "/v1/messages",
            {"model": "m", "max_tokens": 5, "messages": SAY},
            anthropic_messages.MESSAGES,
        ),
        ("/v1/models/m:generateContent", {"contents": []}, gemini.GENERATION),
        ("/v1/models/m:streamGenerateContent?alt=sse", {"contents": []}, gemini.GENERATION),
        ("/v1/models/m:embedContent", {"content": {}}, gemini.EMBEDDINGS),
        ("/api/chat", {"model": "m", "messages": SAY}, ollama.CHAT),
        ("/api/generate", {"model": "m", "prompt": "p"}, ollama.GENERATION),
        ("/api/embed", {"model": "m", "input": "i"}, ollama.EMBEDDINGS),
    ],
)
def test_a_request_to_a_model_is_known_on_any_host(path: str, body: Any, protocol: object) -> None:
    found = recognised(exchange(path, body))
    assert found is not None
    assert found[0] is protocol
    assert found[2] == body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", ["not", "an", "object"]),
        ("/v1/chat/completions", b'{"messages": ['),
        ("/v1/chat/completions", b""),
        ("/orders", {"model": "m", "messages": SAY}),
        ("/team/messages", {"messages": SAY}),
        ("/survey/responses", {"answers": []}),
        ("/api/chat", {"text": "hello"}),
    ],
)
def test_any_other_request_is_none(path: str, body: Any) -> None:
    assert recognised(exchange(path, body)) is None


def test_a_compressed_request_is_read() -> None:
    made = exchange("/v1/chat/completions", gzip.compress(json.dumps({"messages": SAY}).encode()))
    made.request_headers = [("Content-Encoding", "gzip")]
    assert recognised(made) is not None


def test_what_was_not_seen_or_not_posted_is_none() -> None:
    made = exchange("/v1/chat/completions", {"messages": SAY}, method="GET")
    assert recognised(made) is None
    made = exchange("/v1/chat/completions", {"messages": SAY})
    made.request = None
    assert recognised(made) is None
