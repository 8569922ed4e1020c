from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.comparison import alignment as module
from backtrail.trail.comparison.alignment import aligned, aligned_twice

words = st.text(alphabet="abc", max_size=14)


def both(left: str, right: str) -> str:
    return "".join(left[at] for at, _ in aligned(left, right))


@pytest.mark.parametrize(
    ("left", "right", "common"),
    [
        ("abc", "abc", "abc"),
        ("abcd", "abd", "abd"),
        ("abd", "abcd", "abd"),
        ("xabc", "abcy", "abc"),
        ("", "abc", ""),
        ("abc", "xyz", ""),
        ("a1b2c", "a9b8c", "abc"),
    ],
)
def test_what_is_alike_stands_side_by_side(left: str, right: str, common: str) -> None:
    assert both(left, right) == common


def test_an_insertion_moves_nothing_behind_it() -> None:
    left = ["begin", *(f"row {number}" for number in range(50)), "end"]
    right = [*left[:20], "extra", *left[20:]]
    assert aligned(left, right) == [(at, at + (at >= 20)) for at in range(len(left))]


@given(words, words)
def test_pairs_are_equal_and_ascend_on_both_sides(left: str, right: str) -> None:
    pairs = aligned(left, right)
    assert all(left[at] == right[to] for at, to in pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(pairs))


@given(words, words)
def test_long_stretches_are_paired_too(left: str, right: str) -> None:
    whole = module.CELLS_MAX
    try:
        module.CELLS_MAX = 0
        pairs = aligned(left, right)
    finally:
        module.CELLS_MAX = whole
    assert all(left[at] == right[to] for at, to in pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(pairs))
    assert bool(pairs) == bool(set(left) & set(right))


@given(words)
def test_a_sequence_is_aligned_with_itself_whole(text: str) -> None:
    assert aligned(text, text) == [(at, at) for at in range(len(text))]


def test_what_is_equal_holds_what_is_only_alike_in_its_place() -> None:
    left = ["ask 1", "log a", "ask 2", "log b"]
    right = ["log x", "ask 2", "log y"]
    kinds = ([word.split()[0] for word in left], [word.split()[0] for word in right])
    assert aligned_twice((left, right), kinds) == [(1, 0), (2, 1), (3, 2)]


def test_long_sequences_take_little_time() -> None:
    left = ["ask", "answer"] * 20_000
    right = [*left[:9_999], "odd", *left[10_001:]]
    began = time.process_time()
    pairs = aligned(left, right)
    assert len(pairs) >= 39_990
    assert time.process_time() - began < 2
