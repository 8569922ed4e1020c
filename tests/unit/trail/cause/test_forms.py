from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits.reading import LEAF_CHARS_MAX, LEAVES_MAX
from backtrail.trail.cause.forms import (
    FOLDED,
    PART,
    PIECED,
    SAME,
    WITHIN,
    Sought,
    leaves,
    number_text,
    pieces,
)


@pytest.mark.parametrize(
    ("value", "text", "level"),
    [
        ("lis/417", "lis/417", SAME),
        ("lis/417", "key lis/417 is here", WITHIN),
        ("lis/417", "HTL-LIS-0417", PIECED),
        ("lis/417", "HTL-LIS-0174", 0),
        ("lis/417", "LIS and 0417", 0),
        ("pixel-forge", "Pixel Forge", PIECED),
        ("pixel-forge", '{"name": "Pixel  Forge GmbH"}', PIECED),
        ("Jo.Tan@example.org", "jo.tan@EXAMPLE.org", FOLDED),
        ("DE129273398", "de-129273398", PIECED),
        ("2024-03-31", "2024-03-31T23:40:00", PIECED),
        ("42", "142", 0),
        ("42", "4 2", 0),
        ("user:alice", "alice", PART),
        ("user:alice", "ice", 0),
        ("ab", "AB", FOLDED),
        ("a-b", "", 0),
        ("", "anything", 0),
        ("***", "anything", 0),
    ],
)
def test_a_text_shows_a_value_in_another_form(value: str, text: str, level: float) -> None:
    assert Sought(value).level(text) == level


@given(st.text(max_size=40))
def test_every_value_shows_itself(value: str) -> None:
    assert Sought(value).level(value) == SAME


@given(st.text(max_size=40), st.text(max_size=80))
def test_a_level_is_between_nothing_and_the_same(value: str, text: str) -> None:
    assert 0 <= Sought(value).level(text) <= SAME


def test_the_end_of_a_very_long_text_is_not_looked_at() -> None:
    assert Sought("needle").level("x " * LEAF_CHARS_MAX + "needle") == 0


def test_pieces_are_words_in_lower_case_and_numbers_without_leading_zeros() -> None:
    assert pieces("HTL-LIS-0092 Küche_7") == ("htl", "lis", "92", "küche", "7")
    assert pieces("000") == ("0",)


def test_the_texts_of_a_value_come_with_their_names_also_out_of_json_in_a_text() -> None:
    found = leaves({"a": [1, {"b": "x"}], "c": '{"d": "deep"}', "n": None, "t": True})
    assert {("a", "1"), ("b", "x"), ("d", "deep")} <= set(found)
    assert {"a", "b", "c", "d"} <= {text for name, text in found if not name}
    assert leaves("plain") == [("", "plain")]


def test_a_value_without_end_is_looked_through_so_far() -> None:
    assert len(leaves(list(range(LEAVES_MAX * 2)))) == LEAVES_MAX


def test_equal_numbers_are_written_alike() -> None:
    assert number_text(5.0) == number_text(5) == "5"
    assert number_text(0.1) == "0.1"
    assert number_text(float("inf")) == "inf"
