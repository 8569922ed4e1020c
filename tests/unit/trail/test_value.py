from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.trail.value import value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"a": [1, None, True, 2.5, "x'y"], "b": {}},
            """{'a': [1, None, True, 2.5, "x'y"], 'b': {}}""",
        ),
        ([1, 2, {"$cut": 1_075}], "[1, 2, … 1,075 more]"),
        ({"a": 1, "$cut": 17}, "{'a': 1, … 17 more}"),
        (
            {"$type": "shop.Order", "id": 7, "of": {"$type": "shop.User", "$depth": True}},
            "Order(id=7, of=User(…))",
        ),
        ({"$type": "list", "$cycle": True}, "list(… itself)"),
        ({"$type": "dict", "$changing": True}, "dict(… changing meanwhile)"),
        ({"$type": "shop.Lazy", "$broken": "ValueError"}, "Lazy(… could not be read)"),
        ({"$type": "shop.Big", "a": 1, "$cut": 40}, "Big(a=1, … 40 more)"),
        ({"$type": "object"}, "object()"),
        ({"$type": "set", "items": [1, 2]}, "{1, 2}"),
        ({"$type": "set", "items": []}, "set()"),
        ({"$type": "frozenset", "items": [1]}, "frozenset({1})"),
        ({"$type": "collections.deque", "items": [1]}, "deque([1])"),
        ({"$type": "generator", "name": "pages"}, "<generator pages>"),
        ({"$type": "bytes", "size": 300, "head": "abc"}, "<300 bytes 'abc'>"),
        ({"$type": "float", "value": "nan"}, "nan"),
        ({"$type": "int", "bits": 9000, "head": "0xff"}, "0xff… (9000 bits)"),
        (
            {"$type": "numpy.ndarray", "shape": [2], "dtype": "float64", "items": [1.0, 2.0]},
            "ndarray(shape=[2], dtype='float64', items=[1.0, 2.0])",
        ),
        ({"$type": 5}, "{'$type': 5}"),
    ],
)
def test_a_captured_value_is_written_as_in_python(value: object, text: str) -> None:
    assert value_text(value) == text


def test_a_very_long_value_is_cut_and_says_how_much_is_missing() -> None:
    text = value_text("x" * 10_000)
    assert len(text) < 5_000
    assert text.endswith("… (6,002 more chars)")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["$type", "$cut", "$depth", "items", "name", "a"]), inner)
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_value_has_a_text(value: Any) -> None:
    assert value_text(value)
