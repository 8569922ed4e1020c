"""Calls of models and exceptions, by the names that OpenTelemetry has for what they tell."""

from __future__ import annotations

from typing import Any

import msgspec

from backtrail.model.event import Json
from backtrail.serve.otlp.failures import MESSAGE, STACKTRACE, TYPE
from backtrail.trail.views.messages import Message, message_of, tool_call_of

_BEGINS = "Traceback (most recent call last):"
_BETWEEN = {
    "cause": "The above exception was the direct cause of the following exception:",
    "context": "During handling of the above exception, another exception occurred:",
}
_encode = msgspec.json.Encoder().encode


def call_attributes(body: dict[str, Any]) -> dict[str, Json]:
    """Return the attributes of a span that tells of a call of a model."""
    told: dict[str, Json] = dict(body.get("attributes") or {})
    told.setdefault("gen_ai.operation.name", "chat")
    for name, value in (body.get("parameters") or {}).items():
        told.setdefault(f"gen_ai.request.{name}", value)
    messages = [_parts(message_of(each)) for each in body.get("messages") or []]
    if messages:
        told["gen_ai.input.messages"] = _text(messages)
    calls = [tool_call_of(each) for each in body.get("tool_calls") or []]
    if body.get("text") is not None or calls:
        answer = _parts(Message(role="assistant", text=body.get("text") or "", tool_calls=calls))
        told["gen_ai.output.messages"] = _text([answer])
    if tools := body.get("tools"):
        told["gen_ai.tool.definitions"] = _text(tools)
    if body.get("is_streamed"):
        told["gen_ai.request.stream"] = True
    if body.get("status") is not None:
        told["http.response.status_code"] = body["status"]
    if body.get("url"):
        told["url.full"] = body["url"]
    return told


def call_name(body: dict[str, Any]) -> str:
    """Return the name of such a span: `chat gpt-4o`."""
    attributes = body.get("attributes") or {}
    words = (attributes.get("gen_ai.operation.name", "chat"), attributes.get(_MODEL))
    return " ".join(str(word) for word in words if word)


def exception_attributes(body: dict[str, Any]) -> dict[str, Json]:
    """Return the attributes of the event that tells of an exception."""
    chain = body.get("chain") or []
    first = chain[0] if chain else {}
    return {
        TYPE: str(first.get("qualified_type") or body.get("type", "Exception")),
        MESSAGE: str(body.get("message", "")),
        STACKTRACE: traceback_text(body),
    }


def traceback_text(body: dict[str, Any]) -> str:
    """Return an error as Python prints it: its causes first, each with its frames."""
    chain: list[dict[str, Any]] = [dict(each) for each in body.get("chain") or []]
    if not chain:
        chain = [{"qualified_type": body.get("type", ""), "message": body.get("message", "")}]
    chain[0]["frames"] = chain[0].get("frames") or body.get("frames") or []
    if not chain[0]["frames"] and (notes := chain[0].get("notes")):
        # A stack of another language was kept as its text.
        return "\n".join(map(str, notes))
    rows: list[str] = []
    for place in range(len(chain) - 1, -1, -1):
        if rows:
            # How the cause that stands above relates to what is told next.
            relation = str(chain[place + 1].get("relation"))
            rows += ["", _BETWEEN.get(relation, _BETWEEN["context"]), ""]
        rows += _section(chain[place])
    return "\n".join(rows) + "\n"


_MODEL = "gen_ai.request.model"


def _section(exception: dict[str, Any]) -> list[str]:
    rows = [_BEGINS]
    for frame in reversed(exception.get("frames") or []):
        where = frame.get("qualified") or frame.get("function")
        rows.append(f'  File "{frame.get("file")}", line {frame.get("line")}, in {where}')
        if frame.get("code"):
            rows.append(f"    {frame['code']}")
    said = str(exception.get("qualified_type") or exception.get("type", ""))
    message = exception.get("message")
    return [*rows, f"{said}: {message}" if message else said]


def _parts(message: Message) -> dict[str, Json]:
    """Return a message in the form of OpenTelemetry's conventions."""
    parts: list[Json] = []
    if message.role == "tool":
        parts.append(
            {"type": "tool_call_response", "id": message.tool_call_id, "response": message.text}
        )
    elif message.text:
        parts.append({"type": "text", "content": message.text})
    parts += [
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.tool_calls
    ]
    return {"role": message.role, "parts": parts}


def _text(value: Json) -> str:
    return _encode(value).decode()
