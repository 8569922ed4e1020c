from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from backtrail.serve.http.wire import encoded, reference, schemas


class Inner(Struct, frozen=True, kw_only=True):
    """A part of an answer."""

    took_ns: int
    body: dict[str, Any]


class Outer(Struct, frozen=True, kw_only=True):
    """An answer."""

    start_unix_ns: int
    """When it began."""
    end_unix_ns: int | None = None
    count: int = 2**60
    parts: list[Inner] = []


def test_nanoseconds_are_text_wherever_they_stand() -> None:
    part = Inner(took_ns=5, body={"time_unix_ns": 2**62, "n": 7, "deep": [{"t_ns": -1}]})
    answer = Outer(start_unix_ns=1_795_296_893_651_385_591, parts=[part])
    assert json.loads(encoded(answer)) == {
        "start_unix_ns": "1795296893651385591",
        "end_unix_ns": None,
        "count": 2**60,
        "parts": [
            {
                "took_ns": "5",
                "body": {"time_unix_ns": str(2**62), "n": 7, "deep": [{"t_ns": "-1"}]},
            }
        ],
    }


@pytest.mark.parametrize("value", [True, 1.5, "7", None, [1, 2]])
def test_what_is_no_whole_number_stays(value: object) -> None:
    assert json.loads(encoded({"took_ns": value})) == {"took_ns": value}


def test_the_document_says_that_they_are_text() -> None:
    found = schemas([Outer, Outer])
    assert found.keys() == {"Outer", "Inner"}
    members = found["Outer"]["properties"]
    text = {"type": "string", "pattern": "^-?[0-9]+$"}
    assert members["start_unix_ns"] == text
    assert members["end_unix_ns"] == {"anyOf": [text, {"type": "null"}], "default": None}
    assert members["count"]["type"] == "integer"
    assert found["Inner"]["properties"]["took_ns"] == text
    assert members["parts"]["items"] == reference(Inner) == {"$ref": "#/components/schemas/Inner"}


def test_schemas_are_those_of_msgspec_in_all_else() -> None:
    _, plain = msgspec.json.schema_components([Inner])
    assert schemas([Inner])["Inner"]["properties"]["body"] == plain["Inner"]["properties"]["body"]
