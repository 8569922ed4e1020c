"""Exceptions of five frames with ten locals each: small ones, and ones that hold much data.

Each is of a class of its own, since recorders count repeats of the same error instead of
recording them in full. The big values are made once: raising only binds them to names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from measure import Loop, Row

_numbers = count()


class Cart:
    """An object of the program's own, with attributes and without a `__repr__`."""

    def __init__(self, items: int) -> None:
        self.items = [f"item {i}" for i in range(items)]
        self.owner = "visitor"


def _big_values(frame: int) -> dict[str, Any]:
    return {
        "numbers": list(range(10_000)),
        "rows": [{"id": i, "name": f"row {i}", "frame": frame} for i in range(1_000)],
        "index": {f"key {i}": i for i in range(5_000)},
        "text": f"word {frame} " * 10_000,
        "blob": bytes(100_000),
        "nested": {"a": {"b": {"c": {"d": [list(range(100)) for _ in range(100)]}}}},
        "seen": set(range(1_000)),
        "names": tuple(f"name {i}" for i in range(1_000)),
        "cart": Cart(1_000),
    }


_BIG = [_big_values(frame) for frame in range(5)]


def _small(depth: int, row: Row, failure: type[Exception]) -> None:
    user, order, amount, is_new = row
    lines, currency, retries, shop = [1, 2, 3], "EUR", 3, {"name": "north", "open": True}
    if depth == 1:
        raise failure(f"cannot charge {order}")
    _small(depth - 1, row, failure)
    del user, amount, is_new, lines, currency, retries, shop


def _big(depth: int, row: Row, failure: type[Exception]) -> None:
    values = _BIG[depth - 1]
    numbers, rows, index, text = values["numbers"], values["rows"], values["index"], values["text"]
    blob, nested, cart = values["blob"], values["nested"], values["cart"]
    if depth == 1:
        raise failure(f"cannot charge {row[1]}")
    _big(depth - 1, row, failure)
    del numbers, rows, index, text, blob, nested, cart


def small(row: Row) -> Exception:
    """Raise and catch an exception of five frames with ten small locals each."""
    return _caught(_small, row)


def big(row: Row) -> Exception:
    """Raise and catch an exception of five frames with ten locals each, about 1 MB a frame."""
    return _caught(_big, row)


def loop(make: Callable[[Row], Exception], record: Callable[[Exception], object]) -> Loop:
    """Return a loop that makes an exception for each row and records it."""

    def run(rows: list[Row]) -> None:
        for row in rows:
            record(make(row))

    return run


def failures(number: int) -> Iterator[type[Exception]]:
    """Make exception classes, each with a name of its own."""
    for i in range(number):
        yield type(f"Failure{next(_numbers)}_{i}", (Exception,), {})


_classes: list[type[Exception]] = []


def prepare(number: int) -> None:
    """Have so many classes at hand, so that making them is not measured."""
    _classes.extend(failures(number))


def _caught(raise_it: Callable[[int, Row, type[Exception]], None], row: Row) -> Exception:
    try:
        raise_it(5, row, _classes.pop())
    except Exception as error:  # noqa: BLE001 - the operation is to record whatever was raised
        return error
    raise AssertionError
