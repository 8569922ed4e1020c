from __future__ import annotations

import pytest

import builders
from backtrail.model.errors import NotFoundError
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.trails import GetTrail, SectionName, get_trail
from backtrail.trail.page.composing import DRAFTS
from sample_store import ERROR, FAILED, HANDLED, SPAN


def test_a_trail_tells_the_failure(project: Project) -> None:
    answer = get_trail(project, GetTrail(id=FAILED))
    assert (answer.trace_id, answer.error_id) == (FAILED, ERROR)
    texts = {section.name: section.text for section in answer.sections}
    assert texts["error"].startswith("**KeyError**, in `price_of` at shop.py:12")
    assert "WARNING shop: 2 left of kettle" in texts["timeline"]
    assert answer.left_out == []


@pytest.mark.parametrize("named", [ERROR, HANDLED])
def test_the_error_that_is_named_is_told(project: Project, named: str) -> None:
    assert get_trail(project, GetTrail(id=named)).error_id == named


def test_any_id_of_the_trace_leads_to_it(project: Project) -> None:
    for named in (SPAN, builders.process_id(1), f"{builders.process_id(1)}:4", FAILED[:31] + "1"):
        assert get_trail(project, GetTrail(id=named)).trace_id == FAILED


def test_a_small_trail_has_its_size_and_says_how_to_see_the_rest(project: Project) -> None:
    many = [
        builders.line("log.emitted", FAILED, t=t, level="info", logger="x", message="y" * 200)
        for t in range(1, 2_000)
    ]
    builders.write_segment(project.home, builders.process_id(5), many)
    for tokens in (500, 900, 4_000, 20_000):
        answer = get_trail(project, GetTrail(id=FAILED, max_tokens=tokens))
        assert encoded_chars(answer) <= tokens * CHARS_PER_TOKEN
        (note,) = [note for note in answer.left_out if note.startswith("timeline: ")]
        asked = f'`get_trail id={FAILED[:12]} sections=["timeline"] max_tokens=20000`'
        assert note.endswith(asked)


def test_only_the_sections_that_are_asked_for_come(project: Project) -> None:
    answer = get_trail(project, GetTrail(id=FAILED, sections=["locals"]))
    assert [section.name for section in answer.sections] == ["locals"]


def test_every_section_may_be_asked_for() -> None:
    assert set(SectionName.__args__) == set(DRAFTS)


def test_an_unknown_id_is_not_found(project: Project) -> None:
    with pytest.raises(NotFoundError):
        get_trail(project, GetTrail(id="zz"))
