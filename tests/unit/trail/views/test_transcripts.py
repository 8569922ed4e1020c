from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.views import transcripts
from backtrail.trail.views.transcripts import is_failed, llm_call, llm_calls, transcript
from built_events import Recorded


def asked(process: Recorded, at_ms: float, **more: Any) -> Event:
    body: dict[str, Any] = {
        "attributes": {
            "gen_ai.provider.name": "local",
            "gen_ai.request.model": "small",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": 5,
        },
        "messages": [{"role": "user", "content": "hello"}],
        "text": "hello you",
        "cost_usd": 0.25,
        "took_ms": 12.0,
        **more,
    }
    return process.event("llm.called", at_ms, **body)


def test_calls_are_counted_and_added_up() -> None:
    process = Recorded()
    told = llm_calls(asked(process, at) for at in (1, 2, 3))
    assert (told.count, told.failed, told.cut) == (3, 0, 0)
    assert (told.input_tokens, told.output_tokens) == (30, 15)
    assert (told.cost_usd, told.took_ms) == (0.75, 36.0)


def test_what_is_not_known_is_not_taken_for_nothing() -> None:
    process = Recorded()
    told = llm_calls([asked(process, 1), asked(process, 2, attributes={}, cost_usd=None)])
    assert (told.input_tokens, told.without_tokens) == (10, 1)
    assert (told.cost_usd, told.without_cost) == (0.25, 1)
    nothing = llm_calls([asked(process, 3, attributes={}, cost_usd=None)])
    assert (nothing.input_tokens, nothing.output_tokens, nothing.cost_usd) == (None, None, None)


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({}, False),
        ({"status": 200}, False),
        ({"status": 429}, True),
        ({"error": "ReadTimeout: 3 s"}, True),
        ({"is_complete": False}, True),
    ],
)
def test_a_call_without_a_whole_answer_has_failed(more: dict[str, Any], *, failed: bool) -> None:
    call = llm_call(asked(Recorded(), 1, **more))
    assert call is not None
    assert is_failed(call) is failed


def test_the_last_calls_are_listed_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "CALLS_LISTED_MAX", 2)
    process = Recorded()
    told = llm_calls(asked(process, at) for at in range(5))
    assert [call.event_id for call in told.calls] == [f"{process.process}:{n}" for n in (3, 4)]
    assert (told.count, told.cut) == (5, 3)


def test_a_transcript_holds_the_whole_conversation() -> None:
    event = asked(
        Recorded(),
        1,
        tool_calls=[{"id": "c1", "name": "look_up", "arguments": {"sku": "pan"}}],
        tools=[{"name": "look_up"}],
        parameters={"temperature": 0},
    )
    told = transcript(event)
    assert told is not None
    assert [(message.role, message.text) for message in told.messages] == [("user", "hello")]
    assert told.answer is not None
    assert (told.answer.text, told.answer.tool_calls[0].name) == ("hello you", "look_up")
    assert (told.model, told.tool_calls, told.parameters) == (
        "small", ["look_up"], {"temperature": 0},
    )  # fmt: skip


def test_without_an_answer_there_is_none() -> None:
    told = transcript(asked(Recorded(), 1, text=None, response_body={"odd": 1}))
    assert told is not None
    assert (told.answer, told.response_body) == (None, {"odd": 1})


def test_members_of_another_shape_are_left_out() -> None:
    call = llm_call(asked(Recorded(), 1, took_ms="long", attributes={"gen_ai.request.model": 7}))
    assert call is not None
    assert (call.took_ms, call.model) == (None, None)
    reasons = {"gen_ai.response.finish_reasons": "stop", "gen_ai.usage.input_tokens": True}
    call = llm_call(asked(Recorded(), 1, attributes=reasons))
    assert call is not None
    assert (call.finish_reasons, call.input_tokens) == (["stop"], None)


def test_other_events_are_passed_over() -> None:
    assert llm_calls([Recorded().event("http.called", 1)]).count == 0
