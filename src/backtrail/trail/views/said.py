"""What was said to and by models, where log records tell it and not the call itself.

OpenLLMetry, and OpenTelemetry's own instrumentations, can be set to send each message as a log
record: `gen_ai.user.message`, `gen_ai.choice`. The span of the call then says only who answered.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec
from msgspec import Struct, structs

from backtrail.model.clock import NS_PER_S
from backtrail.model.event import Event, Json
from backtrail.model.limits.reading import SAID_MESSAGES_MAX, SAID_SPANS_MAX
from backtrail.store import reading
from backtrail.store.catalog import Catalog

LLM_CALLED, LOG_EMITTED = "llm.called", "log.emitted"
KINDS = frozenset({LLM_CALLED, LOG_EMITTED})
_PREFIX, _MESSAGE, _CHOICE = "gen_ai.", ".message", "gen_ai.choice"
_NS_PER_MS = NS_PER_S / 1_000
_decode = msgspec.json.Decoder().decode


class _Choice(Struct, frozen=True):
    time_unix_ns: int
    body: dict[str, Any]


class _Span(Struct):
    messages: list[Json] = []
    choices: list[_Choice] = []


class Said:
    """Takes the log records of a trace in any order, and completes its calls of models."""

    def __init__(self) -> None:
        self._spans: OrderedDict[str, _Span] = OrderedDict()

    def take(self, event: Event) -> None:
        """Look at a log record; one that tells nothing of a call of a model is passed over."""
        name = event.body.get("attributes", {}).get("event.name")
        if event.span_id is None or type(name) is not str or not name.startswith(_PREFIX):
            return
        try:
            body = _decode(event.body.get("message", ""))
        except (msgspec.DecodeError, TypeError):
            return
        if not isinstance(body, dict):
            return
        span = self._spans.setdefault(event.span_id, _Span())
        self._spans.move_to_end(event.span_id)
        if name == _CHOICE:
            span.choices = [*span.choices, _Choice(event.time_unix_ns, body)][-SAID_MESSAGES_MAX:]
        elif name.endswith(_MESSAGE):
            role = name.removeprefix(_PREFIX).removesuffix(_MESSAGE)
            span.messages = [*span.messages, {"role": role, **body}][-SAID_MESSAGES_MAX:]
        if len(self._spans) > SAID_SPANS_MAX:
            self._spans.popitem(last=False)

    def completed(self, event: Event) -> Event:
        """Return an `llm.called` event with what log records told of it."""
        if is_complete(event):
            return event
        span = self._spans.get(event.span_id or "", _Span())
        choices = span.choices or self._of_stream(event)
        found: dict[str, Json] = {}
        if span.messages:
            found["messages"] = span.messages
        texts = [_text(choice.body.get("message")) for choice in choices]
        if text := "\n".join(filter(None, texts)):
            found["text"] = text
        if calls := [call for choice in choices for call in _calls(choice.body)]:
            found["tool_calls"] = calls
        return structs.replace(event, body=event.body | found) if found else event

    def _of_stream(self, event: Event) -> list[_Choice]:
        """Return the answer of a streamed call.

        Its record stands in the span in which the program read it. It is this call's when no other
        one came while the call went on; between several, nothing tells which.
        """
        if not event.body.get("is_streamed"):
            return []
        took_ms = event.body.get("took_ms") or 0.0
        began = event.time_unix_ns - int(took_ms * _NS_PER_MS)
        found = [
            choice
            for span in self._spans.values()
            for choice in span.choices
            if began <= choice.time_unix_ns <= event.time_unix_ns
        ]
        return found if len(found) == 1 else []


def is_complete(event: Event) -> bool:
    """Tell whether a call of a model itself tells what was said."""
    return bool(event.body.get("messages") or event.body.get("text"))


def completed(catalog: Catalog, event: Event) -> Event:
    """Return an `llm.called` event with what log records of its trace tell of it."""
    if event.kind != LLM_CALLED or is_complete(event):
        return event
    said = Said()
    for each in reading.events(catalog, event.trace_id, kinds={LOG_EMITTED}):
        said.take(each)
    return said.completed(event)


def _text(message: Json) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""


def _calls(choice: dict[str, Any]) -> list[Json]:
    calls = choice.get("tool_calls")
    return calls if isinstance(calls, list) else []
