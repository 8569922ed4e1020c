from __future__ import annotations

from typing import Any

import pytest

import builders
from backtrail.model.errors import NotFoundError
from backtrail.model.limits import BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.causes import WhyAsked, find_cause
from sample_store import ERROR, FAILED, HANDLED, WELL

TRACE = builders.trace_id(7)
KILN = "0190b6a3000070009000000000000f07"


def write(project: Project, *before: bytes, **error: Any) -> None:
    lines = [
        builders.process_started(TRACE),
        *before,
        builders.line("error.raised", TRACE, t=10**9, **builders.error_body(KILN, **error)),
    ]
    builders.write_segment(project.home, builders.process_id(7), lines)


def read_variable(t: int, value: str) -> bytes:
    return builders.line("environment.read", TRACE, t=t, name=f"CONE{t}", value=value)


def test_the_event_where_the_trouble_entered_is_named(project: Project) -> None:
    write(project, read_variable(5, "cone-04-heron"), message="'cone-04-heron'")
    answer = find_cause(project, WhyAsked(id=KILN))
    assert (answer.trace_id, answer.error_id) == (TRACE, KILN)
    assert answer.error == "KeyError: 'cone-04-heron'"
    first = answer.candidates[0]
    assert first.event_id == f"{builders.process_id(7)}:1"
    assert first.event_kind == "environment.read"
    assert "cone-04-heron" in first.event_text
    assert f"(event {first.event_id})" in first.chain[0]
    assert answer.more is None


def test_an_answer_has_its_size_however_long_the_texts_are(project: Project) -> None:
    long = "cone-04-heron " + "clay " * 200
    many = [read_variable(t, f"{long}{t}") for t in range(1, 30)]
    write(project, *many, message="'cone-04-heron' " + "x" * 5_000)
    whole = find_cause(project, WhyAsked(id=TRACE, max_tokens=20_000))
    small = find_cause(project, WhyAsked(id=TRACE, max_tokens=BUNDLE_TOKENS_MIN))
    assert encoded_chars(whole) > BUNDLE_TOKENS_MIN * CHARS_PER_TOKEN
    assert encoded_chars(small) <= BUNDLE_TOKENS_MIN * CHARS_PER_TOKEN
    assert small.candidates[0].event_id == whole.candidates[0].event_id
    assert small.more is not None
    assert "`max_tokens`" in small.more


def test_one_of_several_errors_is_explained_when_it_is_named(project: Project) -> None:
    assert find_cause(project, WhyAsked(id=HANDLED)).error_id == HANDLED
    assert find_cause(project, WhyAsked(id=FAILED)).error_id == ERROR


def test_where_nothing_went_wrong_it_says_so(project: Project) -> None:
    answer = find_cause(project, WhyAsked(id=WELL))
    assert (answer.error, answer.candidates) == (None, [])
    assert answer.note is not None


def test_an_unknown_id_is_answered_with_the_nearest(project: Project) -> None:
    with pytest.raises(NotFoundError, match="there is no trace") as caught:
        find_cause(project, WhyAsked(id="0190b6a2ffff"))
    assert "did you mean" in caught.value.hint
