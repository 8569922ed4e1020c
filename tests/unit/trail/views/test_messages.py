from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.views.messages import Message, ToolCall, message_of, tool_call_of

LOOK_UP = ToolCall(name="look_up", arguments={"sku": "pan"}, id="c1")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"role": "user", "content": "hello"}, Message(role="user", text="hello")),
        (
            {"role": "user", "content": [{"type": "text", "text": "a"}, "b"]},
            Message(role="user", text="a\nb"),
        ),
        (
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "function": {"name": "look_up", "arguments": '{"sku": "pan"}'}}
                ],
            },
            Message(role="assistant", tool_calls=[LOOK_UP]),
        ),
        (
            {"role": "tool", "tool_call_id": "c1", "content": "30"},
            Message(role="tool", text="30", tool_call_id="c1"),
        ),
        (
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "tool_use", "id": "c1", "name": "look_up", "input": {"sku": "pan"}},
                ],
            },
            Message(role="assistant", text="hm", tool_calls=[LOOK_UP]),
        ),
        (
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "c1",
                        "content": [{"type": "text", "text": "30"}],
                    }
                ],
            },
            Message(role="user", text="30", tool_call_id="c1"),
        ),
        (
            {
                "role": "model",
                "parts": [{"text": "a"}, {"functionCall": {"name": "f", "args": {}}}],
            },
            Message(role="model", text="a", tool_calls=[ToolCall(name="f", arguments={})]),
        ),
        (
            {"role": "user", "parts": [{"functionResponse": {"response": {"price": 30}}}]},
            Message(role="user", text="{'price': 30}"),
        ),
        (
            {"type": "function_call", "name": "f", "arguments": "not json", "call_id": "c2"},
            Message(
                role="assistant", tool_calls=[ToolCall(name="f", arguments="not json", id="c2")]
            ),
        ),
        (
            {"type": "function_call_output", "call_id": "c2", "output": "30"},
            Message(role="tool", text="30", tool_call_id="c2"),
        ),
        ("just words", Message(role="user", text="just words")),
        ({"content": {"deep": 1}}, Message(role="?", text="{'deep': 1}")),
        (17, Message(role="?", text="17")),
    ],
)
def test_a_message_of_any_provider_is_read(value: Any, message: Message) -> None:
    assert message_of(value) == message


def test_what_was_not_kept_is_told() -> None:
    assert message_of({"$cut": 3}) == Message(role="…", text="… 3 more were not kept")
    message = message_of({"role": "user", "content": ["a", {"$cut": 2}]})
    assert message.text == "a\n… 2 more were not kept"


def test_a_part_that_is_no_text_says_what_it_is() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:…"}}
    message = message_of({"role": "user", "content": [image]})
    assert message.text.startswith("(image_url: ")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "parts", "type", "text", "tool_calls", "function"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=json_values)
def test_nothing_that_came_breaks_it(value: Any) -> None:
    assert isinstance(message_of(value), Message)
    assert isinstance(tool_call_of(value), ToolCall)
