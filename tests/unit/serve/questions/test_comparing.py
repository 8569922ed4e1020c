from __future__ import annotations

from typing import Any

import pytest

import builders
from backtrail.model.errors import NotFoundError
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.comparing import Compared, CompareTraces, compare_traces

GOOD, BAD = builders.trace_id(7), builders.trace_id(8)


def fetched(trace: str, t: int, **body: Any) -> bytes:
    given = {"method": "GET", "url": "http://kiln/cone", "client": "httpx", "status": 200}
    return builders.line("http.called", trace, t=t, took_ms=1.0, **{**given, **body})


def write(project: Project, good: list[bytes], bad: list[bytes]) -> None:
    for number, trace, lines in ((7, GOOD, good), (8, BAD, bad)):
        began = builders.process_started(trace, argv=["kiln.py"])
        ended = builders.line("process.ended", trace, t=10**9)
        builders.write_segment(project.home, builders.process_id(number), [began, *lines, ended])


def asked(project: Project, **more: int) -> Compared:
    return compare_traces(project, CompareTraces(good=GOOD, bad=BAD, **more))


def test_the_first_difference_comes_before_all(project: Project) -> None:
    write(
        project,
        [fetched(GOOD, 1), fetched(GOOD, 2, response_body={"cone": 4})],
        [fetched(BAD, 1), fetched(BAD, 2, response_body={"cone": None})],
    )
    answer = asked(project)
    assert (answer.good.trace_id, answer.bad.trace_id) == (GOOD, BAD)
    assert answer.is_same_operation
    assert answer.first_divergence is not None
    assert "response_body.cone: 4 became None" in answer.first_divergence
    assert f"(event {builders.process_id(7)}:2)" in answer.first_divergence
    assert "response_body.cone: 4 became None" in answer.changed[0]
    assert answer.more is None


def test_steps_that_only_one_has_are_told(project: Project) -> None:
    paid = fetched(GOOD, 3, url="http://kiln/pay", method="POST")
    write(project, [fetched(GOOD, 1), paid], [fetched(BAD, 1)])
    answer = asked(project)
    assert "the bad one lacks http.called POST http://kiln/pay" in str(answer.first_divergence)
    assert len(answer.missing) == 1
    again = compare_traces(project, CompareTraces(good=BAD, bad=GOOD))
    assert "the bad one also has http.called POST http://kiln/pay" in str(again.first_divergence)
    assert len(again.extra) == 1


def test_traces_that_are_alike_have_no_difference(project: Project) -> None:
    write(project, [fetched(GOOD, 1)], [fetched(BAD, 1)])
    answer = asked(project)
    assert answer.first_divergence is None
    assert (answer.changed, answer.missing, answer.extra) == ([], [], [])


@pytest.mark.parametrize("tokens", [500, 1_000, 20_000])
def test_an_answer_has_its_size_however_much_differs(project: Project, tokens: int) -> None:
    long = "clay " * 300
    good = [fetched(GOOD, t, response_body=f"{t} {long}") for t in range(1, 200)]
    bad = [fetched(BAD, t, response_body=f"{t} glaze {long}") for t in range(1, 200)]
    write(project, good, bad)
    answer = asked(project, max_tokens=tokens)
    assert encoded_chars(answer) <= tokens * CHARS_PER_TOKEN
    assert answer.first_divergence is not None
    assert answer.more is not None
    assert f"`backtrail diff {GOOD} {BAD}`" in answer.more


def test_a_trace_that_is_not_there_is_not_found(project: Project) -> None:
    with pytest.raises(NotFoundError):
        compare_traces(project, CompareTraces(good="zz", bad=BAD))
