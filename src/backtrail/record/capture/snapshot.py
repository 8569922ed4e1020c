"""Any value of the program as JSON: bounded, free of secrets, and without running its code.

Plain values stay what they are. An object becomes its stored fields under `$type`, a container
that JSON does not have becomes `{"$type": …, "items": […]}`. What was left out says how much: a
list ends in `{"$cut": 17}`, an object has `"$cut": 17`, a text ends in `…[+17 chars]`; what lies
too deep is `{"$type": …, "$depth": true}`, and a container inside itself
`{"$type": …, "$cycle": true}`.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from backtrail.model.limits import ATTRIBUTES_MAX, NODES_MAX
from backtrail.record import guard
from backtrail.record.capture.redact import is_secret_name
from backtrail.record.capture.values.following import follow
from backtrail.record.capture.values.hiding import hidden
from backtrail.record.capture.values.shapes import type_name
from backtrail.record.capture.values.variables import follow_variables
from backtrail.record.capture.values.walk import Walk, shown_text

__all__ = ["Walk", "named_values", "snapshot", "snapshot_attributes"]

Json = Any


def snapshot(value: Any, *, name: str | None = None, walk: Walk | None = None) -> Json:
    """Return a value as JSON; its name, where it has one, decides whether it may be shown."""
    if walk is None:
        walk = Walk()
    try:
        if name is not None and is_secret_name(name):
            return hidden(value, walk)
        return follow(value, 0, walk)
    except Exception as error:  # noqa: BLE001 - an edge: no value may break what records it
        return _broken(value, error, walk)


def snapshot_attributes(mapping: dict[str, Any], walk: Walk | None = None) -> dict[str, Json]:
    """Return named values as JSON; a secret name hides its value."""
    if walk is None:
        walk = Walk()
    shown: dict[str, Json] = {}
    for name, value in list(islice(dict.items(mapping), ATTRIBUTES_MAX)):
        key = name if type(name) is str else type_name(type(name))
        shown[shown_text(key, walk)] = snapshot(value, name=key, walk=walk)
    if len(mapping) > ATTRIBUTES_MAX:
        walk.cuts += 1
        shown["$cut"] = len(mapping) - ATTRIBUTES_MAX
    return shown


def named_values(
    values: dict[str, Any], walk: Walk, *, are_plain: bool = False, share: int = NODES_MAX
) -> dict[str, Json]:
    """Return variables as JSON, hiding those whose names are secret, if any may be."""
    try:
        return follow_variables(values, walk, are_plain=are_plain, share=share)
    except Exception:  # noqa: BLE001 - one value broke: it alone is to be missing
        walk.path.clear()
        pairs = list(values.items())
        return {shown_text(n, walk): snapshot(v, name=n, walk=walk) for n, v in pairs}


def _broken(value: Any, error: Exception, walk: Walk) -> Json:
    """Say that a value could not be captured, and count that."""
    walk.path.clear()
    walk.cuts += 1
    guard.count("value not captured")
    guard.broke("snapshot", error)
    return {"$type": type_name(type(value)), "$broken": type_name(type(error))}
