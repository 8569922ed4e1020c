from __future__ import annotations

import json
from typing import Any

from backtrail.model.kinds import ErrorRaised
from backtrail.serve.otlp.failures import Occurrence, error_of
from backtrail.serve.otlp.model_calls import model_call
from backtrail.serve.otlp.outgoing.calls import (
    call_attributes,
    call_name,
    exception_attributes,
    traceback_text,
)
from backtrail.serve.otlp.showing import Page

BODY: dict[str, Any] = {
    "attributes": {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 3,
    },
    "messages": [
        {"role": "user", "content": "book a room"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "name": "book"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "taken"},
    ],
    "parameters": {"temperature": 0.5},
    "tools": [{"name": "book"}],
    "text": "room 5, then",
    "tool_calls": [{"id": "c2", "name": "book", "arguments": {"room": 5}}],
    "is_streamed": True,
    "status": 200,
    "url": "http://m/v1",
}


def test_a_call_comes_back_from_its_attributes() -> None:
    call = model_call(call_attributes(BODY), Page(), took_ns=1, error=None)
    assert (call.text, call.is_streamed) == ("room 5, then", True)
    assert call.tool_calls == BODY["tool_calls"]
    assert call.tools == BODY["tools"]
    assert call.parameters["temperature"] == 0.5
    assert [message["role"] for message in call.messages] == ["user", "assistant", "tool"]
    assert call.messages[0]["content"] == "book a room"
    assert call.messages[1]["tool_calls"][0]["name"] == "book"
    assert call.messages[2]["tool_call_id"] == "c1"
    assert call.attributes["gen_ai.usage.input_tokens"] == 3
    assert call_name(BODY) == "chat gpt-4o"


def test_a_call_of_which_little_is_known_says_little() -> None:
    assert call_attributes({}) == {"gen_ai.operation.name": "chat"}
    assert call_name({}) == "chat"


def frame(name: str, line: int) -> dict[str, Any]:
    return {"file": "/app/shop.py", "line": line, "function": name, "qualified": f"Shop.{name}",
            "code": f"self.{name}()"}  # fmt: skip


ERROR: dict[str, Any] = {
    "type": "OutOfStock",
    "message": "none left",
    "chain": [
        {"qualified_type": "shop.OutOfStock", "message": "none left",
         "frames": [frame("take", 3), frame("buy", 9)]},
        {"qualified_type": "KeyError", "message": "'A-7'", "relation": "cause", "parent": 0,
         "frames": [frame("find", 20)]},
    ],
}  # fmt: skip


def read_again(body: dict[str, Any]) -> ErrorRaised:
    here = Occurrence(
        trace_id="0" * 31 + "1", span_id=None, time_unix_ns=1, position=0,
        mechanism="log", is_handled=True,
    )  # fmt: skip
    return error_of(exception_attributes(body), {}, here, Page())


def test_an_error_comes_back_from_its_attributes() -> None:
    error = read_again(ERROR)
    assert (error.type, error.message) == ("OutOfStock", "none left")
    assert [(each.qualified, each.line, each.code) for each in error.frames] == [
        ("Shop.take", 3, "self.take()"),
        ("Shop.buy", 9, "self.buy()"),
    ]
    cause = error.chain[1]
    assert (cause.qualified_type, cause.message, cause.relation) == ("KeyError", "'A-7'", "cause")
    assert cause.frames[0].line == 20


def test_it_is_told_as_python_prints_it() -> None:
    text = traceback_text(ERROR)
    assert text.startswith("Traceback (most recent call last):\n")
    assert "direct cause of the following exception" in text
    assert text.endswith("in Shop.take\n    self.take()\nshop.OutOfStock: none left\n")


def test_the_stack_of_another_language_stays_its_text() -> None:
    stack = "java.lang.Error: x\n\tat Shop.take(Shop.java:3)"
    body = json.loads(json.dumps(ERROR)) | {"frames": []}
    body["chain"] = [{"qualified_type": "java.lang.Error", "message": "x", "notes": [stack]}]
    assert traceback_text(body) == stack
    assert read_again(body).chain[0].notes == [stack]
    assert traceback_text({"type": "E", "message": ""}).endswith("\nE\n")
