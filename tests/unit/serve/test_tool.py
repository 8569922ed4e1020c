from __future__ import annotations

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from backtrail.model.errors import UsageError
from backtrail.serve.opening import Project
from backtrail.serve.tool import (
    Answer,
    Arguments,
    Tool,
    input_schema,
    output_schema,
    read_arguments,
)


class Asked(Arguments, frozen=True, kw_only=True):
    """Of nobody's interest."""

    id: str
    limit: Annotated[int, Meta(ge=1, le=9, description="At most so many.")] = 5


class Part(Struct, frozen=True):
    """A part of an answer."""

    name: str


class Answered(Answer, frozen=True, kw_only=True):
    """An answer."""

    parts: list[Part]


def say(_project: Project, _asked: Asked) -> Answered:
    return Answered(parts=[Part("one")])


TOOL = Tool(name="say", title="Say", about="Says.", takes=Asked, answers=Answered, answer=say)


def test_the_schema_says_what_is_taken_and_nothing_twice() -> None:
    assert input_schema(TOOL) == {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 9,
                "default": 5,
                "description": "At most so many.",
            },
        },
        "required": ["id"],
        "additionalProperties": False,
    }


def test_the_schema_of_an_answer_has_its_parts() -> None:
    schema = output_schema(TOOL)
    assert schema["properties"]["parts"]["items"] == {"$ref": "#/$defs/Part"}
    assert schema["$defs"]["Part"]["properties"] == {"name": {"type": "string"}}


def test_arguments_that_fit_are_read() -> None:
    assert read_arguments(TOOL, {"id": "a", "limit": 2}) == Asked(id="a", limit=2)
    assert read_arguments(TOOL, {"id": "a"}) == Asked(id="a")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "missing required field `id`"),
        ({"id": 1}, "expected `str`, got `int`, in `id`"),
        ({"id": "a", "limit": 0}, "expected `int` >= 1, in `limit`"),
        ({"id": "a", "nope": 1}, "contains unknown field `nope`"),
    ],
)
def test_arguments_that_do_not_fit_are_answered_in_a_sentence(
    given: dict[str, object], wrong: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_arguments(TOOL, given)
    assert caught.value.message == f"say was called with arguments that do not fit: {wrong}"
    assert caught.value.hint == "it takes id, limit?"
