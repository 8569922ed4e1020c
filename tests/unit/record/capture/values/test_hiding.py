from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given

from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.hiding import announces, hidden
from backtrail.record.capture.values.walk import Walk
from hostile import HOSTILE, NESTED, Make, Open, Slotted, asked

SECRET = "open" + "-Sesame" + "-17"


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


class Number(int):
    """A number of a class of its own."""


@pytest.mark.parametrize("value", [None, True, False, ""])
def test_what_reveals_nothing_stays(value: object) -> None:
    assert hidden(value, Walk()) is value


@pytest.mark.parametrize("value", [SECRET, SECRET * 99, 7, 0.5, b"", [], {}, object(), [None]])
def test_the_marker_is_the_same_for_every_value(value: object) -> None:
    assert hidden(value, Walk()) == MARKER


@pytest.mark.parametrize(
    "value",
    [
        SECRET, SECRET.encode(), bytearray(SECRET.encode()), Text(SECRET), [SECRET],
        ("ann", SECRET),
        {SECRET}, frozenset({SECRET}), {"pin": SECRET}, {"user": "ann-17", "pw": {"x": [SECRET]}},
        Open(any_name=SECRET), Slotted(SECRET, None), SimpleNamespace(inner=Open(value=SECRET)),
    ],
)  # fmt: skip
def test_the_texts_inside_of_a_secret_value_are_remembered(value: object) -> None:
    walk = Walk()
    assert hidden(value, walk) == MARKER
    assert SECRET in walk.taints
    assert "ann-17" not in walk.taints


@pytest.mark.parametrize("value", [7391462850517, Number(7391462850517), [7391462850517]])
def test_a_long_number_is_remembered(value: object) -> None:
    walk = Walk()
    hidden(value, walk)
    assert "7391462850517" in walk.taints


def test_of_credentials_the_user_is_no_secret() -> None:
    walk = Walk()
    hidden(("some-user", SECRET), walk)
    hidden({"username": "some-user", "host": "db.example.com", "password": SECRET}, walk)
    assert SECRET in walk.taints
    assert walk.taints.isdisjoint({"some-user", "db.example.com"})


def test_nothing_is_asked_and_no_depth_is_too_much() -> None:
    asked.clear()
    deep: Any = SECRET
    for _ in range(5_000):
        deep = [deep]
    around: list[Any] = []
    around.append(around)
    for value in (*HOSTILE, HOSTILE, deep, around, deque(HOSTILE), (n for n in "x")):
        assert hidden(value, Walk()) == MARKER
    assert asked == []


@given(NESTED)
def test_any_value_is_hidden_whole(make: Make) -> None:
    value = make()
    asked.clear()
    shown = hidden(value, Walk())
    assert shown == MARKER or shown is None or shown is True or shown is False or shown == ""
    assert asked == []


def test_the_first_of_a_pair_announces_the_second() -> None:
    assert announces("Authorization", is_pair=True)
    assert announces(b"x-api-key", is_pair=True)
    assert not announces("tokenizer", is_pair=True)
    assert not announces("Authorization", is_pair=False)


def test_an_option_announces_the_next_word() -> None:
    assert announces("--password", is_pair=False)
    assert announces("-token", is_pair=False)
    assert not announces("--password=x", is_pair=False)
    assert not announces("--port", is_pair=False)
    assert not announces(7, is_pair=True)
    assert not announces("-" + "x" * 200 + "password", is_pair=False)
