from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import STRING_CHARS_MAX, TAINTS_MAX
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.walk import MARGIN_CHARS, Walk, shown_text

SECRET = "open" + "-Sesame" + "-17"


def test_a_short_text_is_shown_as_it_is() -> None:
    walk = Walk()
    assert shown_text("the order was paid", walk) == "the order was paid"
    assert walk.cuts == 0


def test_a_long_text_ends_in_how_much_is_missing() -> None:
    walk = Walk()
    assert (
        shown_text("x" * (STRING_CHARS_MAX + 17), walk) == "x" * STRING_CHARS_MAX + "…[+17 chars]"
    )
    assert shown_text("abcdef", walk, 2) == "ab…[+4 chars]"
    assert walk.cuts == 2


def test_the_same_long_text_is_looked_at_once_for_each_length() -> None:
    walk, text = Walk(), "word " * STRING_CHARS_MAX
    first = shown_text(text, walk)
    assert shown_text(text, walk) == first
    assert len(walk.shown) == 1
    assert shown_text(text, walk, 10).startswith("word word …[+")
    assert shown_text(text, walk) == first


def test_what_is_no_valid_unicode_is_made_so() -> None:
    assert shown_text("a\udc80", Walk()) == r"a\udc80"


@pytest.mark.parametrize("before", range(0, 60, 7))
def test_a_secret_that_a_cut_would_divide_leaves_no_beginning(before: int) -> None:
    key = "sk" + "-" + "Zq7Xw3Kd9Rt5Yh1Bn4Mf8Lc2"
    text = "x" * (STRING_CHARS_MAX - before) + " " + key + "y" * MARGIN_CHARS
    assert "Zq7" not in shown_text(text, Walk())


def test_a_value_that_stood_under_a_secret_name_in_a_text_is_remembered() -> None:
    walk = Walk()
    assert shown_text(f"password={SECRET}", walk) == f"password={MARKER}"
    assert SECRET in walk.taints


def test_only_what_is_worth_searching_for_is_remembered_and_only_so_much() -> None:
    walk = Walk()
    walk.taint("short")
    walk.taint("localhost")
    assert walk.taints == set()
    for number in range(TAINTS_MAX * 2):
        walk.taint(f"{SECRET}-{number}")
    assert TAINTS_MAX <= len(walk.taints) < TAINTS_MAX + 20


def test_a_walk_has_so_many_values_to_visit_as_it_is_given() -> None:
    assert Walk(7).nodes == 7
    assert Walk().nodes > 100


@given(st.text(max_size=100), st.integers(1, 50))
def test_no_text_is_shown_much_longer_than_it_may_be(text: str, keep: int) -> None:
    shown = shown_text(text, Walk(), keep)
    assert shown.encode().decode() == shown
    assert len(shown) <= max(10 * keep, 10 * len(MARKER)) + 30
