from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.comparison.values import MISSING, PARTS_MAX, differing, settled

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(0.5, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=15,
)


def paths(left: Any, right: Any) -> list[tuple[str, Any, Any]]:
    return [(part.path, part.left, part.right) for part in differing(left, right)]


def test_the_parts_that_differ_are_named() -> None:
    left = {"items": [{"price": 30}, 2], "same": 1, "gone": 5}
    right = {"items": [{"price": None}, 2, 3], "same": 1, "fresh": 6}
    assert paths(left, right) == [
        ("items[0].price", 30, None),
        ("items[2]", MISSING, 3),
        ("gone", 5, MISSING),
        ("fresh", MISSING, 6),
    ]


def test_values_of_other_types_differ() -> None:
    (part,) = differing(1, right=True)
    assert (part.path, part.left, part.right) == ("", 1, True)
    assert paths({"a": 1}, [1]) == [("", {"a": 1}, [1])]
    assert len(differing([1], [True])) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("id 123e4567-e89b-42d3-a456-426614174000", "id 00000000-e89b-42d3-a456-426614174fff"),
        ("at 2026-11-21T10:00:00.5Z", "at 2025-01-01 09:30"),
        ("<Order object at 0x7f00aa11bb22>", "<Order object at 0x7fdead00beef>"),
        ("http://127.0.0.1:4001/x", "http://127.0.0.1:59999/x"),
        ("/tmp/tmpab12/rows.csv", "/tmp/tmpzz99/rows.csv"),
        ("trace 0190b6a2000070009000000000000001", "trace 0190b6a20000700090000000000000ff"),
    ],
)
def test_what_every_run_makes_anew_is_no_difference(left: str, right: str) -> None:
    assert left != right
    assert differing({"a": left}, {"a": right}) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("order 4711", "order 4712"),
        ("KETTLE", "kettle"),
        ("http://127.0.0.1:80/a", "http://127.0.0.1:80/b"),
        ("deadbeef", "deadbeee"),
        ("1000000000001", "1000000000002"),
    ],
)
def test_what_the_program_decides_is_one(left: str, right: str) -> None:
    assert paths(left, right) == [("", left, right)]


def test_only_the_first_parts_are_told() -> None:
    assert len(differing(list(range(500)), list(range(500, 0, -1)))) == PARTS_MAX


@given(json_values)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert differing(value, value) == []


@given(json_values, json_values)
def test_equal_values_and_only_they_have_no_part_that_differs(left: Any, right: Any) -> None:
    is_same = json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
    assert (differing(left, right) == []) == is_same


def test_plain_text_is_settled() -> None:
    assert settled("nothing to see") == "nothing to see"
