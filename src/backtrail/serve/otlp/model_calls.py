"""Spans that are calls of models: by OpenTelemetry's names, by OpenInference's, by OpenLLMetry's.

Whatever the names, the call is told as the recorder tells one that it saw itself: attributes by
OpenTelemetry's names, messages with role and content, the answer's text and tool calls. What is
told there is left out of the span's own attributes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from backtrail.model.effects import LlmCalled
from backtrail.model.event import Json
from backtrail.model.limits.reading import INGEST_EVENTS_MAX, INGEST_SPAN_CHARS_MAX
from backtrail.record.calls.bodies import Room, shown_json
from backtrail.record.calls.llm.prices import PRICE_DATE, cost_usd
from backtrail.serve.otlp.conversations import (
    embedded_texts,
    message_of_parts,
    messages_of_indexed,
    parsed,
    text_of,
    tools_of_indexed,
)
from backtrail.serve.otlp.request.received import SpanEvent
from backtrail.serve.otlp.showing import Page

KIND = "openinference.span.kind"
_MODEL_KINDS = {"LLM": "chat", "EMBEDDING": "embeddings"}
_OPERATIONS = frozenset({"chat", "generate_content", "text_completion", "embeddings", "completion"})
_TOLD = re.compile(
    r"gen_ai\.(?:input\.messages|output\.messages|system_instructions|tool\.definitions"
    r"|prompt\.\d|completion\.\d)|llm\.(?:input_messages|output_messages|tools|prompts)\.\d"
    r"|llm\.request\.functions\.\d"
    r"|embedding\.embeddings\.\d|(?:llm|embedding)\.invocation_parameters$"
    r"|(?:input|output)\.(?:value|mime_type)$"
)
"""Names of attributes that the call itself tells."""
_NAMES = {
    "llm.provider": "gen_ai.provider.name",
    "llm.system": "gen_ai.provider.name",
    "gen_ai.system": "gen_ai.provider.name",
    "llm.model_name": "gen_ai.request.model",
    "embedding.model_name": "gen_ai.request.model",
    "llm.finish_reason": "gen_ai.response.finish_reasons",
    "llm.token_count.prompt": "gen_ai.usage.input_tokens",
    "llm.token_count.completion": "gen_ai.usage.output_tokens",
    "llm.token_count.prompt_details.cache_read": "gen_ai.usage.cache_read.input_tokens",
    "llm.token_count.prompt_details.cache_write": "gen_ai.usage.cache_creation.input_tokens",
    "llm.token_count.completion_details.reasoning": "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.prompt_tokens": "gen_ai.usage.input_tokens",
    "gen_ai.usage.completion_tokens": "gen_ai.usage.output_tokens",
}
"""Other names for what OpenTelemetry names."""
_USAGE = "gen_ai.usage."
_REQUEST = "gen_ai.request."
_STREAMED = ("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming")
_FIRST_PIECE = "First Token Stream Event"
_PIECE = "gen_ai.content.completion.chunk"
PIECES = frozenset({_FIRST_PIECE, _PIECE})
"""Names of events of a span that only say that a piece of the answer came."""
_NS_PER_MS = 1_000_000


class Pieces(Struct, frozen=True, kw_only=True):
    """How a streamed answer came."""

    first_ns: int
    """From the beginning of the call to the first piece."""
    count: int | None
    """`None` where only the first one is told."""


def pieces_of(events: Sequence[SpanEvent], *, start_unix_ns: int, cut: int) -> Pieces | None:
    """Return how an answer came, by the events of its span; `None` when they say nothing of it.

    Args:
        events: those that were kept.
        start_unix_ns: when the call began.
        cut: how many events are missing: they are of the sort that there are many of.
    """
    times = [event.time_unix_ns for event in events if event.name in PIECES]
    if not times:
        return None
    count = sum(event.name == _PIECE for event in events)
    return Pieces(first_ns=max(0, min(times) - start_unix_ns), count=count + cut if count else None)


def is_model_call(attributes: dict[str, Any]) -> bool:
    """Tell whether a span with these attributes is a call of a model."""
    kind = attributes.get(KIND)
    if kind is not None:
        return kind in _MODEL_KINDS
    operation = attributes.get("gen_ai.operation.name")
    if operation is not None:
        return operation in _OPERATIONS
    return "gen_ai.request.model" in attributes or "llm.model_name" in attributes


def without_told(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes that the call does not tell itself."""
    told = _TOLD.match
    return {name: value for name, value in attributes.items() if not told(name)}


def model_call(
    attributes: dict[str, Any],
    page: Page,
    *,
    took_ns: int,
    error: str | None,
    pieces: Pieces | None = None,
) -> LlmCalled:
    """Make the event of a call of a model."""
    sent = Room(page.walk, chars=INGEST_SPAN_CHARS_MAX // 2)
    came = Room(page.walk, chars=INGEST_SPAN_CHARS_MAX // 2)
    given = _given(attributes)
    named = _named(attributes, given)
    shown = {name: page.value(value, name) for name, value in named.items()}
    text, calls, finish = _answer(attributes)
    if finish and "gen_ai.response.finish_reasons" not in shown:
        shown["gen_ai.response.finish_reasons"] = [page.name(each) for each in finish]
    cost = _cost(named)
    tools = _tools(attributes)
    return LlmCalled(
        attributes=shown,
        messages=_shown_list(_messages(attributes), sent),
        tools=_shown_list(tools, sent),
        parameters=_parameters(given, attributes, sent),
        text=None if text is None else came.text(text, INGEST_SPAN_CHARS_MAX // 2),
        tool_calls=_shown_list(calls, came),
        cost_usd=cost,
        price_date=None if cost is None else PRICE_DATE,
        took_ms=took_ns / _NS_PER_MS,
        error=error,
        first_token_ms=None if pieces is None else pieces.first_ns / _NS_PER_MS,
        pieces=None if pieces is None else pieces.count,
        is_streamed=pieces is not None
        or given.get("stream") is True
        or any(attributes.get(name) is True for name in _STREAMED),
    )


def _given(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a request that OpenInference tells as one text."""
    text = attributes.get("llm.invocation_parameters")
    given = parsed(attributes.get("embedding.invocation_parameters") if text is None else text)
    return given if isinstance(given, dict) else {}


def _named(attributes: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(asked := given.get("model"), str):
        # OpenInference names the model that answered, once one has.
        found["gen_ai.request.model"] = asked
        answered = attributes.get("llm.model_name", attributes.get("embedding.model_name"))
        if answered is not None:
            found["gen_ai.response.model"] = answered
    kind = attributes.get(KIND)
    if isinstance(kind, str) and kind in _MODEL_KINDS:
        found["gen_ai.operation.name"] = _MODEL_KINDS[kind]
    for name, value in attributes.items():
        ours = _NAMES.get(name)
        if ours is not None:
            value_ = [value] if ours.endswith("finish_reasons") and type(value) is str else value
            found.setdefault(ours, value_)
        elif name.startswith(("gen_ai.", "server.")) and not _TOLD.match(name):
            found[name] = value
    return found


def _cost(named: dict[str, Any]) -> float | None:
    usage = {
        name.removeprefix(_USAGE): value
        for name, value in named.items()
        if name.startswith(_USAGE) and type(value) is int
    }
    for name in ("gen_ai.response.model", "gen_ai.request.model"):
        model = named.get(name)
        if isinstance(model, str) and (cost := cost_usd(model, usage)) is not None:
            return cost
    return None


def _messages(attributes: dict[str, Any]) -> list[Json]:
    for name in ("llm.input_messages.", "gen_ai.prompt."):
        if found := messages_of_indexed(attributes, name):
            return found
    messages: list[Json] = []
    instructions = parsed(attributes.get("gen_ai.system_instructions"))
    if instructions:
        messages.append({"role": "system", "content": text_of(instructions)})
    given = parsed(attributes.get("gen_ai.input.messages"))
    if isinstance(given, list):
        return messages + [message_of_parts(each) for each in given]
    if embedded := embedded_texts(attributes):
        return [{"role": "user", "content": text} for text in embedded]
    asked = parsed(attributes.get("input.value"))
    if isinstance(asked, dict) and isinstance(asked.get("messages"), list):
        return [*messages, *asked["messages"]]
    if asked not in (None, ""):
        messages.append({"role": "user", "content": asked})
    return messages


def _answer(attributes: dict[str, Any]) -> tuple[str | None, list[Json], list[str]]:
    """Return the answer's text, the tools that it wants called, and why it ended."""
    given = parsed(attributes.get("gen_ai.output.messages"))
    if isinstance(given, list):
        said = [message_of_parts(each) for each in given]
    else:
        said = messages_of_indexed(attributes, "llm.output_messages.") or messages_of_indexed(
            attributes, "gen_ai.completion."
        )
    if not said:
        if attributes.get(KIND) == "EMBEDDING":
            return None, [], []
        value = attributes.get("output.value")
        return (value if isinstance(value, str) else None), [], []
    known = [each for each in said if isinstance(each, dict)]
    texts = [text_of(each.get("content")) for each in known]
    wanted = [each["tool_calls"] for each in known if isinstance(each.get("tool_calls"), list)]
    calls = [call for some in wanted for call in some]
    finish = [each["finish_reason"] for each in known if isinstance(each.get("finish_reason"), str)]
    joined = "\n".join(filter(None, texts))
    return (joined or None), calls, finish


def _tools(attributes: dict[str, Any]) -> list[Json]:
    given = parsed(attributes.get("gen_ai.tool.definitions"))
    if isinstance(given, list):
        return given
    return tools_of_indexed(attributes)


def _parameters(given: dict[str, Any], attributes: dict[str, Any], room: Room) -> dict[str, Json]:
    """Return what else the request holds: by OpenInference's text, or by attributes for each."""
    told = {
        name.removeprefix(_REQUEST): value
        for name, value in attributes.items()
        if name.startswith(_REQUEST)
    }
    parameters = {name: value for name, value in (told | given).items() if name not in _NAMED}
    shown = shown_json(parameters, room) if parameters else {}
    return shown if isinstance(shown, dict) else {}


_NAMED = frozenset({"model"})
"""Parameters that an attribute tells already."""


def _shown_list(values: list[Json], room: Room) -> list[Json]:
    """Return messages or tools, the last ones if there is no room for all."""
    if not values:
        return []
    shown: list[Json] = []
    for value in reversed(values):
        if room.nodes <= 0 or room.chars <= 0 or len(shown) >= INGEST_EVENTS_MAX:
            shown.append({"$cut": len(values) - len(shown)})
            break
        shown.append(shown_json(value, room))
    shown.reverse()
    return shown
