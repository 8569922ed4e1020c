"""Anthropic's messages, as a whole or as a stream of typed events."""

from __future__ import annotations

from backtrail.record.calls.llm.reading import Answer, Asked, Protocol, Value

USAGE = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read.input_tokens": "cache_read_input_tokens",
    "cache_creation.input_tokens": "cache_creation_input_tokens",
}
_NOT_PARAMETERS = frozenset({"messages", "system", "model", "tools"})


def is_message(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for a message, at Anthropic or at a cloud that hosts it."""
    if type(body.get("messages")) is not list or "max_tokens" not in body:
        return False
    if path.endswith("/messages"):
        return type(body.get("model")) is str
    return "anthropic_version" in body


def ask(path: str, body: dict[str, Value]) -> Asked:
    """Read a request for a message; a cloud names the model in the path."""
    model = body.get("model") or path.rpartition("/models/")[2].partition(":")[0]
    asked = Asked("chat", "anthropic", model)
    asked.say("system", body.get("system"))
    asked.messages += body["messages"]
    tools = body.get("tools")
    asked.tools = tools if type(tools) is list else []
    asked.parameters = {n: v for n, v in body.items() if n not in _NOT_PARAMETERS}
    return asked


def take(answer: Answer, value: dict[str, Value]) -> None:
    """Take a message, or an event of a streamed one."""
    kind = value.get("type")
    if kind == "message":
        _take_message(answer, value)
    elif kind == "message_start" and type(value.get("message")) is dict:
        _take_message(answer, value["message"])
    elif kind == "content_block_start" and type(value.get("content_block")) is dict:
        _take_block(answer, value.get("index"), value["content_block"], is_begun=True)
    elif kind == "content_block_delta" and type(value.get("delta")) is dict:
        _take_delta(answer, value.get("index"), value["delta"])
    elif kind == "message_delta":
        delta = value.get("delta")
        _take_end(answer, delta if type(delta) is dict else {}, value.get("usage"))
    elif kind == "message_stop":
        answer.is_finished = True
    elif kind == "error":
        answer.failure = value.get("error")


def _take_message(answer: Answer, value: dict[str, Value]) -> None:
    answer.is_known = True
    answer.name(value.get("id"), value.get("model"))
    content = value.get("content")
    for place, block in enumerate(content if type(content) is list else []):
        if type(block) is dict:
            _take_block(answer, place, block)
    _take_end(answer, value, value.get("usage"))


def _take_end(answer: Answer, value: dict[str, Value], usage: Value) -> None:
    if type(value.get("stop_reason")) is str:
        answer.finish[0] = value["stop_reason"]
    answer.add_usage(usage, USAGE)


def _take_block(
    answer: Answer, place: Value, block: dict[str, Value], *, is_begun: bool = False
) -> None:
    if block.get("type") == "text":
        answer.add_text(place, block.get("text"))
    elif block.get("type") in {"tool_use", "server_tool_use"}:
        given = block.get("input")
        # A stream begins with an empty object, and brings its pieces as text.
        answer.add_tool(
            place,
            id_=block.get("id"),
            name=block.get("name"),
            arguments=None if is_begun and not given else given,
        )


def _take_delta(answer: Answer, place: Value, delta: dict[str, Value]) -> None:
    if delta.get("type") == "text_delta":
        answer.add_text(place, delta.get("text"))
    elif delta.get("type") == "input_json_delta":
        answer.add_tool(place, arguments=delta.get("partial_json"))


MESSAGES = Protocol(is_message, ask, take)
