"""`get_llm_call`: what a model was asked, and what it answered."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import ANSWER_TOKENS, ANSWER_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars, shrunk
from backtrail.serve.opening import Project, opened
from backtrail.serve.tool import Answer, Arguments, Tool
from backtrail.store import reading
from backtrail.trail.moment import moment_text
from backtrail.trail.views.said import completed

KIND = "llm.called"


class GetLlmCall(Arguments, frozen=True, kw_only=True):
    """What `get_llm_call` takes."""

    event_id: Annotated[
        str, Meta(min_length=1, description="Of an llm.called event: `01a1ff62d237:42`.")
    ]
    max_tokens: Annotated[int, Meta(ge=BUNDLE_TOKENS_MIN, le=ANSWER_TOKENS_MAX)] = ANSWER_TOKENS


class LlmCall(Answer, frozen=True, kw_only=True):
    """What `get_llm_call` answers."""

    event_id: str
    trace_id: str
    span_id: str | None
    time: str
    call: dict[str, Any]
    """Messages, tools, parameters, text, tool_calls, usage, cost, times, error, caller."""
    more: str | None


def get_llm_call(project: Project, asked: GetLlmCall) -> LlmCall:
    """Return one call of a model, its long texts cut where they do not fit."""
    with opened(project) as catalog:
        event = completed(catalog, reading.event_named(catalog, asked.event_id))
    if event.kind != KIND:
        raise NotFoundError(
            f"event {asked.event_id} is {event.kind}, not {KIND}",
            hint=f'search_events with kind "{KIND}" lists the calls of models',
        )
    answer = LlmCall(
        event_id=event.event_id,
        trace_id=event.trace_id,
        span_id=event.span_id,
        time=moment_text(event.time_unix_ns),
        call={},
        more=_more(asked.max_tokens),
    )
    room = asked.max_tokens * CHARS_PER_TOKEN - encoded_chars(answer)
    call, is_cut = shrunk(event.body, room)
    return LlmCall(
        event_id=answer.event_id,
        trace_id=answer.trace_id,
        span_id=answer.span_id,
        time=answer.time,
        call=call,
        more=answer.more if is_cut else None,
    )


def _more(max_tokens: int) -> str:
    if max_tokens < ANSWER_TOKENS_MAX:
        return f"it was cut: raise `max_tokens` (at most {ANSWER_TOKENS_MAX})"
    return "it was cut: `backtrail export` has all of it"


TOOL = Tool(
    name="get_llm_call",
    title="Get a call of a model",
    about="Show one recorded call of a language model: messages, tools, parameters, answer, tool "
    "calls, finish reason, usage, cost, latency.",
    takes=GetLlmCall,
    answers=LlmCall,
    answer=get_llm_call,
)
