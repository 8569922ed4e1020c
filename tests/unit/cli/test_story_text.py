from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from msgspec import structs

import builders
from backtrail.cli.failure_text import Page
from backtrail.cli.story_text import ending_text, event_rows, story_lines
from backtrail.model.kinds import SHORTENED
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.story import Process, Story
from backtrail.trail.telling import tell
from sample_store import FAILED, write_store

PAGE = Page(width=80, cwd="/app")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The story of the sample trace that fails."""
    with Catalog.open(write_store(tmp_path)) as catalog:
        refresh(catalog)
        yield tell(catalog, FAILED)


def page(story: Story, **more: Any) -> str:
    return unstyle("\n".join(story_lines(story, PAGE, **more)))


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"is_live": True, "error_count": 0}, "is running"),
        ({"is_live": True, "error_count": 1}, "is running with 1 error"),
        ({"exit_code": 0, "error_count": 0}, "ended with exit code 0 after 40.0 ms"),
        ({"exit_code": 0, "error_count": 1}, "ended with exit code 0 after 40.0 ms, with 1 error"),
        ({"exit_code": 3}, "failed with exit code 3 after 40.0 ms"),
        ({"signal": "SIGKILL"}, "was ended by SIGKILL after 40.0 ms"),
        ({"is_timed_out": True, "exit_code": 124}, "was ended at its time limit after 40.0 ms"),
        (
            {"status": "unfinished", "error_count": 0},
            "stopped without an end on record after 40.0 ms",
        ),
        ({"status": "ok", "error_count": 0}, "ended after 40.0 ms"),
        ({"status": "error", "error_count": 2, "took_ms": None}, "failed with 2 errors"),
    ],
)
def test_how_a_trace_ended_is_told_in_words(story: Story, more: dict[str, Any], text: str) -> None:
    assert ending_text(structs.replace(story, **more)) == text


def test_a_failure_without_an_error_says_why_there_is_none(story: Story) -> None:
    silent = structs.replace(story, errors=[], error_count=0, exit_code=3)
    assert "No exception ended it" in page(silent)
    assert "No Python process of it was recorded" in page(structs.replace(silent, processes=[]))
    for told in (
        structs.replace(silent, exit_code=0),
        structs.replace(silent, exit_code=124, is_timed_out=True),
        structs.replace(story, exit_code=3),
    ):
        assert "No exception" not in page(told)


def test_only_processes_worth_a_look_are_named(story: Story) -> None:
    (ended,) = story.processes
    killed = structs.replace(ended, pid=9, ending="killed")
    assert "process  " not in page(story)
    assert "process  9 killed: python shop.py" in page(structs.replace(story, processes=[killed]))
    many: list[Process] = [ended] * 9
    assert "… 3 further processes" in page(structs.replace(story, processes=many))


def test_a_wide_outline_is_cut_and_can_be_had_whole(story: Story) -> None:
    rows = [structs.replace(story.outline[1], name=f"row {n}", depth=0) for n in range(60)]
    long = structs.replace(story, outline=rows)
    assert "… 20 further spans (--all shows them)" in page(long)
    assert "row 59" in page(long, is_whole=True)


def test_repeats_and_further_errors_are_bounded(story: Story) -> None:
    others = [structs.replace(story.errors[1], error_id=f"{n:032x}") for n in range(14)]
    text = page(structs.replace(story, errors=[story.errors[0], *others]))
    assert "other errors (14)" in text
    assert "… 4 further errors" in text


def test_a_live_trace_can_be_followed(story: Story) -> None:
    assert f"backtrail tail --trace {FAILED[:16]}" in page(structs.replace(story, is_live=True))


def test_no_events_are_no_list(story: Story) -> None:
    assert list(event_rows([], 0, PAGE)) == []
    assert "events (9)" in page(story, has_events=True)
    assert "events (" not in page(story)


def test_losses_are_summed_over_processes(story: Story) -> None:
    assert [loss.process for loss in story.lost] == [builders.process_id(1)]
    twice = structs.replace(story, lost=story.lost * 2)
    assert "       4  value not captured" in page(twice)
    assert "not on record" not in page(structs.replace(story, lost=[]))


def test_what_says_itself_that_it_was_shortened_is_no_loss(story: Story) -> None:
    shortened = structs.replace(story.lost[0], reason=SHORTENED)
    assert "not on record" not in page(structs.replace(story, lost=[shortened]))
    assert SHORTENED not in page(structs.replace(story, lost=[*story.lost, shortened]))
