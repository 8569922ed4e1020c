from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.state.patch import (
    Change,
    Hidden,
    changes,
    encode,
    is_same,
    json_patch,
    pointer,
)

NAMES = st.text("ab/~0 ", max_size=3)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(-1, 1, allow_nan=False), NAMES
)
VALUES = st.recursive(
    LEAVES,
    lambda inside: st.lists(inside, max_size=6) | st.dictionaries(NAMES, inside, max_size=4),
    max_leaves=25,
)


def applied(patch: list[dict[str, Any]], value: Any) -> Any:
    return jsonpatch.JsonPatch(patch).apply(copy.deepcopy(value))


@given(before=VALUES, after=VALUES)
def test_the_patch_makes_any_value_into_any_other(before: Any, after: Any) -> None:
    assert is_same(applied(json_patch(before, after), before), after)


@given(
    before=st.lists(st.integers(0, 3), max_size=9), after=st.lists(st.integers(0, 3), max_size=9)
)
def test_the_patch_makes_any_list_into_any_other(before: list[int], after: list[int]) -> None:
    patch = json_patch(before, after)
    assert applied(patch, before) == after
    assert len(patch) <= len(before) + len(after)


@given(value=VALUES)
def test_nothing_changes_from_a_value_to_itself(value: Any) -> None:
    assert json_patch(value, copy.deepcopy(value)) == []


def test_what_was_put_in_front_is_the_only_change() -> None:
    before = [{"id": number, "name": "x"} for number in range(200)]
    after = [{"id": -1, "name": "y"}, *before]
    assert json_patch(before, after) == [{"op": "add", "path": "/0", "value": after[0]}]


def test_what_was_taken_out_of_the_middle_is_the_only_change() -> None:
    before = list(range(100))
    after = [number for number in before if number not in {17, 63}]
    assert json_patch(before, after) == [
        {"op": "remove", "path": "/17"},
        {"op": "remove", "path": "/62"},
    ]


def test_a_member_deep_inside_is_changed_by_its_path() -> None:
    before = {"orders": [{"id": 1}, {"id": 2, "ship/to": {"a~b": "Ulm"}}]}
    after = {"orders": [{"id": 1}, {"id": 2, "ship/to": {"a~b": "Bonn"}}]}
    assert json_patch(before, after) == [
        {"op": "replace", "path": "/orders/1/ship~1to/a~0b", "value": "Bonn"}
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (0, False), (1, 1.0), ("1", 1), (None, 0), ([], {}), ("", None)],
)
def test_values_of_different_types_differ(before: Any, after: Any) -> None:
    assert json_patch(before, after) == [{"op": "replace", "path": "", "value": after}]
    assert json_patch([before], [after]) == [{"op": "replace", "path": "/0", "value": after}]


def test_long_lists_that_share_nothing_are_compared_in_time() -> None:
    before, after = list(range(20_000)), list(range(20_000, 40_000))
    patch = json_patch(before, after)
    assert len(patch) == 20_000
    assert patch[-1] == {"op": "replace", "path": "/19999", "value": 39_999}


def test_changes_are_found_one_by_one() -> None:
    found = changes({"a": 1, "b": 2}, {"a": 2, "b": 3})
    assert next(found) == Change("replace", "/a", 1, 2)


def hidden(sign: int) -> Hidden:
    value = Hidden("[redacted]")
    value.sign = sign
    return value


def test_a_secret_that_became_another_is_a_change_that_shows_neither() -> None:
    before, after = {"pin": hidden(1), "in": [hidden(1)]}, {"pin": hidden(2), "in": [hidden(1)]}
    patch = json_patch(before, after)
    assert encode(patch) == b'[{"op":"replace","path":"/pin","value":"[redacted]"}]'
    assert json_patch(before, {"pin": hidden(1), "in": [hidden(1)]}) == []
    assert json_patch([hidden(1), hidden(2)], [hidden(2)]) == [{"op": "remove", "path": "/0"}]


def test_a_path_is_written_as_its_standard_says() -> None:
    assert pointer(pointer("", "a/b"), "m~n") == "/a~1b/m~0n"
