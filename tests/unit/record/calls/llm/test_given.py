from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
import recorded
from backtrail.record.calls.llm.given import tell_given
from backtrail.record.calls.llm.prices import PRICE_DATE
from http_servers import told_one

WORD = "correct" + "horsebattery"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail") as home:
        yield home


def test_everything_that_is_given_is_told(home: Path) -> None:
    backtrail.record_llm_call(
        model="gpt-4o",
        provider="openai",
        messages=[{"role": "user", "content": "hello"}],
        text="hello you",
        tools=({"name": "book"},),
        tool_calls=[{"id": "c1", "name": "book", "arguments": {"room": 4}}],
        parameters={"temperature": 0.5, "stop": "END"},
        finish_reason="stop",
        input_tokens=1_000,
        output_tokens=100,
        took_ms=12,
        first_token_ms=3.5,
        attributes={"gen_ai.response.id": "r1"},
    )
    body = told_one(home, "llm.called")
    assert body["attributes"] == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.response.id": "r1",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 100,
    }
    assert body["messages"] == [{"role": "user", "content": "hello"}]
    assert body["tools"] == [{"name": "book"}]
    assert body["tool_calls"] == [{"id": "c1", "name": "book", "arguments": {"room": 4}}]
    assert (body["cost_usd"], body["price_date"]) == (0.0035, PRICE_DATE)
    assert (body["took_ms"], body["first_token_ms"]) == (12.0, 3.5)


class Message:
    """A message of a library's own class."""

    def __init__(self, content: object) -> None:
        self.role = "user"
        self.content = content

    def __repr__(self) -> str:
        raise AssertionError("nobody may call this")


def test_objects_of_the_program_are_shown_without_running_their_code(home: Path) -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    backtrail.record_llm_call(
        model="m",
        messages=[Message("hello"), cycle, {1: float("nan"), (2, 3): b"\0"}],
        response=Message("hello you"),
        error=TimeoutError("too slow"),
        cost_usd=1,
    )
    body = told_one(home, "llm.called")
    assert "hello you" in json.dumps(body["response_body"])
    assert body["messages"][0]["content"] == "hello"
    assert (body["error"], body["is_timeout"]) == ("TimeoutError: too slow", True)
    assert body["cost_usd"] == 1.0
    assert "price_date" not in body


def test_secrets_are_hidden(home: Path) -> None:
    backtrail.record_llm_call(
        model="m",
        messages=[{"role": "user", "content": f"password = {WORD}"}],
        parameters={"api_key": WORD},
        text=f"it is {WORD}",
        error=f"token={WORD} was refused",
    )
    assert WORD not in json.dumps(told_one(home, "llm.called"))


def test_the_caller_is_that_of_the_frame(home: Path) -> None:
    given = {"model": "m", "operation": "chat", "messages": [], "tools": [], "tool_calls": []}
    tell_given(given, sys._getframe())  # noqa: SLF001 - what is tested takes a frame
    body = told_one(home, "llm.called")
    assert body["caller"]["function"] == "test_the_caller_is_that_of_the_frame"
