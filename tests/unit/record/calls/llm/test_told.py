"""Calls of models by the clients of OpenAI and Anthropic, over each kind of HTTP client."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
import requests

from backtrail.model.limits import MODEL_TEXT_CHARS_MAX
from backtrail.record.calls.llm.prices import PRICE_DATE
from backtrail.record.capture.redact import MARKER
from http_servers import Answering, Asked, Reply, events_reply, json_reply, serving, told, watched

SAY = [{"role": "user", "content": "hello"}]
WORD = "correct" + "horsebattery"
CALL = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": '{"room": 4}'}}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


def completion(**changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "hello you"}
    return {
        "id": "r1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100},
    } | changes


def chunks() -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        {"content": "hel"},
        {"content": "lo"},
        {"tool_calls": [{"index": 0} | CALL]},
    ]
    made: list[dict[str, Any]] = [
        {"id": "r1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o",
         "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]  # fmt: skip
    made[-1]["choices"][0]["finish_reason"] = "tool_calls"
    return made


def client(url: str, **settings: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=url + "/v1", api_key=WORD, **{"max_retries": 0} | settings)


def one(home: Path) -> dict[str, Any]:
    assert told(home) == []
    (body,) = told(home, "llm.called")
    return body


def test_a_call_is_one_event_with_all_that_was_said(home: Path) -> None:
    with serving(lambda _: json_reply(completion())) as url:
        client(url).chat.completions.create(
            model="gpt-4o",
            messages=SAY,  # type: ignore[arg-type]
            temperature=0.5,
            stop=["END"],
        )
    body = one(home)
    host, port = url.removeprefix("http://").split(":")
    assert body["attributes"] == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.response.id": "r1",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 100,
        "server.address": host,
        "server.port": int(port),
    }
    assert (body["url"], body["client"], body["status"]) == (
        url + "/v1/chat/completions",
        "httpx2",
        200,
    )
    assert body["messages"] == SAY
    assert body["text"] == "hello you"
    assert (body["cost_usd"], body["price_date"]) == (0.0035, PRICE_DATE)
    assert body["caller"]["function"] == "test_a_call_is_one_event_with_all_that_was_said"
    assert body.get("is_complete", True)
    assert not body.get("is_streamed", False)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_streamed_call_is_put_together(home: Path, *, is_async: bool) -> None:
    def read(url: str) -> list[Any]:
        stream = client(url).chat.completions.create(
            model="gpt-4o",
            messages=SAY,  # type: ignore[arg-type]
            stream=True,
        )
        return list(stream)

    async def read_async(url: str) -> list[Any]:
        async with openai.AsyncOpenAI(base_url=url + "/v1", api_key=WORD) as asking:
            stream = await asking.chat.completions.create(
                model="gpt-4o",
                messages=SAY,  # type: ignore[arg-type]
                stream=True,
            )
            return [piece async for piece in stream]

    with serving(lambda _: events_reply(*chunks())) as url:
        pieces = asyncio.run(read_async(url)) if is_async else read(url)
    assert len(pieces) == 4
    body = one(home)
    assert body["text"] == "hello"
    assert body["tool_calls"] == [{"id": "c1", "name": "book", "arguments": {"room": 4}}]
    assert body["attributes"]["gen_ai.response.finish_reasons"] == ["tool_calls"]
    assert (body["is_streamed"], body["pieces"]) == (True, 4)
    assert body.get("is_complete", True)
    assert 0 < body["first_token_ms"] <= body["took_ms"]
    assert "cost_usd" not in body


def test_a_stream_that_is_left_early_is_told_as_far_as_it_was_read(home: Path) -> None:
    with serving(lambda _: events_reply(*chunks() * 500)) as url:
        stream = client(url).chat.completions.create(
            model="gpt-4o",
            messages=SAY,  # type: ignore[arg-type]
            stream=True,
        )
        while next(stream).choices[0].delta.content != "lo":
            pass
        stream.close()
    body = one(home)
    assert body["text"].startswith("hello")
    assert body["is_complete"] is False


def test_a_broken_stream_is_read_as_far_as_it_goes(home: Path) -> None:
    events = [*chunks()[:2], b"data: {nonsense\n\n", b": nothing\n\n", *chunks()[2:3]]
    with serving(lambda _: events_reply(*events, is_done=False)) as url:
        requests.post(url + "/v1/chat/completions", json={"model": "m", "messages": SAY}, timeout=5)
    body = one(home)
    assert (body["text"], body["client"]) == ("hello", "requests")


def test_an_answer_that_is_an_error_is_kept_as_it_came(home: Path) -> None:
    answer = {"error": {"message": "no such model", "type": "invalid_request_error"}}
    with (
        serving(lambda _: json_reply(answer, 404)) as url,
        pytest.raises(openai.NotFoundError),
    ):
        client(url).chat.completions.create(model="m", messages=SAY)  # type: ignore[arg-type]
    body = one(home)
    assert (body["status"], body["response_body"]) == (404, answer)
    assert "text" not in body
    assert "cost_usd" not in body


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b'{"choices": [', 200, {"Content-Type": "application/json"}),
        Reply(b"<html>busy</html>", 200, {"Content-Type": "text/html"}),
    ],
)
def test_an_answer_of_no_known_shape_is_kept_as_it_came(home: Path, reply: Reply) -> None:
    with serving(lambda _: reply) as url:
        requests.post(url + "/v1/chat/completions", json={"model": "m", "messages": SAY}, timeout=5)
    assert one(home)["response_body"] == bytes(reply.body).decode()  # type: ignore[arg-type]


def test_retries_are_calls_that_say_which_attempt_they_are(home: Path) -> None:
    count = iter(range(9))

    def answer(_: Asked) -> Reply:
        return json_reply(completion()) if next(count) else json_reply({}, 503, retry_after="0")

    with serving(answer) as url:
        client(url, max_retries=1).chat.completions.create(model="gpt-4o", messages=SAY)  # type: ignore[arg-type]
    assert [(body["status"], body.get("attempt", 1)) for body in told(home, "llm.called")] == [
        (503, 1),
        (200, 2),
    ]


def test_what_a_timeout_of_the_client_ended_is_told(home: Path) -> None:
    go_on = threading.Event()

    def late(_: Asked) -> Reply:
        go_on.wait(10)
        return json_reply({})

    with serving(late) as url:
        with pytest.raises(openai.APITimeoutError):
            client(url, timeout=0.05).chat.completions.create(model="m", messages=SAY)  # type: ignore[arg-type]
        go_on.set()
    body = one(home)
    assert body["error"].startswith("ReadTimeout")
    assert body["is_timeout"] is True
    assert body["messages"] == SAY


def test_responses_and_embeddings_are_calls_too(home: Path) -> None:
    response = {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [
            {
                "id": "o1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "hello you", "annotations": []}],
            }
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    vectors = {"object": "list", "model": "m", "data": [{"embedding": [0.5, 0.25], "index": 0}]}

    def answer(asked: Asked) -> Reply:
        return json_reply(response if asked.path.endswith("responses") else vectors)

    with serving(answer) as url:
        assert client(url).responses.create(model="m", input="hello").output_text == "hello you"
        client(url).embeddings.create(model="m", input="hello", encoding_format="float")
    asked, embedded = told(home, "llm.called")
    assert asked["text"] == "hello you"
    assert embedded["attributes"]["gen_ai.operation.name"] == "embeddings"
    assert embedded["messages"] == SAY


@pytest.mark.parametrize(
    ("path", "asked", "reply"),
    [
        (
            "/v1beta/models/m:streamGenerateContent?alt=sse",
            {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
            events_reply({"candidates": [{"content": {"parts": [{"text": "hello you"}]}}]}),
        ),
        (
            "/v1beta/models/m:streamGenerateContent",
            {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
            json_reply([{"candidates": [{"content": {"parts": [{"text": "hello you"}]}}]}]),
        ),
        (
            "/api/chat",
            {"model": "m", "messages": SAY},
            Reply(
                [
                    b'{"model": "m", "message": {"content": "hello "}, "done": false}\n',
                    b'{"message": {"content": "you"}, "done": true, "done_reason": "stop"}\n',
                ],
                200,
                {"Content-Type": "application/x-ndjson"},
            ),
        ),
        (
            "/v1/completions",
            {"model": "m", "prompt": "hello"},
            Reply(
                gzip.compress(b'{"choices": [{"text": "hello you"}]}'),
                200,
                {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            ),
        ),
    ],
)
def test_each_protocol_is_read(home: Path, path: str, asked: Any, reply: Reply) -> None:
    with serving(lambda _: reply) as url:
        requests.post(url + path, json=asked, timeout=5)
    body = one(home)
    assert body["text"] == "hello you"
    assert body["messages"] == SAY


def test_a_stream_that_reports_an_error_is_one(home: Path) -> None:
    events = [*chunks()[:2], {"error": {"type": "server_error", "message": "overloaded"}}]
    with serving(lambda _: events_reply(*events)) as url:
        requests.post(url + "/v1/chat/completions", json={"model": "m", "messages": SAY}, timeout=5)
    body = one(home)
    assert (body["text"], body["error"]) == ("hel", "server_error: overloaded")


def test_secrets_in_messages_and_tools_are_hidden(home: Path) -> None:
    asked = {
        "model": "m",
        "messages": [{"role": "user", "content": f"my password = {WORD}"}],
        "metadata": {"api_key": WORD},
    }
    call = CALL | {"function": {"name": "log_in", "arguments": json.dumps({"password": WORD})}}
    message = {"content": f"it is {WORD}", "tool_calls": [call]}
    with serving(lambda _: json_reply({"choices": [{"message": message}]})) as url:
        requests.post(url + "/v1/chat/completions", json=asked, timeout=5)
    body = one(home)
    assert WORD not in json.dumps(body)
    assert body["text"] == f"it is {MARKER}"
    assert body["tool_calls"][0]["arguments"] == {"password": MARKER}


def test_long_transcripts_are_cut_and_the_last_messages_kept(home: Path) -> None:
    asked = {
        "model": "m",
        "messages": [{"role": "user", "content": f"{n} " + "tea " * 5_000} for n in range(50)],
    }
    text = "cake " * 20_000

    def answer(_: Asked) -> Reply:
        return json_reply({"choices": [{"message": {"content": text}}]})

    answering: Answering = answer
    with serving(answering) as url:
        requests.post(url + "/v1/chat/completions", json=asked, timeout=5)
    body = one(home)
    assert body["messages"][-1]["content"] == "49 " + "tea " * 5_000
    assert len(body["messages"][0]["content"]) < 200
    assert len(body["text"]) < MODEL_TEXT_CHARS_MAX + 100
    assert body["text"].startswith(text[: MODEL_TEXT_CHARS_MAX - 2_000])
