from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pydantic
import pytest
from pydantic import BaseModel, Field, RootModel, TypeAdapter, ValidationError

from backtrail.model.limits import VALIDATION_FAILURES_MAX
from backtrail.record.validation import feature

Told = Callable[[], list[dict[str, Any]]]


class User(BaseModel):
    """A model as programs have them."""

    age: int
    password: str = Field(default="x" * 9, min_length=5)


class Ages(RootModel[list[int]]):
    """A model that is a list."""


WAYS: list[Callable[[], Any]] = [
    lambda: User(age="x"),  # type: ignore[arg-type]
    lambda: User.model_validate({"age": "x"}),
    lambda: User.model_validate_json('{"age": "x"}'),
    lambda: User.model_validate_strings({"age": "x"}),
    lambda: TypeAdapter(User).validate_python({"age": "x"}),
    lambda: TypeAdapter(User).validate_json('{"age": "x"}'),
    lambda: TypeAdapter(User).validate_strings({"age": "x"}),
]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_refused_is_told_although_the_program_catches_it(
    way: Callable[[], Any], told: Told
) -> None:
    with pytest.raises(ValidationError):
        way()
    (event,) = told()
    assert event["library"] == "pydantic"
    assert event["model"] == "User"
    (failure,) = event["failures"]
    assert failure["path"] == "$.age"
    assert failure["value"] == "x"
    assert "valid integer" in failure["message"]
    assert event["caller"]["file"] == __file__
    assert event["calls"][0] == event["caller"]


def test_roots_and_calls_are_told_of(told: Told) -> None:
    @pydantic.validate_call
    def grow(age: int) -> User:
        return User(age=f"{age} years")  # type: ignore[arg-type]

    with pytest.raises(ValidationError):
        Ages([1, "x"])  # type: ignore[list-item]
    with pytest.raises(ValidationError):
        grow("x")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        grow(3)
    assert [event["model"].rpartition(".")[2] for event in told()] == ["Ages", "grow", "User"]
    assert told()[0]["failures"][0]["path"] == "$[1]"


def test_dataclasses_that_are_made_while_it_is_watched_are_told_of(told: Told) -> None:
    def make() -> Any:
        @pydantic.dataclasses.dataclass
        class Point:
            x: int

        return Point

    kind = make()

    def lines() -> list[str]:
        try:
            kind("nope")
        except ValidationError as error:
            return traceback.format_exception(error)
        raise AssertionError

    watched = lines()
    assert [event["model"] for event in told()] == ["Point"]
    assert kind(x=3) == kind(3)
    feature.unwatch()
    assert str(inspect.signature(kind)) == str(inspect.signature(make()))
    assert watched == lines()
    assert len(told()) == 1


def test_a_deep_path_is_written_out(told: Told) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(dict[str, list[User]]).validate_python({"the team": [{"age": 1}, {}]})
    (failure,) = told()[0]["failures"]
    assert failure["path"] == "$['the team'][1].age"
    assert failure["value"] == {}


def test_a_secret_that_is_refused_is_hidden_and_so_is_what_is_said_of_it(told: Told) -> None:
    hush = "abc" + "d"
    with pytest.raises(ValidationError):
        User(age=1, password=hush)
    (failure,) = told()[0]["failures"]
    assert failure == {
        "path": "$.password", "message": "string_too_short", "value": "[redacted]",
    }  # fmt: skip


def test_a_secret_beside_what_is_refused_is_hidden(told: Told) -> None:
    hush = "open" + "sesame"

    class Login(BaseModel):
        password: str
        user: str

        @pydantic.field_validator("user")
        @classmethod
        def check(cls, user: str, info: pydantic.ValidationInfo) -> str:
            raise ValueError(f"{user} has no login with {info.data['password']}")

    with pytest.raises(ValidationError, match=hush):
        Login(user="ann", password=hush)
    assert hush not in str(told())
    assert "no login with [redacted]" in str(told())


def test_the_error_and_its_traceback_are_as_without_us(told: Told) -> None:
    def lines() -> list[str]:
        try:
            User(age="x")  # type: ignore[arg-type]
        except ValidationError as error:
            return traceback.format_exception(error)
        raise AssertionError

    watched = lines()
    feature.unwatch()
    assert watched == lines()
    assert len(told()) == 1


def test_signatures_and_models_stay_what_they_are(told: Told) -> None:
    class Pair(BaseModel):
        one: int
        two: int = 3

    assert str(pydantic.BaseModel.model_validate.__func__.__name__) == "model_validate"  # type: ignore[attr-defined]
    assert str(inspect.signature(Pair)) == "(*, one: int, two: int = 3) -> None"
    assert Pair.model_validate({"one": "1"}) == Pair(one=1)
    assert type(Pair.model_validate({"one": 1})) is Pair
    assert "__pydantic_custom_init__" in vars(Pair)
    assert Pair.__pydantic_custom_init__ is False
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        Pair(3)  # type: ignore[call-arg]
    assert told() == []


def test_of_many_refused_values_some_are_kept_and_all_are_counted(told: Told) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(list[int]).validate_python(["x"] * 50)
    (event,) = told()
    assert len(event["failures"]) == VALIDATION_FAILURES_MAX
    assert event["failures_cut"] == 50 - VALIDATION_FAILURES_MAX


def test_an_error_of_very_many_values_is_told_of_without_them(told: Told) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(list[int]).validate_python(["x"] * 10_001)
    assert told()[0]["failures_cut"] == 10_001
    assert "failures" not in told()[0]


def test_afterwards_all_is_as_it_was(told: Told) -> None:
    del told
    feature.unwatch()
    validation = "backtrail.record.validation"
    functions = [BaseModel.__init__, RootModel.__init__, TypeAdapter.validate_python]
    functions += [BaseModel.model_validate.__func__]  # type: ignore[attr-defined]
    assert not any(function.__code__.co_filename.count(validation) for function in functions)
    assert User.model_validate({"age": 3}).age == 3
    assert sys.modules["pydantic.main"].BaseModel is BaseModel
