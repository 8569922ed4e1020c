"""A message to or from a model, whatever the provider's way to write it.

OpenAI writes a text or a list of parts, and tool calls beside it; Anthropic writes blocks, tool
calls among them; Gemini writes parts without types. What has none of these shapes is shown as it
came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from backtrail.model.event import Json
from backtrail.trail.value import value_text


class ToolCall(Struct, frozen=True, kw_only=True):
    """A tool that a model wants called."""

    name: str
    arguments: Json = None
    id: str | None = None


class Message(Struct, frozen=True, kw_only=True):
    """One message."""

    role: str
    text: str = ""
    tool_calls: list[ToolCall] = []
    tool_call_id: str | None = None
    """The tool call that this message answers."""


def message_of(value: Json) -> Message:
    """Read one message of a request."""
    if isinstance(value, str):
        return Message(role="user", text=value)
    if not isinstance(value, dict):
        return Message(role="?", text=value_text(value))
    if _is_cut(value):
        return Message(role="…", text=_cut_text(value))
    if value.get("type") in _ITEMS:
        return _item(value)
    texts: list[str] = []
    calls = [tool_call_of(call) for call in _list(value.get("tool_calls"))]
    answered = value.get("tool_call_id")
    content = value.get("content", value.get("parts"))
    for part in _parts(content):
        if isinstance(part, ToolCall):
            calls.append(part)
        else:
            texts.append(part)
        answered = answered or _answered(content)
    return Message(
        role=str(value.get("role", "?")),
        text="\n".join(texts),
        tool_calls=calls,
        tool_call_id=answered if isinstance(answered, str) else None,
    )


def tool_call_of(value: Json) -> ToolCall:
    """Read one tool call, in the form of any provider."""
    if not isinstance(value, dict):
        return ToolCall(name="?", arguments=value)
    inner = value.get("function") or value.get("functionCall") or value.get("function_call")
    call: Mapping[str, Any] = inner if isinstance(inner, dict) else value
    given = next((call[key] for key in ("arguments", "input", "args") if key in call), None)
    id_ = value.get("call_id") or value.get("id")
    return ToolCall(
        name=str(call.get("name", "?")),
        arguments=_parsed(given),
        id=id_ if isinstance(id_, str) else None,
    )


_ITEMS = ("function_call", "function_call_output")
"""Items of OpenAI's responses that are no messages."""


def _item(value: Mapping[str, Any]) -> Message:
    if value["type"] == "function_call":
        return Message(role="assistant", tool_calls=[tool_call_of(value)])
    answered = value.get("call_id")
    return Message(
        role="tool",
        text=_plain(value.get("output")),
        tool_call_id=answered if isinstance(answered, str) else None,
    )


def _parts(content: Json) -> Iterator[str | ToolCall]:
    if content is None:
        return
    if not isinstance(content, list):
        yield _plain(content)
        return
    for part in content:
        yield _part(part)


def _part(part: Json) -> str | ToolCall:
    if not isinstance(part, dict):
        return _plain(part)
    if part.get("type") == "tool_use" or "functionCall" in part or "function_call" in part:
        return tool_call_of(part)
    return _part_text(part)


def _part_text(part: Mapping[str, Any]) -> str:
    if _is_cut(part):
        return _cut_text(part)
    if part.get("type") == "tool_result":
        return "\n".join(map(str, _parts(part.get("content"))))
    said = next((part[key] for key in _SAID if isinstance(part.get(key), str)), None)
    if said is not None:
        return str(said)
    answered = part.get("functionResponse") or part.get("function_response")
    if isinstance(answered, dict):
        return _plain(answered.get("response"))
    return f"({part.get('type', 'part')}: {value_text(part)})"


_SAID = ("text", "thinking", "refusal")
"""Members of a part that are what was said."""


def _is_cut(value: Mapping[str, Any]) -> bool:
    """Tell whether a value stands for those that were too many to be kept."""
    return value.keys() == {"$cut"}


def _cut_text(value: Mapping[str, Any]) -> str:
    return f"… {value['$cut']} more were not kept"


def _answered(content: Json) -> Json:
    """Return the id of the tool call that a block of Anthropic's answers."""
    found = [part.get("tool_use_id") for part in _list(content) if isinstance(part, dict)]
    return next((id_ for id_ in found if id_), None)


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else value_text(value)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _parsed(arguments: Json) -> Json:
    """Return arguments that are JSON in a text as what they say."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
