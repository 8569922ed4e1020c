from __future__ import annotations

from backtrail.serve.otlp.conversations import (
    embedded_texts,
    message_of_parts,
    messages_of_indexed,
    parsed,
    text_of,
    tools_of_indexed,
)


def test_a_text_of_json_is_read_and_any_other_value_stays() -> None:
    assert parsed('[{"a": 1}]') == [{"a": 1}]
    assert parsed("{not json") == "{not json"
    assert parsed(7) == 7


def test_a_content_is_what_its_parts_say() -> None:
    assert text_of("plain") == "plain"
    assert text_of([{"type": "text", "content": "one"}, {"text": "two"}, "three", 4]) == (
        "one\ntwo\nthree"
    )
    assert text_of({"type": "text", "content": "alone"}) == "alone"


def test_parts_become_a_content_and_tool_calls() -> None:
    message = {
        "role": "assistant",
        "parts": [
            {"type": "text", "content": "let me look"},
            {"type": "tool_call", "id": "c1", "name": "search", "arguments": {"q": "x"}},
        ],
        "finish_reason": "tool_call",
    }
    assert message_of_parts(message) == {
        "role": "assistant",
        "content": "let me look",
        "tool_calls": [{"id": "c1", "name": "search", "arguments": {"q": "x"}}],
        "finish_reason": "tool_call",
    }
    answered = {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": "c1", "response": 7}],
    }
    assert message_of_parts(answered) == {"role": "tool", "tool_call_id": "c1", "content": 7}


def test_messages_that_stand_in_numbered_attributes_come_in_their_order() -> None:
    attributes = {
        "llm.input_messages.10.message.role": "user",
        "llm.input_messages.10.message.contents.0.message_content.text": "ten",
        "llm.input_messages.2.message.role": "assistant",
        "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "search",
        "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"q": 1}',
        "llm.input_messages.x.message.role": "no number",
        "other": 1,
    }
    assert messages_of_indexed(attributes, "llm.input_messages.") == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": None, "name": "search", "arguments": {"q": 1}}],
        },
        {"role": "user", "content": "ten"},
    ]


def test_tools_come_from_either_convention() -> None:
    assert tools_of_indexed({"llm.tools.0.tool.json_schema": '{"name": "f"}'}) == [{"name": "f"}]
    functions = {
        "llm.request.functions.0.name": "g",
        "llm.request.functions.0.parameters": '{"type": "object"}',
    }
    assert tools_of_indexed(functions) == [{"name": "g", "parameters": {"type": "object"}}]


def test_texts_that_are_embedded_come_in_their_order() -> None:
    given = {
        "embedding.embeddings.1.embedding.text": "two",
        "embedding.embeddings.0.embedding.text": "one",
        "embedding.embeddings.2.embedding.vector": [0.5],
    }
    assert embedded_texts(given) == ["one", "two"]
