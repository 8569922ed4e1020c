from __future__ import annotations

from typing import Any

import pytest

import builders
from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import ANSWER_TOKENS_MAX, BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.model_calls import GetLlmCall, get_llm_call

TRACE = builders.trace_id(7)
EVENT = f"{builders.process_id(7)}:0"


def write(project: Project, **body: Any) -> None:
    given = {
        "attributes": {"gen_ai.request.model": "small-1"},
        "messages": [{"role": "user", "content": "Which cone?"}],
        "text": "Cone 04",
        **body,
    }
    line = builders.line("llm.called", TRACE, t=1, span="00f067aa0ba902b7", **given)
    builders.write_segment(project.home, builders.process_id(7), [line])


def test_a_call_is_shown_whole(project: Project) -> None:
    write(project)
    answer = get_llm_call(project, GetLlmCall(event_id=EVENT))
    assert (answer.event_id, answer.trace_id) == (EVENT, TRACE)
    assert answer.span_id == "00f067aa0ba902b7"
    assert answer.call["messages"] == [{"role": "user", "content": "Which cone?"}]
    assert answer.call["text"] == "Cone 04"
    assert answer.more is None


def test_a_unique_beginning_of_its_process_is_enough(project: Project) -> None:
    write(project)
    answer = get_llm_call(project, GetLlmCall(event_id=f"{builders.process_id(7)[:-1]}7:0"))
    assert answer.event_id == EVENT


@pytest.mark.parametrize("tokens", [BUNDLE_TOKENS_MIN, 2_000, ANSWER_TOKENS_MAX])
def test_a_long_call_has_its_size(project: Project, tokens: int) -> None:
    talk = [{"role": "user", "content": f"{number} " + "clay " * 2_000} for number in range(20)]
    write(project, messages=talk, text="Cone 04 " * 100)
    answer = get_llm_call(project, GetLlmCall(event_id=EVENT, max_tokens=tokens))
    assert encoded_chars(answer) <= tokens * CHARS_PER_TOKEN
    assert answer.call["attributes"] == {"gen_ai.request.model": "small-1"}
    assert answer.more is not None
    assert ("export" in answer.more) == (tokens == ANSWER_TOKENS_MAX)


def test_another_kind_of_event_is_refused(project: Project) -> None:
    with pytest.raises(NotFoundError, match=r"is log\.emitted, not llm\.called") as caught:
        get_llm_call(project, GetLlmCall(event_id=f"{builders.process_id(1)}:4"))
    assert "search_events" in caught.value.hint


@pytest.mark.parametrize("text", ["nope", "abc:1", f"{builders.process_id(1)}:999", "0190b6a2:1"])
def test_an_id_that_names_no_event_or_several_is_not_found(project: Project, text: str) -> None:
    with pytest.raises(NotFoundError):
        get_llm_call(project, GetLlmCall(event_id=text))
