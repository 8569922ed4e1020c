from __future__ import annotations

import gc
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError

from backtrail.record.validation import feature

Told = Callable[[], list[dict[str, Any]]]

ORDER = {
    "title": "Order",
    "type": "object",
    "properties": {
        "user": {"properties": {"age": {"type": "integer"}}},
        "token": {"minLength": 5},
        "size": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "required": ["user"],
    "if": {"required": ["gift"]},
    "then": {"required": ["note"]},
}
BAD = {"user": {"age": "x"}}


def raised(validate: Callable[[Any], object]) -> None:
    with pytest.raises(ValidationError):
        validate(BAD)


def test_what_is_raised_is_told_although_the_program_catches_it(told: Told) -> None:
    with pytest.raises(ValidationError):
        jsonschema.validate(BAD, ORDER)
    (event,) = told()
    assert event["library"] == "jsonschema"
    assert event["model"] == "Order"
    assert event["failures"] == [
        {"path": "$.user.age", "message": "'x' is not of type 'integer'", "value": "x"}
    ]
    assert event["caller"]["code"] == "jsonschema.validate(BAD, ORDER)"


@pytest.mark.parametrize(
    "ask",
    [
        lambda check: list(check.iter_errors(BAD)),
        lambda check: next(check.iter_errors(BAD)),
        lambda check: check.is_valid(BAD),
        lambda check: raised(check.validate),
    ],
)
@pytest.mark.parametrize("kind", [Draft202012Validator, Draft7Validator])
def test_every_way_to_ask_is_told_once(
    ask: Callable[[Any], object], kind: Callable[..., Any], told: Told
) -> None:
    ask(kind(ORDER))
    assert [event["failures"][0]["path"] for event in told()] == ["$.user.age"]


def test_what_a_schema_asks_of_its_parts_is_no_failure(told: Told) -> None:
    check = Draft202012Validator(ORDER)
    check.validate({"user": {}, "size": 3})
    assert told() == []
    assert not check.is_valid({"user": {}, "size": []})
    assert [failure["path"] for failure in told()[0]["failures"]] == ["$.size"]


def test_a_class_that_is_made_later_is_watched_too(told: Told) -> None:
    kind = jsonschema.validators.extend(Draft202012Validator, {})
    assert not kind(ORDER).is_valid(BAD)
    assert len(told()) == 1
    feature.unwatch()
    assert not kind(ORDER).is_valid(BAD)
    assert len(told()) == 1
    kept = weakref.ref(kind)
    del kind
    gc.collect()
    assert kept() is None


def test_errors_are_still_found_one_by_one(told: Told) -> None:
    errors = Draft202012Validator(ORDER).iter_errors({"user": {"age": "x"}, "token": "x"})
    first = next(errors)
    assert told() == []
    errors.close()
    assert [failure["path"] for failure in told()[0]["failures"]] == ["$.user.age"]
    assert first.message == "'x' is not of type 'integer'"


def test_a_secret_that_is_refused_is_hidden_and_so_is_what_is_said_of_it(told: Told) -> None:
    hush = "ab" + "c"
    assert not Draft202012Validator(ORDER).is_valid({"user": {}, "token": hush})
    assert told()[0]["failures"] == [
        {"path": "$.token", "message": "minLength", "value": "[redacted]"}
    ]


def test_a_program_that_asks_over_and_over_is_only_counted_in_the_end(told: Told) -> None:
    check = Draft202012Validator({"type": "integer"})
    for _ in range(1_000):
        assert not check.is_valid("x")
    assert 100 < len(told()) < 110
    assert told()[-1]["count"] == 512


def test_the_error_and_its_traceback_are_as_without_us(told: Told) -> None:
    def lines() -> list[str]:
        try:
            Draft202012Validator(ORDER).validate(BAD)
        except ValidationError as error:
            return traceback.format_exception(error)
        raise AssertionError

    watched = lines()
    feature.unwatch()
    assert watched == lines()
    assert len(told()) == 1


def test_an_error_of_the_schema_itself_passes_as_without_us(told: Told) -> None:
    def lines() -> list[str]:
        try:
            list(Draft202012Validator({"$ref": "#/none"}).iter_errors(1))
        except Exception as error:  # noqa: BLE001 - whatever it is
            return [entry.name for entry in traceback.extract_tb(error.__traceback__)]
        raise AssertionError

    watched = lines()
    feature.unwatch()
    assert watched == lines()
    assert told() == []
