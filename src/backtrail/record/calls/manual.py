"""Calls of models that no watched client sends: the program tells of them itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from backtrail.record import guard, switch
from backtrail.record.calls.llm.given import tell_given


def record_llm_call(
    *,
    model: str,
    messages: Sequence[Any] = (),
    text: str | None = None,
    provider: str | None = None,
    operation: str = "chat",
    tools: Sequence[Any] = (),
    tool_calls: Sequence[Any] = (),
    parameters: Mapping[str, Any] | None = None,
    finish_reason: str | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cost_usd: float | None = None,
    took_ms: float | None = None,
    first_token_ms: float | None = None,
    response: Any = None,
    error: BaseException | str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Record that a model was asked, where no HTTP client sends it: a model in this process, gRPC.

    What httpx, requests, aiohttp and `http.client` send is recorded without it.

    Args:
        model: its name.
        messages: what was sent, as roles and contents.
        text: what it answered.
        provider: who runs it, as OpenTelemetry names it: `openai`, `aws.bedrock`.
        operation: what it was asked for: `chat`, `embeddings`, `text_completion`.
        tools: what it was offered to call.
        tool_calls: `{"id", "name", "arguments"}` of each tool that it wants called.
        parameters: temperature, limits, format.
        finish_reason: why it stopped.
        input_tokens: tokens of what was sent.
        output_tokens: tokens of the answer.
        cost_usd: what it cost; computed where the price is known, unless given.
        took_ms: how long it took.
        first_token_ms: how long the first piece of the answer took.
        response: the answer as it came, where it has another shape.
        error: what went wrong.
        attributes: more, under OpenTelemetry's names.
    """
    given = {name: value for name, value in locals().items() if value is not None}
    try:
        tell_given(given, sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time
    except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.broke("record_llm_call", fault)


def _silent(**_: Any) -> None:
    return None


switch.rebind_when_disabled(record_llm_call, _silent)
