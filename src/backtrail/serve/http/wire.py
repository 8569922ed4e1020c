"""How answers look on the wire, and how the published document describes them.

They are the structs that the commands print with `--json`. Nanoseconds are decimal text here: they
do not fit a JavaScript number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.event import Json

NANOSECONDS = "_ns"
REF = "#/components/schemas/{name}"
_TEXT = {"type": "string", "pattern": "^-?[0-9]+$"}


def encoded(answer: object) -> bytes:
    """Return an answer as JSON."""
    return msgspec.json.encode(_told(msgspec.to_builtins(answer)))


def _told(value: Any) -> Json:  # noqa: ANN401 - any JSON
    """Write every member that counts nanoseconds as text."""
    if type(value) is dict:
        return {
            name: str(each) if type(each) is int and name.endswith(NANOSECONDS) else _told(each)
            for name, each in value.items()
        }
    return [_told(each) for each in value] if type(value) is list else value


def schemas(shapes: Iterable[type[Struct]]) -> dict[str, Any]:
    """Return the JSON Schemas of answers and of all that is in them, by name."""
    _, parts = msgspec.json.schema_components(list(dict.fromkeys(shapes)), ref_template=REF)
    return {name: _described(part) for name, part in parts.items()}


def reference(shape: type[Struct]) -> dict[str, str]:
    """Return what stands for the schema of an answer."""
    return {"$ref": REF.format(name=shape.__name__)}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    members = schema.get("properties", {})
    for name, member in members.items():
        if name.endswith(NANOSECONDS):
            members[name] = _as_text(member)
    return schema


def _as_text(member: dict[str, Any]) -> dict[str, Any]:
    kept = {name: member[name] for name in ("description",) if name in member}
    choices = member.get("anyOf")
    if choices is None:
        return {**kept, **(_TEXT if member.get("type") == "integer" else member)}
    told = [_TEXT if choice.get("type") == "integer" else choice for choice in choices]
    # A default of JSON, such as null, stays what it is.
    default = {"default": member["default"]} if "default" in member else {}
    return {**kept, **default, "anyOf": told}
