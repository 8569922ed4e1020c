from __future__ import annotations

from typing import Any

import pytest

import builders
from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import BUNDLE_TOKENS_MIN
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.causes import WhyAsked, find_cause, fitted
from backtrail.trail.cause.answer import Step
from page_sample import candidate, why
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


def test_an_answer_has_its_size_however_long_the_texts_are() -> None:
    long = "cone-04-heron " + "clay " * 800
    chain = [Step(event_id=f"aa:{number}", where="kiln.py:fire", text=long) for number in range(9)]
    candidates = [
        candidate(f"aa:{number}", evidence=[long] * 9, against=[long] * 9, chain=chain)
        for number in range(5)
    ]
    found = why(*candidates, error=long, suspects=[long] * 20)
    sizes = {}
    for tokens in (BUNDLE_TOKENS_MIN, 1_000, 4_000, 20_000):
        shown = fitted(found, tokens)
        assert encoded_chars(shown) <= tokens * CHARS_PER_TOKEN
        assert shown.candidates[0].event_id == "aa:0"
        assert shown.more is not None
        sizes[tokens] = len(shown.candidates)
    assert sizes[BUNDLE_TOKENS_MIN] < sizes[20_000] == 5
    small = fitted(found, BUNDLE_TOKENS_MIN)
    assert "candidates left out: raise `max_tokens`" in str(small.more)
    first, between, last = small.candidates[0].chain
    assert (first[-14:], between, last[-14:]) == (
        "e (event aa:0)",
        "… 7 more steps",
        "e (event aa:8)",
    )


def test_what_has_room_is_not_cut() -> None:
    found = why(candidate())
    shown = fitted(found, 4_000)
    assert shown.more is None
    assert shown.candidates[0].evidence == found.candidates[0].evidence


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
