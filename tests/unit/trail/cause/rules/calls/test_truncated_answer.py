from __future__ import annotations

import pytest

from backtrail.model.event import Event
from backtrail.trail.cause.rules.calls.truncated_answer import find
from causes import behind, error, event, findings, frame

TEXT = '{"queue": "hardware", "steps": ["Ask for the serial number and the'
RAISED = error(
    "DraftError", "T-5102", frame("read", "raise DraftError(n)", n="T-5102"),
    chain=[behind("JSONDecodeError", "Unterminated", frame("read", "loads(text)", text=TEXT))],
)  # fmt: skip


def answer(at: int, text: str, *reasons: str, **more: object) -> Event:
    attributes = {"gen_ai.response.finish_reasons": list(reasons)}
    return event("llm.called", at, text=text, attributes=attributes, **more)


def test_the_answer_that_was_cut_off_and_is_in_the_failure_is_named_first() -> None:
    found = findings(find, RAISED, answer(1, "short", "length"), answer(2, TEXT, "length"))
    assert found[0].fact.event.seq == 2
    assert found[0].score > 0.9 > found[1].score


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("max_tokens", "cut off at a limit"),
        ("MAX_TOKENS", "cut off"),
        ("content_filter", "held back"),
    ],
)
def test_every_provider_s_word_for_an_end_too_early_is_known(reason: str, said: str) -> None:
    assert said in findings(find, RAISED, answer(1, TEXT, reason))[0].evidence[0]


def test_a_stream_that_was_let_go_of_is_not_whole() -> None:
    found = findings(find, RAISED, answer(1, TEXT, is_complete=False))
    assert found[0].evidence[0] == "the answer was not read to its end"


def test_an_answer_that_is_whole_is_no_cause() -> None:
    assert findings(find, RAISED, answer(1, TEXT, "stop")) == []
