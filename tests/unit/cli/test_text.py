from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.cli.text import (
    bytes_text,
    counted,
    cut,
    json_text,
    printable,
    table,
    when_text,
    wrap,
)
from backtrail.model.clock import NS_PER_S


def test_json_is_written_as_one_indented_document() -> None:
    assert json_text({"ids": ["ä"]}) == '{\n  "ids": [\n    "ä"\n  ]\n}'


def test_a_table_aligns_its_columns_and_numbers_to_the_right() -> None:
    lines = table(
        [["a", "7", "first"], ["bcd", "1,200", "second"]],
        heads=["id", "events", "name"],
        width=40,
        right=frozenset({1}),
    )
    assert lines[1:] == ["a         7  first", "bcd   1,200  second"]


def test_a_table_cuts_its_last_column_to_the_width() -> None:
    lines = table([["a", "x" * 99]], heads=["id", "name"], width=30, right=frozenset())
    assert lines[1] == "a   " + "x" * 25 + "…"


def test_a_column_that_says_nothing_is_left_out() -> None:
    rows = [["a", "", "7", "x"], ["b", "", "8", "y"]]
    heads = ["id", "errors", "events", "name"]
    lines = table(rows, heads=heads, width=40, right=frozenset({1, 2}))
    assert lines[1:] == ["a        7  x", "b        8  y"]


def test_a_time_of_today_is_its_clock_and_another_has_its_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    noon = 1_760_011_200 * NS_PER_S
    assert when_text(noon - 90 * NS_PER_S, now_unix_ns=noon) == "11:58:30"
    assert when_text(noon - 86_400 * NS_PER_S, now_unix_ns=noon) == "2025-10-08 12:00"


@given(st.text(), st.integers(1, 40))
def test_a_cut_text_is_one_printable_line_that_fits(text: str, width: int) -> None:
    line = cut(text, width)
    assert len(line) <= width
    assert line.isprintable()


def test_what_would_steer_the_terminal_is_shown_as_an_escape() -> None:
    assert cut("a\x1b[31mb\nc\td", 40) == r"a\x1b[31mb⏎ c d"


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))
def test_a_wrapped_text_is_all_there_when_it_has_room(text: str) -> None:
    assert "".join(wrap(text, 10, 1_000)).replace(" ", "") == text.replace(" ", "")


def test_a_wrapped_text_breaks_at_a_space_near_the_end_of_a_line() -> None:
    assert wrap("user=17, plan='pro', name='Ada'", 11, 5) == [
        "user=17,",
        "plan='pro',",
        "name='Ada'",
    ]
    assert wrap("a " + "x" * 12, 10, 5) == ["a xxxxxxxx", "xxxx"]


@given(st.text(min_size=1), st.integers(30, 60))
def test_a_wrapped_text_keeps_to_its_lines_and_width(text: str, width: int) -> None:
    lines = wrap(text * 50, width, 2)
    assert len(lines) <= 2
    assert all(len(line) <= width for line in lines)


def test_a_wrapped_text_says_how_much_is_missing() -> None:
    assert wrap("x" * 100, 30, 2)[-1] == "x" * 6 + "… (64 more chars)"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 30, "5.0 GiB")]
)
def test_a_size_is_written_in_the_unit_that_fits(size: int, text: str) -> None:
    assert bytes_text(size) == text


def test_a_number_is_written_with_its_noun() -> None:
    assert [counted(n, "process") for n in (0, 1, 2)] == ["0 processes", "1 process", "2 processes"]
    assert counted(1_200, "event") == "1,200 events"


def test_a_text_that_a_terminal_would_obey_is_brought_to_one_that_it_prints() -> None:
    assert printable("plain") == "plain"
    assert printable("\x1b[2J\x9b\r\nx") == "\\x1b[2J\\x9b\\r⏎ x"
