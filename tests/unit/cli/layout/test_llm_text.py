from __future__ import annotations

from typing import Any

import click
import pytest

from backtrail.cli.failure_text import Page
from backtrail.cli.layout.llm_text import MESSAGE_LINES_MAX, cost_text, place_of, transcript_lines
from backtrail.model.event import Place
from backtrail.trail.views.transcripts import transcript
from built_events import Recorded


def lines(page: Page, *, is_whole: bool = False, **body: Any) -> list[str]:
    told = transcript(Recorded().event("llm.called", 1, **body))
    assert told is not None
    return [click.unstyle(line) for line in transcript_lines(told, page, is_whole=is_whole)]


def test_long_messages_are_cut_unless_all_is_wanted(page: Page) -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    short = lines(page, messages=[{"role": "user", "content": text}])
    assert f"  … {100 - MESSAGE_LINES_MAX} further lines (--all)" in short
    assert "  line 99" in lines(page, is_whole=True, messages=[{"role": "user", "content": text}])


def test_no_line_is_longer_than_the_page(page: Page) -> None:
    told = lines(
        page,
        messages=[{"role": "user", "content": "word " * 200 + "x" * 500}],
        tool_calls=[{"name": "f", "arguments": {"text": "y" * 500}}],
        parameters={"stop": "z" * 300},
        url="http://127.0.0.1/" + "u" * 200,
    )
    assert max(map(len, told)) <= page.width


def test_what_would_move_the_cursor_is_shown_as_an_escape(page: Page) -> None:
    told = "\n".join(lines(page, text="a\x1b[2Jb\rc"))
    assert "\x1b" not in told
    assert "a\\x1b[2Jb" in told


def test_an_answer_that_was_cut_short_is_told(page: Page) -> None:
    attributes = {
        "gen_ai.request.model": "small",
        "gen_ai.response.model": "small-2",
        "gen_ai.response.finish_reasons": ["length"],
    }
    told = lines(
        page, attributes=attributes, text="and then", is_streamed=True, pieces=3, is_complete=False
    )
    assert told[0] == "small (answered by small-2) was not read to its end"
    assert "answer  length" in told
    assert "  streamed 3 pieces" in told


def test_an_answer_of_no_known_shape_is_shown_as_it_came(page: Page) -> None:
    told = lines(page, response_body={"odd": 1})
    assert told[-2:] == ["answer  in no shape that is known", "  {'odd': 1}"]


def test_tools_are_named(page: Page) -> None:
    tools = [{"function": {"name": "look_up"}}, {"name": "add"}, {"type": "web"}, "odd"]
    assert "tools  look_up, add, web, odd" in lines(page, tools=tools)


@pytest.mark.parametrize(
    ("cost", "text"), [(None, ""), (0.0, "$0.00"), (0.00012, "$0.0001"), (12.5, "$12.50")]
)
def test_a_cost_has_as_many_digits_as_it_takes(cost: float | None, text: str) -> None:
    assert cost_text(cost) == text


def test_a_place_is_told_from_where_the_reader_stands(page: Page) -> None:
    place = Place(file="/app/shop.py", line=3, function="f")
    assert (place_of(place, page), place_of(None, page)) == ("shop.py:3 in f", "")
