from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backtrail.serve.bounded import encoded_chars, shrunk

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=40,
)


@given(value=values, chars=st.integers(40, 2_000))
def test_what_comes_back_has_room(value: Any, chars: int) -> None:
    small, is_cut = shrunk(value, chars)
    assert encoded_chars(small) <= chars
    assert is_cut == (encoded_chars(value) > chars)
    assert is_cut or small == value


def test_a_cut_text_says_how_much_is_missing() -> None:
    small, _ = shrunk({"text": "x" * 10_000}, 5_000)
    assert small == {"text": "x" * 4_000 + "… (6,000 more chars)"}


def test_a_cut_list_says_how_many_are_missing() -> None:
    small, _ = shrunk(list(range(100_000)), 2_000)
    assert small[-1] == {"$cut": 100_000 - len(small) + 1}
    assert small[0] == 0


def test_a_cut_object_says_how_many_members_are_missing() -> None:
    small, _ = shrunk({str(number): number for number in range(10_000)}, 1_000)
    assert small["$cut"] == 10_000 - len(small) + 1


def test_one_long_text_does_not_cost_the_short_ones() -> None:
    small, _ = shrunk({"role": "user", "content": "x" * 90_000, "name": "ann"}, 1_000)
    assert (small["role"], small["name"]) == ("user", "ann")


def test_what_is_nested_too_deep_is_cut_at_a_depth() -> None:
    value: Any = "end"
    for _ in range(200):
        value = {"in": [value]}
    small, is_cut = shrunk(value, 300)
    assert is_cut
    assert "$cut" in repr(small)
