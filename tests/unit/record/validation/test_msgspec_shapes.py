from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from backtrail.record.validation import feature

Told = Callable[[], list[dict[str, Any]]]


class Order(msgspec.Struct):
    """A struct as programs have them."""

    size: int
    token: str = ""


def test_a_value_that_is_refused_is_told_with_what_it_was(told: Told) -> None:
    row = {"size": "x"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(row, Order)
    (event,) = told()
    assert event["library"] == "msgspec"
    assert event["model"] == "Order"
    assert event["failures"] == [
        {"path": "$.size", "message": "Expected `int`, got `str`", "value": "x"}
    ]
    assert event["caller"]["code"] == "msgspec.convert(row, Order)"


def test_a_decoder_tells_too(told: Told) -> None:
    decoder = msgspec.json.Decoder(list[Order])
    body = b'[{"size": 1}, {"size": "x"}]'
    with pytest.raises(msgspec.ValidationError):
        decoder.decode(body)
    (failure,) = told()[0]["failures"]
    assert failure["path"] == "$[1].size"
    assert failure["value"] == "x"


def test_a_shape_that_is_named_by_keyword_is_told(told: Told) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"size": "x"}', type=Order)
    assert told()[0]["model"] == "Order"
    assert "value" not in told()[0]["failures"][0]


def test_a_secret_that_is_refused_is_hidden(told: Told) -> None:
    row = {"size": 1, "token": 7391462850}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(row, Order)
    (failure,) = told()[0]["failures"]
    assert failure == {"path": "$.token", "message": "type", "value": "[redacted]"}


def test_the_error_and_its_traceback_are_as_without_us(told: Told) -> None:
    def lines() -> list[str]:
        try:
            msgspec.convert({"size": "x"}, Order)
        except msgspec.ValidationError as error:
            return [*traceback.format_exception(error), repr(error.args)]
        raise AssertionError

    watched = lines()
    feature.unwatch()
    assert watched == lines()
    assert len(told()) == 1
    assert "__init__" not in vars(msgspec.ValidationError)


def test_an_error_that_the_program_makes_of_its_own_is_told(told: Told) -> None:
    error = msgspec.ValidationError("no pens left")
    assert str(error) == "no pens left"
    assert told()[0]["failures"] == [{"path": "$", "message": "no pens left"}]
    msgspec.ValidationError()
    assert len(told()) == 1
