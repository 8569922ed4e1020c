from __future__ import annotations

import asyncio
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import json
import math
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtrail.model.limits import BYTES_HEAD_MAX, INT_BITS_MAX, ITEMS_MAX
from backtrail.record import guard
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values import opaque
from backtrail.record.capture.values.following import follow
from backtrail.record.capture.values.walk import Walk
from hostile import asked, hostile

UTC = dt.UTC


@pytest.fixture(autouse=True)
def _nobody_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    asked.clear()
    guard.lost.clear()
    monkeypatch.setattr(guard, "is_strict", True)
    yield
    assert asked == []
    assert guard.lost == {}


def shown(value: Any) -> Any:
    return follow(value, 0, Walk())


class Color(enum.Enum):
    """Has members, one of which holds a secret."""

    RED = "red"
    PASSWORD = "open" + "-sesame"


class Flag(enum.IntFlag):
    """Has members that are numbers."""

    A = 1


class Owner:
    """Has a method."""

    def work(self) -> None:
        """Do nothing."""


class Zone(dt.tzinfo):
    """A time zone of the program's own."""

    def utcoffset(self, _: dt.datetime | None) -> dt.timedelta:
        """Tell."""
        asked.append("utcoffset")
        raise RuntimeError("do not ask for the offset")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (decimal.Decimal("19.90"), "19.90"),
        (fractions.Fraction(1, 3), "1/3"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (pathlib.Path("/a/password=x"), f"/a/password={MARKER}"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29, 7, tzinfo=UTC), "2024-02-29 07:00:00+00:00"),
        (dt.time(7, 30), "07:30:00"),
        (dt.timedelta(hours=7), "7:00:00"),
        (zoneinfo.ZoneInfo("UTC"), "UTC"),
        (ipaddress.ip_address("::1"), "::1"),
        (Color.RED, "Color.RED"),
        (Color.PASSWORD, "Color.PASSWORD"),
        (Flag.A, "Flag.A"),
        (1j, "1j"),
        (..., "Ellipsis"),
    ],
)
def test_a_value_of_the_standard_library_is_its_text(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), {"$type": "float", "value": "nan"}),
        (-math.inf, {"$type": "float", "value": "-inf"}),
        (1 << 63, {"$type": "int", "value": "9223372036854775808"}),
        ((1 << 63) - 1, 9223372036854775807),
        (-(1 << 63), -9223372036854775808),
        (1 << INT_BITS_MAX, {"$type": "int", "bits": INT_BITS_MAX + 1, "head": hex(1 << 63)}),
        (-(3 << 9_000), {"$type": "int", "bits": 9_002, "head": hex(3 << 62)}),
        (json.dumps, {"$type": "function", "name": "dumps"}),
        (len, {"$type": "function", "name": "len"}),
        (Owner().work, {"$type": "function", "name": "Owner.work"}),
        (str.join, {"$type": "function", "name": "str.join"}),
        (Owner, {"$type": "class", "name": f"{__name__}.Owner"}),
        (json, {"$type": "module", "name": "json"}),
        (types.ModuleType("token=x"), {"$type": "module", "name": f"token={MARKER}"}),
        (b"raw", {"$type": "bytes", "size": 3, "head": "raw"}),
        (bytearray(b"\xff"), {"$type": "bytearray", "size": 1, "head": "\\xff"}),
        (memoryview(b"raw"), {"$type": "memoryview", "size": 3}),
        (re.compile("a+"), {"$type": "re.Pattern", "pattern": "a+"}),
        (re.compile(b"a+"), {"$type": "re.Pattern", "pattern": None}),
        (re.search("b", "abc"), {"$type": "re.Match", "span": [1, 2], "match": "b"}),
        (object(), {"$type": "object"}),
    ],
)
def test_a_value_is_described(value: object, told: object) -> None:
    assert shown(value) == told
    assert type(shown(value)) is type(told)


def test_a_released_view_and_a_foreign_time_zone_are_told_without_asking() -> None:
    view = memoryview(b"raw")
    view.release()
    assert shown(view) == {"$type": "memoryview", "released": True}
    moment = dt.datetime(2024, 2, 29, tzinfo=Zone())
    assert shown(moment) == {"$type": "datetime.datetime", "value": "2024-02-29 00:00:00"}


def test_what_runs_is_named_and_not_touched() -> None:
    async def work() -> None:
        """Do nothing."""

    async def stream() -> Any:
        yield 1

    waiting = work()
    name = f"{test_what_runs_is_named_and_not_touched.__name__}.<locals>"
    assert shown(waiting) == {"$type": "coroutine", "name": f"{name}.work"}
    assert shown(stream()) == {"$type": "async_generator", "name": f"{name}.stream"}
    asyncio.run(waiting)


def test_a_fraction_of_numbers_too_long_to_print_is_described() -> None:
    long = fractions.Fraction(1 << 100_000, 3)
    assert shown(long)["$type"] == "fractions.Fraction"


def test_a_secret_in_bytes_goes_also_where_they_are_cut() -> None:
    key = "sk" + "-" + "Zq7Xw3Kd9Rt5Yh1Bn4Mf8Lc2"
    raw = b"x" * (BYTES_HEAD_MAX - 10) + b" " + key.encode()
    assert "Zq7" not in str(shown(raw))
    assert shown(raw)["size"] == len(raw)
    assert shown(b"password=abcdef")["head"] == f"password={MARKER}"


def test_a_class_that_only_bears_a_known_name_is_an_object_like_any() -> None:
    fake = type("Decimal", (), {"__module__": "decimal", "__str__": lambda _: 1 / 0})
    assert shown(fake()) == {"$type": "decimal.Decimal"}
    frame = type("DataFrame", (), {"__module__": "pandas", "shape": property(lambda _: 1 / 0)})
    assert shown(frame()) == {"$type": "pandas.DataFrame"}
    assert opaque.is_genuine(decimal.Decimal)
    assert not opaque.is_genuine(fake)
    assert not opaque.is_genuine(hostile())


def test_an_array_is_its_shape_and_kind_and_a_tiny_one_its_numbers() -> None:
    assert shown(np.zeros((1_000, 1_000))) == {
        "$type": "numpy.ndarray",
        "shape": [1_000, 1_000],
        "dtype": "float64",
    }
    tiny = shown(np.array([1.5, math.nan]))
    assert tiny["items"] == [1.5, {"$type": "float", "value": "nan"}]
    assert "items" not in shown(np.arange(ITEMS_MAX + 1))
    assert "items" not in shown(np.array([object()]))
    assert shown(np.float64(1.5)) == 1.5
    assert shown(np.int64(7)) == 7
    assert shown(np.bool_(1)) is True
    assert shown(np.str_("password=abcdef"))["value"] == f"password={MARKER}"


def test_a_table_is_its_shape_and_columns_without_its_rows() -> None:
    table = pd.DataFrame({"user": ["ann"], "password": ["open" + "-sesame"], "token=x": [1]})
    told = shown(table)
    assert told["shape"] == [1, 3]
    assert told["columns"] == ["user", "password", f"token={MARKER}"]
    assert [str(kind) for kind in table.dtypes] == told["dtypes"]
    assert "sesame" not in str(told)
    assert shown(pd.Series([1, 2]))["shape"] == [2]
    assert shown(pd.Timestamp("2024-02-29")) == "2024-02-29 00:00:00"
    heir = type("Heir", (pd.DataFrame,), {})({"a": [1]})
    assert shown(heir)["shape"] == [1, 1]


def test_an_array_whose_class_fails_is_still_named() -> None:
    broken = type("Broken", (np.ndarray,), {"shape": property(lambda _: 1 / 0)})
    walk = Walk()
    value = np.ndarray.__new__(broken, 3)
    assert follow(value, 0, walk) == {"$type": f"{__name__}.Broken"}
    assert walk.cuts == 1
