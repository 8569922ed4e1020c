"""What was said to and by a model, read from the attributes of its span.

OpenInference and OpenLLMetry write a message over many attributes with a number in their names:
`llm.input_messages.0.message.role`, `gen_ai.prompt.0.content`. OpenTelemetry writes one text of
JSON, whose messages have parts.
"""

from __future__ import annotations

from typing import Any

import msgspec

from backtrail.model.event import Json
from backtrail.model.limits.reading import INGEST_EVENTS_MAX

_decode = msgspec.json.Decoder().decode
_MESSAGE = "message."
_CONTENT = "message_content."
_CALL = "tool_call."
_DIGITS_MAX = 6


def parsed(value: Any) -> Json:  # noqa: ANN401 - an attribute
    """Return what a text of JSON says; any other value stays what it is."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return value


def text_of(content: Json) -> str:
    """Return what a content says: a text, or the texts of its parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return ""
    said = []
    for part in content:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, dict):
            text = part.get("content", part.get("text"))
            said.append(text if isinstance(text, str) else "")
    return "\n".join(filter(None, said))


def message_of_parts(message: Json) -> Json:
    """Return a message of OpenTelemetry's form with its parts brought to content and calls."""
    if not isinstance(message, dict) or not isinstance(message.get("parts"), list):
        return message
    texts: list[Json] = []
    calls: list[Json] = []
    shown: dict[str, Json] = {"role": message.get("role", "?")}
    for part in message["parts"]:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "tool_call":
            calls.append({key: part.get(key) for key in ("id", "name", "arguments")})
        elif kind == "tool_call_response":
            shown["tool_call_id"] = part.get("id")
            texts.append(part.get("response", part.get("result")))
        elif isinstance(part, dict) and isinstance(part.get("content"), str):
            texts.append(part["content"])
        else:
            texts.append(part)
    shown["content"] = texts[0] if len(texts) == 1 else texts
    if calls:
        shown["tool_calls"] = calls
    if isinstance(reason := message.get("finish_reason"), str):
        shown["finish_reason"] = reason
    return shown


def messages_of_indexed(attributes: dict[str, Any], prefix: str) -> list[Json]:
    """Return the messages that stand in numbered attributes under a prefix."""
    messages: list[Json] = []
    for rows in _numbered(attributes, prefix):
        message = {name.removeprefix(_MESSAGE): value for name, value in rows.items()}
        shown: dict[str, Json] = {"role": message.get("role", "?")}
        shown["content"] = _content(message)
        if calls := _calls(message):
            shown["tool_calls"] = calls
        for name in ("tool_call_id", "name", "finish_reason"):
            if name in message:
                shown[name] = message[name]
        messages.append(shown)
    return messages


def tools_of_indexed(attributes: dict[str, Any]) -> list[Json]:
    """Return the tools that a model was offered."""
    tools = [parsed(rows.get("tool.json_schema")) for rows in _numbered(attributes, "llm.tools.")]
    return tools or [
        {name: parsed(value) for name, value in rows.items()}
        for rows in _numbered(attributes, "llm.request.functions.")
    ]


def embedded_texts(attributes: dict[str, Any]) -> list[str]:
    """Return the texts that a model was asked to embed."""
    texts = [rows.get("embedding.text") for rows in _numbered(attributes, "embedding.embeddings.")]
    return [text for text in texts if isinstance(text, str)]


def _content(message: dict[str, Any]) -> Json:
    if "content" in message:
        return message["content"]
    parts = [
        {name.removeprefix(_CONTENT): value for name, value in rows.items()}
        for rows in _numbered(message, "contents.")
    ]
    if len(parts) == 1 and isinstance(parts[0].get("text"), str):
        return parts[0]["text"]
    return parts or None


def _calls(message: dict[str, Any]) -> list[Json]:
    calls = []
    for rows in _numbered(message, "tool_calls."):
        call = {name.removeprefix(_CALL).removeprefix("function."): v for name, v in rows.items()}
        calls.append(
            {
                "id": call.get("id"),
                "name": call.get("name"),
                "arguments": parsed(call.get("arguments")),
            }
        )
    return calls


def _numbered(attributes: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Return the attributes behind a prefix and a number, in the order of the numbers."""
    found: dict[int, dict[str, Any]] = {}
    if prefix not in "\n".join(attributes):
        # Most conventions are not the one that a span follows: told a little faster so.
        return []
    size = len(prefix)
    for name, value in attributes.items():
        if name.startswith(prefix):
            number, _, rest = name[size:].partition(".")
            if number.isdecimal() and number.isascii() and len(number) <= _DIGITS_MAX:
                found.setdefault(int(number), {})[rest] = value
    return [found[number] for number in sorted(found)[-INGEST_EVENTS_MAX:]]
