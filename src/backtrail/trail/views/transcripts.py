"""Calls to models: what was asked, what was answered, what it cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from backtrail.model.effects import LlmCalled
from backtrail.model.event import Event, Json, Place
from backtrail.model.limits.reading import CALLS_LISTED_MAX
from backtrail.trail.moment import moment_text
from backtrail.trail.shape import body_of
from backtrail.trail.views.messages import Message, message_of, tool_call_of
from backtrail.trail.views.said import KINDS, LLM_CALLED, LOG_EMITTED, Said, is_complete


class LlmCall(Struct, frozen=True, kw_only=True):
    """One call to a model, at a glance."""

    event_id: str
    time: str
    time_unix_ns: int
    """When the answer was there."""
    process: str
    thread: str | None
    task: str | None
    span_id: str | None
    provider: str | None
    model: str | None
    """The one that was asked for."""
    response_model: str | None
    """The one that says it answered."""
    operation: str | None
    url: str | None
    client: str | None
    status: int | None
    finish_reasons: list[str]
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    price_date: str | None
    took_ms: float | None
    first_token_ms: float | None
    pieces: int | None
    error: str | None
    is_timeout: bool
    is_streamed: bool
    is_complete: bool
    attempt: int
    tool_calls: list[str]
    """Names of the tools that the model wants called."""
    text: str | None
    caller: Place | None


class Transcript(LlmCall, frozen=True, kw_only=True):
    """One call to a model with all that was said."""

    trace_id: str
    messages: list[Message]
    """What was sent, in order."""
    answer: Message | None
    """What came back."""
    tools: list[Json]
    parameters: dict[str, Json]
    attributes: dict[str, Json]
    response_body: Json


class LlmCalls(Struct, frozen=True, kw_only=True):
    """The calls to models of one trace."""

    calls: list[LlmCall]
    """The last ones, oldest first."""
    count: int
    failed: int
    took_ms: float
    """Together; calls may have run at the same time."""
    input_tokens: int | None
    """Of the calls that say it; `None` when none does."""
    output_tokens: int | None
    cost_usd: float | None
    without_tokens: int
    """Calls that do not say how many tokens they took."""
    without_cost: int
    cut: int
    """Calls before the listed ones."""


class LlmCallsReader:
    """Takes the events of a trace one by one, and tells its calls to models."""

    kinds = KINDS

    def __init__(self) -> None:
        self._said = Said()
        self._calls: deque[tuple[LlmCall, Event | None]] = deque(maxlen=CALLS_LISTED_MAX)
        """With the event itself where log records may tell more of it."""
        self._count = self._failed = 0
        self._took_ms = 0.0
        self._input, self._output, self._cost = _Sum(), _Sum(), _Sum()

    def take(self, event: Event) -> None:
        """Look at one event."""
        if event.kind == LOG_EMITTED:
            self._said.take(event)
            return
        if event.kind != LLM_CALLED or (call := llm_call(event)) is None:
            return
        self._count += 1
        self._failed += is_failed(call)
        self._took_ms += call.took_ms or 0.0
        self._input.add(call.input_tokens)
        self._output.add(call.output_tokens)
        self._cost.add(call.cost_usd)
        self._calls.append((call, None if is_complete(event) else event))

    def view(self) -> LlmCalls:
        """Return what the events so far tell."""
        input_tokens, output_tokens = self._input.total, self._output.total
        return LlmCalls(
            calls=[self._completed(*each) for each in self._calls],
            count=self._count,
            failed=self._failed,
            took_ms=self._took_ms,
            input_tokens=None if input_tokens is None else int(input_tokens),
            output_tokens=None if output_tokens is None else int(output_tokens),
            cost_usd=self._cost.total,
            without_tokens=max(self._input.unknown, self._output.unknown),
            without_cost=self._cost.unknown,
            cut=self._count - len(self._calls),
        )

    def _completed(self, call: LlmCall, event: Event | None) -> LlmCall:
        return call if event is None else llm_call(self._said.completed(event)) or call


def llm_calls(events: Iterable[Event]) -> LlmCalls:
    """Return the calls to models among these events."""
    reader = LlmCallsReader()
    for event in events:
        reader.take(event)
    return reader.view()


def llm_call(event: Event) -> LlmCall | None:
    """Return what an `llm.called` event tells at a glance; `None` when it has not that shape."""
    body = body_of(event, LlmCalled)
    return None if body is None else LlmCall(**_glance(event, body))


def transcript(event: Event) -> Transcript | None:
    """Return all that an `llm.called` event tells; `None` when it has not that shape."""
    body = body_of(event, LlmCalled)
    if body is None:
        return None
    calls = [tool_call_of(call) for call in body.tool_calls]
    has_answer = body.text is not None or calls
    return Transcript(
        **_glance(event, body),
        trace_id=event.trace_id,
        messages=[message_of(message) for message in body.messages],
        answer=Message(role="assistant", text=body.text or "", tool_calls=calls)
        if has_answer
        else None,
        tools=body.tools,
        parameters=body.parameters,
        attributes=body.attributes,
        response_body=body.response_body,
    )


def is_failed(call: LlmCall) -> bool:
    """Tell whether no whole answer came."""
    return bool(call.error) or (call.status or 0) >= HTTP_FAILED or not call.is_complete


HTTP_FAILED = 400
"""The first status that says that a request failed."""


class _Sum:
    """Adds up numbers of which some are not known."""

    def __init__(self) -> None:
        self.total: float | None = None
        self.unknown = 0

    def add(self, number: float | None) -> None:
        if number is None:
            self.unknown += 1
        else:
            self.total = (self.total or 0) + number


def _glance(event: Event, body: LlmCalled) -> dict[str, Any]:
    attributes = body.attributes
    return {
        "event_id": event.event_id,
        "time": moment_text(event.time_unix_ns),
        "time_unix_ns": event.time_unix_ns,
        "process": event.process,
        "thread": event.thread,
        "task": event.task,
        "span_id": event.span_id,
        "provider": _text(attributes, "gen_ai.provider.name"),
        "model": _text(attributes, "gen_ai.request.model"),
        "response_model": _text(attributes, "gen_ai.response.model"),
        "operation": _text(attributes, "gen_ai.operation.name"),
        "finish_reasons": _texts(attributes.get("gen_ai.response.finish_reasons")),
        "input_tokens": _number(attributes, "gen_ai.usage.input_tokens"),
        "output_tokens": _number(attributes, "gen_ai.usage.output_tokens"),
        "tool_calls": [tool_call_of(call).name for call in body.tool_calls],
        **{name: getattr(body, name) for name in _TAKEN},
    }


_TAKEN = (
    "url", "client", "status", "cost_usd", "price_date", "took_ms", "first_token_ms", "pieces",
    "error", "is_timeout", "is_streamed", "is_complete", "attempt", "text", "caller",
)  # fmt: skip
"""Members of the body that a glance shows as they are."""


def _text(attributes: Mapping[str, Json], name: str) -> str | None:
    value = attributes.get(name)
    return value if isinstance(value, str) else None


def _number(attributes: Mapping[str, Json], name: str) -> int | None:
    value = attributes.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value if item] if isinstance(value, list) else []
