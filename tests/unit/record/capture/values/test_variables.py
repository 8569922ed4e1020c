"""A frame's variables: each within its share, none under a secret name, what comes twice once."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.following import follow
from backtrail.record.capture.values.variables import follow_variables
from backtrail.record.capture.values.walk import Walk

PASSWORD = "tr0ub4dor" + "-staple-9"
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner) | st.tuples(inner),
    max_leaves=10,
)


def shown(
    values: dict[str, Any], *, walk: Walk | None = None, share: int = 100, are_plain: bool = True
) -> dict[str, Any]:
    return follow_variables(values, walk or Walk(), are_plain=are_plain, share=share)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES))
def test_a_variable_is_shown_as_any_value_is(values: dict[str, Any]) -> None:
    assert shown(values) == {name: follow(value, 0, Walk(100)) for name, value in values.items()}


def test_the_variables_themselves_stay_as_they_are() -> None:
    values = {"whole": 1, "broken": math.nan, "many": [1, 2]}
    shown(values)
    assert list(values) == ["whole", "broken", "many"]
    assert values["many"] == [1, 2]
    assert math.isnan(values["broken"])


def test_a_large_variable_leaves_room_for_the_next() -> None:
    rows = [{"number": n, "square": n * n} for n in range(50)]
    found = shown({"rows": rows, "again": [*rows]}, walk=Walk(200), share=30)
    assert found["rows"] == found["again"]
    assert found["rows"][-1]["$cut"] > 0


def test_all_variables_together_spend_no_more_than_the_frame_has() -> None:
    values = {f"v{n}": [{"n": [n]}] for n in range(100)}
    walk = Walk(50)
    found = shown(values, walk=walk)
    assert found["v0"] == [{"n": [0]}]
    assert found["v99"] == {"$type": "list", "$depth": True, "size": 1}
    assert walk.nodes <= 0


def test_a_value_that_is_handed_on_is_looked_at_once() -> None:
    walk = Walk()
    order = {"lines": [1, 2]}
    first = shown({"order": order}, walk=walk)["order"]
    order["lines"] = [3]
    assert shown({"given": order}, walk=walk)["given"] is first
    assert shown({"given": order})["given"] == {"lines": [3]}


def test_a_larger_share_looks_again() -> None:
    walk, rows = Walk(), [{"n": n} for n in range(20)]
    few, many = (shown({"rows": rows}, walk=walk, share=share)["rows"] for share in (20, 100))
    assert len(few) < len(many) == 20


def test_what_is_handed_on_counts_each_time() -> None:
    walk, numbers = Walk(), list(range(10))
    left = []
    for name in ("a", "b"):
        shown({name: numbers}, walk=walk)
        left.append(walk.nodes)
    assert left[0] - left[1] == 10


def test_two_values_are_never_taken_for_one_another() -> None:
    walk = Walk(5_000)
    found = [shown({"made": [n]}, walk=walk)["made"] for n in range(1_000)]
    assert found == [[n] for n in range(1_000)]


def test_a_secret_name_hides_its_value_wherever_it_stands() -> None:
    walk = Walk()
    found = shown({"user": "anna", "password": PASSWORD, "n": 1}, walk=walk, are_plain=False)
    assert found == {"user": "anna", "password": MARKER, "n": 1}
    assert list(found) == ["user", "password", "n"]
    assert PASSWORD in walk.taints


def test_a_name_that_is_itself_a_secret_is_not_written() -> None:
    found = shown({f"password={PASSWORD}": 1}, are_plain=False)
    assert PASSWORD not in str(found)
    assert list(found.values()) != []


def test_a_secret_inside_a_long_text_is_not_shown_the_second_time_either() -> None:
    text = "x " * 80 + f"password={PASSWORD} " + "y " * 2_000
    found = shown({"a": text, "b": [text], "c": text})
    assert PASSWORD not in str(found)
    assert found["a"] == found["c"] == found["b"][0]
