"""What a model was asked and what it answered, whichever protocol it was said in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from backtrail.model.limits import TOOL_CALLS_MAX

Value = Any
"""Any value that was read from JSON."""


class Asked:
    """A request to a model."""

    __slots__ = ("attributes", "messages", "model", "operation", "parameters", "provider", "tools")

    def __init__(self, operation: str, provider: str, model: Value) -> None:
        self.operation = operation
        """As OpenTelemetry names it: `chat`, `embeddings`."""
        self.provider = provider
        """Whose protocol it is."""
        self.model = model if type(model) is str else ""
        self.messages: list[Value] = []
        self.tools: list[Value] = []
        self.parameters: dict[str, Value] = {}
        self.attributes: dict[str, Value] = {}

    def say(self, role: str, content: Value) -> None:
        """Add a message; one without content is none."""
        if content not in (None, "", []):
            self.messages.append({"role": role, "content": content})


class Answer:
    """What a model answered, put together from the pieces that it came in."""

    __slots__ = (
        "attributes", "failure", "finish", "is_finished", "is_known", "model", "response_id",
        "texts", "tools", "usage",
    )  # fmt: skip

    def __init__(self) -> None:
        self.texts: dict[Value, list[str]] = {}
        """By choice or block: pieces of its text."""
        self.tools: dict[Value, dict[str, Value]] = {}
        """By choice and position: what a tool is to be called with."""
        self.finish: dict[Value, str] = {}
        self.usage: dict[str, int] = {}
        """By OpenTelemetry's names, without `gen_ai.usage.`."""
        self.attributes: dict[str, Value] = {}
        self.response_id: str | None = None
        self.model: str | None = None
        self.failure: Value = None
        """What it said of an error."""
        self.is_finished = False
        """Whether it said itself that nothing follows."""
        self.is_known = False
        """Whether anything of it had a known shape."""

    def name(self, response_id: Value, model: Value) -> None:
        """Take which answer it is, and of which model, where a piece says so."""
        if type(response_id) is str:
            self.response_id = response_id
        if type(model) is str:
            self.model = model

    def add_text(self, key: Value, text: Value) -> None:
        """Take a piece of text; content may also come as a list of parts."""
        if type(text) is list:
            for part in text:
                self.add_text(key, part.get("text") if type(part) is dict else part)
        elif type(text) is str and text:
            self.texts.setdefault(key, []).append(text)

    def add_tool(
        self, key: Value, *, id_: Value = None, name: Value = None, arguments: Value = None
    ) -> None:
        """Take a tool's call or a piece of it; arguments that come as text are joined."""
        if key not in self.tools and len(self.tools) >= TOOL_CALLS_MAX:
            return
        tool = self.tools.setdefault(key, {"id": None, "name": None, "arguments": []})
        tool["id"] = tool["id"] or id_
        tool["name"] = tool["name"] or name
        if type(arguments) is str:
            if type(tool["arguments"]) is list:
                tool["arguments"].append(arguments)
        elif arguments is not None:
            tool["arguments"] = {"$whole": arguments}

    def add_usage(self, usage: Value, names: dict[str, str]) -> None:
        """Take counts of tokens: `names` says under which path each of ours is found."""
        for ours, path in names.items():
            found = usage
            for part in path.split("."):
                found = found.get(part) if type(found) is dict else None
            if type(found) is int:
                self.usage[ours] = found

    def text(self) -> str | None:
        """Return its text, the choices one below the other."""
        if not self.texts:
            return None
        return "\n".join("".join(pieces) for pieces in self.texts.values())

    def tool_calls(self) -> list[Value]:
        """Return the tools that it wants called, their arguments read where they are JSON."""
        return [
            {"id": tool["id"], "name": tool["name"], "arguments": _arguments(tool["arguments"])}
            for tool in self.tools.values()
        ]


def _arguments(given: Value) -> Value:
    if type(given) is dict:
        return given["$whole"]
    text = "".join(given)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


class Protocol(msgspec.Struct, frozen=True):
    """A way of asking a model: how its requests and its answers are read."""

    is_request: Callable[[str, dict[str, Value]], bool]
    """Tells by path and body."""
    ask: Callable[[str, dict[str, Value]], Asked]
    take: Callable[[Answer, dict[str, Value]], None]
    """Takes an answer, or an event of a streamed one."""


PARAMETERS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "topP": "top_p",
    "top_k": "top_k",
    "topK": "top_k",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "maxOutputTokens": "max_tokens",
    "num_predict": "max_tokens",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "stop": "stop_sequences",
    "stop_sequences": "stop_sequences",
    "stopSequences": "stop_sequences",
    "seed": "seed",
    "n": "choice.count",
    "candidateCount": "choice.count",
    "encoding_format": "encoding_formats",
}
"""Names of parameters, by OpenTelemetry's name behind `gen_ai.request.`."""
_LISTS = ("stop_sequences", "encoding_formats")


def request_attributes(parameters: dict[str, Value]) -> dict[str, Value]:
    """Return the parameters that OpenTelemetry has names for, under these."""
    found: dict[str, Value] = {}
    for name, value in parameters.items():
        ours = PARAMETERS.get(name)
        if ours is not None and value is not None:
            is_alone = ours in _LISTS and type(value) is not list
            found[f"gen_ai.request.{ours}"] = [value] if is_alone else value
    return found
