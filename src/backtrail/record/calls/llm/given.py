"""A call of a model that the program told of itself, as one event."""

from __future__ import annotations

from types import FrameType
from typing import Any

from backtrail.model.effects import LlmCalled
from backtrail.model.limits import CALLS_MAX, MODEL_CHARS_MAX, MODEL_TEXT_CHARS_MAX, TEXT_CHARS_MAX
from backtrail.record.calls.bodies import Room, shown_json
from backtrail.record.calls.llm.prices import PRICE_DATE, cost_usd
from backtrail.record.calls.llm.reading import request_attributes
from backtrail.record.calls.llm.told import shown_messages
from backtrail.record.calls.telling import write
from backtrail.record.capture.callers import callers
from backtrail.record.capture.failure import described
from backtrail.record.capture.values.walk import Walk


def tell_given(given: dict[str, Any], frame: FrameType | None) -> None:
    """Record a call with what the program says of it, by the names of `record_llm_call`."""
    walk = Walk()
    sent = Room(walk, chars=MODEL_CHARS_MAX // 2, text_chars=MODEL_TEXT_CHARS_MAX)
    came = Room(walk, chars=MODEL_CHARS_MAX // 2, text_chars=MODEL_TEXT_CHARS_MAX)
    calls = callers(frame, CALLS_MAX)
    usage = {n: given[n] for n in ("input_tokens", "output_tokens") if type(given.get(n)) is int}
    cost = given.get("cost_usd")
    computed = cost_usd(str(given["model"]), usage) if cost is None else None
    error = given.get("error")
    text = given.get("text")
    parameters = dict(given.get("parameters") or {})
    body = LlmCalled(
        attributes=shown_json(_attributes(given, usage, parameters), came),
        messages=shown_messages(list(given["messages"]), sent),
        tools=shown_json(list(given["tools"]), sent),
        parameters=shown_json(parameters, sent),
        text=None if text is None else came.text(str(text)),
        tool_calls=shown_json(list(given["tool_calls"]), came),
        response_body=shown_json(given.get("response"), came),
        cost_usd=computed if cost is None else float(cost),
        price_date=None if computed is None else PRICE_DATE,
        took_ms=_number(given.get("took_ms")),
        first_token_ms=_number(given.get("first_token_ms")),
        error=_described(error, walk, came),
        is_timeout=isinstance(error, TimeoutError),
        caller=calls[0] if calls else None,
        calls=calls,
    )
    write("llm.called", body, walk)


def _attributes(
    given: dict[str, Any], usage: dict[str, int], parameters: dict[str, Any]
) -> dict[str, Any]:
    reason = given.get("finish_reason")
    found: dict[str, Any] = {
        "gen_ai.operation.name": given["operation"],
        "gen_ai.provider.name": given.get("provider"),
        "gen_ai.request.model": given["model"],
        "gen_ai.response.finish_reasons": None if reason is None else [reason],
    }
    found |= request_attributes(parameters)
    found |= {f"gen_ai.usage.{name}": count for name, count in usage.items()}
    found |= dict(given.get("attributes") or {})
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _described(error: Any, walk: Walk, room: Room) -> str | None:
    if error is None:
        return None
    if isinstance(error, BaseException):
        return described(error, walk)
    return room.text(str(error), TEXT_CHARS_MAX)
