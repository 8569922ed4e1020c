from __future__ import annotations

import io
import json
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import requests

from backtrail.model.limits import VALIDATION_TEXT_CHARS_MAX
from backtrail.record.validation import feature

Told = Callable[[], list[dict[str, Any]]]


def test_a_text_that_is_no_json_is_told_with_where_and_what(told: Told) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads('{"size": nope}')
    (event,) = told()
    assert event["library"] == "json"
    assert event["failures"] == [
        {
            "path": "$",
            "message": "Expecting value: line 1 column 10 (char 9)",
            "value": '{"size": nope}',
        }
    ]
    assert event["caller"]["code"] == """json.loads('{"size": nope}')"""


def test_files_and_bytes_are_told_of_too(told: Told) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.load(io.StringIO("[1,"))
    with pytest.raises(json.JSONDecodeError):
        json.loads(b"[1,")
    with pytest.raises(json.JSONDecodeError):
        json.JSONDecoder().raw_decode("nope")
    assert len(told()) == 3


def test_of_a_long_text_the_place_is_shown(told: Told) -> None:
    text = "[" + "1, " * 50_000 + "nope" + ", 1" * 50_000 + "]"
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    shown = told()[0]["failures"][0]["value"]
    assert "nope" in shown
    assert len(shown) == VALIDATION_TEXT_CHARS_MAX


def test_a_secret_whose_name_stands_long_before_is_hidden(told: Told) -> None:
    hush = "lady bird " * 100
    with pytest.raises(json.JSONDecodeError):
        json.loads(f'{{"size": 1, "password": "{hush}", nope')
    assert "lady" not in str(told())
    assert "nope" in str(told())


def test_an_error_that_a_library_raises_anew_is_told_once(told: Told) -> None:
    response = requests.Response()
    response._content = b"<html>"  # noqa: SLF001 - as a server would answer
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()
    (event,) = told()
    assert event["failures"][0]["value"] == "<html>"


def test_the_error_and_its_traceback_are_as_without_us(told: Told) -> None:
    def lines() -> list[str]:
        try:
            json.loads("nope")
        except json.JSONDecodeError as error:
            again = pickle.loads(pickle.dumps(error))
            assert (again.doc, again.pos) == ("nope", 0)
            return traceback.format_exception(error)
        raise AssertionError

    watched = lines()
    assert len(told()) == 1
    feature.unwatch()
    assert watched == lines()


def test_an_error_that_the_program_makes_itself_is_as_without_us(told: Told) -> None:
    with pytest.raises(TypeError, match=r"__init__\(\) missing 2 required positional arguments"):
        json.JSONDecodeError("x")  # type: ignore[call-arg]
    json.JSONDecodeError("x", "nope", 0)
    assert told() == []
