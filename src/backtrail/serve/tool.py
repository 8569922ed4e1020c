"""A tool: its name, what it takes and answers, and how a call of it is read.

Arguments and answers are structs; the schemas that a client sees are made from them. A call that
does not fit gets one sentence that says what is wrong, and a hint that shows how it is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.errors import UsageError
from backtrail.serve.opening import Project


class Arguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a tool takes."""


class Answer(Struct, frozen=True, kw_only=True):
    """Base of what a tool answers."""


class Tool(Struct, frozen=True, kw_only=True):
    """Something that an assistant may ask."""

    name: str
    title: str
    about: str
    """What it answers and when to ask it, for the assistant."""
    takes: type[Arguments]
    answers: type[Answer]
    answer: Callable[[Project, Any], Answer]


def input_schema(tool: Tool) -> dict[str, Any]:
    """Return the JSON Schema of what a tool takes."""
    return _schema(tool.takes)


def output_schema(tool: Tool) -> dict[str, Any]:
    """Return the JSON Schema of what a tool answers."""
    return _schema(tool.answers)


def read_arguments(tool: Tool, given: Mapping[str, Any]) -> Arguments:
    """Bring the arguments of a call to the form that the tool takes.

    Raises:
        UsageError: they do not fit.
    """
    try:
        return msgspec.convert(dict(given), tool.takes)
    except msgspec.ValidationError as error:
        wrong = str(error).replace("Object ", "").replace(" - at `$.", ", in `").rstrip(".")
        raise UsageError(
            f"{tool.name} was called with arguments that do not fit: {_lowered(wrong)}",
            hint=f"it takes {_signature(tool)}",
        ) from error


def _schema(shape: type[Struct]) -> dict[str, Any]:
    (schema,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    name = schema["$ref"].rpartition("/")[2]
    root: dict[str, Any] = parts.pop(name)
    _drop_titles(root)
    for part in parts.values():
        _drop_titles(part)
    return {**root, "$defs": parts} if parts else root


def _drop_titles(schema: dict[str, Any]) -> None:
    """Take away what only repeats the names and docstrings of our own structs."""
    schema.pop("title", None)
    schema.pop("description", None)


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _signature(tool: Tool) -> str:
    fields = msgspec.structs.fields(tool.takes)
    return ", ".join(
        field.encode_name if field.required else f"{field.encode_name}?" for field in fields
    )
