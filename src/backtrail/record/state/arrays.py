"""Arrays and tables of the data libraries, by their shape and what they hold.

Small ones are kept number by number, so that a change is seen where it is; of others a digest is.
A library is only known where the program has imported it.
"""

from __future__ import annotations

import sys
from typing import Any

from backtrail.model.limits import TRACKED_CELLS_MAX
from backtrail.record import guard
from backtrail.record.capture.redact import is_secret_name
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.shapes import derives, shape_of
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.state.digests import Digests

Json = Any

_NUMBERS = "biuf"
"""Kinds of numpy's types whose values are plain numbers."""
_DIGESTED = _NUMBERS + "cmMSU"
_TABLES = ("DataFrame", "Series")


def is_array(kind: type) -> bool:
    """Whether values of a type are arrays of numpy, or tables or columns of pandas."""
    array = getattr(sys.modules.get("numpy"), "ndarray", None)
    if array is not None and derives(kind, array):
        return True
    pandas = sys.modules.get("pandas")
    return pandas is not None and any(kind is getattr(pandas, name, None) for name in _TABLES)


def shown(value: Any, walk: Walk, digests: Digests) -> Json:
    """Describe an array or a table by shape and types, and by its values or their digest."""
    described: dict[str, Json] = {"$type": shape_of(type(value)).name}
    try:
        if hasattr(value, "columns"):
            described |= _table(value, walk, digests)
        elif hasattr(value, "array"):
            described |= _column(value, walk, digests)
        else:
            described |= _array(value, digests)
    except Exception as error:  # noqa: BLE001 - a library's own fault must not cost the record
        walk.cuts += 1
        guard.count(f"array not captured: {type(error).__name__}")
    return described


def _array(value: Any, digests: Digests) -> dict[str, Json]:
    ndarray = sys.modules["numpy"].ndarray
    plain = ndarray.view(value, ndarray)
    described: dict[str, Json] = {"shape": list(plain.shape), "dtype": str(plain.dtype)}
    if plain.size <= TRACKED_CELLS_MAX and plain.dtype.kind in _NUMBERS:
        return {**described, "items": _numbers(plain.tolist())}
    if plain.dtype.kind in _DIGESTED:
        described["sha256"] = digests.of(_rows(plain), plain.nbytes)
    return described


def _rows(plain: Any) -> Any:
    """Yield the bytes of an array piece by piece, in the order of its indices."""
    if plain.ndim and not plain.flags.c_contiguous:
        for row in plain:
            yield row.tobytes()
    else:
        yield plain.tobytes()


def _numbers(items: Any) -> Json:
    """Return numbers with those that JSON does not have as texts."""
    if type(items) is list:
        return [_numbers(item) for item in items]
    if type(items) is float and items - items != 0.0:
        return repr(items)
    return items


def _column(value: Any, walk: Walk, digests: Digests) -> dict[str, Json]:
    """Describe a column of pandas."""
    name = str(value.name) if type(value.name) is str else ""
    described: dict[str, Json] = {"shape": list(value.shape), "dtype": str(value.dtype)}
    if is_secret_name(name):
        return described | {"items": hidden(value.tolist()[:TRACKED_CELLS_MAX], walk)}
    if len(value) <= TRACKED_CELLS_MAX:
        return described | {"items": [snapshot(item, walk=walk) for item in value.tolist()]}
    return described | {"sha256": _digest(value, digests)}


def _table(value: Any, walk: Walk, digests: Digests) -> dict[str, Json]:
    """Describe a table of pandas, the columns of a small one by their values."""
    rows, width = value.shape
    is_small = rows * width <= TRACKED_CELLS_MAX
    columns: dict[str, Json] = {}
    for place, label in enumerate(value.columns[:TRACKED_CELLS_MAX]):
        name, column = str(label), value.iloc[:, place]
        if is_small or is_secret_name(name):
            described = _column(column, walk, digests)
        else:
            described = {"dtype": str(column.dtype), "sha256": _digest(column, digests)}
        columns[shown_text(name, walk)] = described
    return {"shape": [rows, width], "columns": columns}


def _digest(column: Any, digests: Digests) -> str | None:
    """Return the digest of a column of values that are no objects of the program's own."""
    if column.dtype == object and any(
        type(item) not in {str, int, float, bool, bytes, type(None)} for item in column.tolist()
    ):
        return None
    hashes = sys.modules["pandas"].util.hash_pandas_object(column, index=True).to_numpy()
    return digests.of([hashes.tobytes()], hashes.nbytes)
