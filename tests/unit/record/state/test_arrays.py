from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtrail.record import guard
from backtrail.record.capture.values.walk import Walk
from backtrail.record.state.arrays import is_array, shown
from backtrail.record.state.digests import Digests


def seen(value: Any) -> Any:
    return shown(value, Walk(), Digests())


def test_only_arrays_and_tables_are_taken_for_such() -> None:
    frame = pd.DataFrame({"a": [1]})
    assert all(map(is_array, (np.ndarray, np.matrix, type(frame), type(frame["a"]))))
    assert not any(map(is_array, (list, dict, type, str, np.int64)))


def test_a_small_array_is_kept_number_by_number() -> None:
    assert seen(np.array([[1.5, np.nan], [np.inf, 2]])) == {
        "$type": "numpy.ndarray",
        "shape": [2, 2],
        "dtype": "float64",
        "items": [[1.5, "nan"], ["inf", 2.0]],
    }


def test_a_large_array_is_known_by_its_digest_however_it_is_stored() -> None:
    plain = np.arange(10_000).reshape(100, 100)
    other = np.asfortranarray(plain)
    assert "items" not in seen(plain)
    assert seen(plain)["sha256"] == seen(other)["sha256"]
    other[99, 0] += 1
    assert seen(plain)["sha256"] != seen(other)["sha256"]


def test_an_array_of_objects_is_shown_by_its_shape_alone() -> None:
    assert seen(np.array([object()] * 2)) == {
        "$type": "numpy.ndarray", "shape": [2], "dtype": "object",
    }  # fmt: skip


def test_a_small_table_is_kept_cell_by_cell() -> None:
    frame = pd.DataFrame({"name": ["ann", None], "age": [31, 7]})
    columns = seen(frame)["columns"]
    assert columns["age"] == {"shape": [2], "dtype": "int64", "items": [31, 7]}
    assert columns["name"]["items"][0] == "ann"


def test_a_large_table_is_known_by_the_digests_of_its_columns() -> None:
    frame = pd.DataFrame({"a": range(5_000), "b": [f"row {n}" for n in range(5_000)]})
    before = seen(frame)["columns"]
    frame.loc[4_999, "b"] = "another"
    after = seen(frame)["columns"]
    assert before["a"] == after["a"]
    assert len(before["a"]["sha256"]) == 64
    assert before["b"]["sha256"] != after["b"]["sha256"]


@pytest.mark.parametrize("rows", [2, 5_000])
def test_a_column_with_a_secret_name_is_hidden(rows: int) -> None:
    hush = "lady" + "bird"
    walk = Walk()
    frame = pd.DataFrame({"password": [hush] * rows, "age": [1] * rows})
    described = shown(frame, walk, Digests())
    assert described["columns"]["password"]["items"] == "[redacted]"
    assert hush in walk.taints
    assert hush not in json.dumps(described)


def test_columns_of_one_name_are_no_trouble() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert seen(frame)["shape"] == [1, 2]


def test_objects_of_the_program_in_a_table_are_not_asked_for_a_digest() -> None:
    class Loud:
        def __hash__(self) -> int:
            raise AssertionError("asked")

        __str__ = __repr__ = __hash__  # type: ignore[assignment]

    series = pd.Series([Loud()] * 2_000, dtype=object)
    assert seen(series)["sha256"] is None
    assert guard.lost == {}
