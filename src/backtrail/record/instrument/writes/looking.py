"""Looks at what a statement writes to, and runs none of the program's code on the way.

An attribute is read from where an object stores it; where a class has a say in that, by a
property, a slot or a `__setattr__`, nothing is looked at. What is seen is kept as JSON only.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.limits import WRITES_ITEMS_MAX, WRITES_NODES_MAX
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.values.shapes import module_and_name, mro_of, namespace_of
from backtrail.record.capture.values.walk import Walk
from backtrail.record.instrument.writes.targets import Target

Json = Any

MISSING: Any = object()
"""What an attribute, a key or an index has that is not there."""
_UNKNOWN: Any = object()
_CONTAINERS = (dict, list, set)
_DECIDING = ("__setattr__", "__delattr__", "__getattribute__")
_DESCRIBING = ("__get__", "__set__", "__delete__")
_read: Any = object.__getattribute__
_of_module = vars(ModuleType)["__dict__"].__get__
_encode = msgspec.json.Encoder(order="sorted").encode


class Seen(Struct, frozen=True, kw_only=True):
    """What was there at one moment."""

    value: Json
    """The whole; `MISSING` if there is none."""
    part: Json = None
    """Of a container that is large: what is at one place of it."""
    place: str | None = None
    """That place; `None` where the whole is seen."""
    is_list: bool = False
    """Whether that is a place in a list, which moves when others go."""
    identity: int
    size: int = 0
    name: str
    taints: set[str]
    cuts: int


def look(target: Target, base: Any, key: Any) -> Seen | None:
    """Return what is there at this moment; `None` if it is nothing that is looked at."""
    name = target.base
    found = base
    if target.stored is not None:
        found = _attribute(base, target.stored)
        name = f"{_owner(base, target.base)}.{target.attribute}"
        if target.is_field and found is not _UNKNOWN:
            return _value(found, id(base), name)
    if type(found) not in _CONTAINERS:
        return None
    if len(found) <= WRITES_ITEMS_MAX:
        return _value(found, id(found), name)
    return _part(target, found, key, name)


def _attribute(owner: Any, name: str) -> Any:
    """Return what an object, a class or a module stores under a name."""
    kind = type(owner)
    if kind is ModuleType:
        return dict.get(_of_module(owner), name, MISSING)
    if kind is type:
        found = namespace_of(owner).get(name, MISSING)
        return _UNKNOWN if _is_descriptor(found) else found
    for base in mro_of(kind):
        held = namespace_of(base)
        if base is not object and any(each in held for each in _DECIDING):
            return _UNKNOWN
        if _is_descriptor(held.get(name)):
            return _UNKNOWN
    try:
        return _read(owner, name)
    except AttributeError:
        return MISSING


def _is_descriptor(held: Any) -> bool:
    """Whether what a class holds under a name decides on what an object has there."""
    return any(each in namespace_of(base) for base in mro_of(type(held)) for each in _DESCRIBING)


def _owner(base: Any, written: str) -> str:
    """Return by what name an object goes whose attribute is written to."""
    kind = type(base)
    if kind is ModuleType:
        return written
    return module_and_name(base if kind is type else kind)[1]


def _value(value: Any, identity: int, name: str) -> Seen:
    walk = Walk(WRITES_NODES_MAX)
    shown = MISSING if value is MISSING else _shown(value, name, walk)
    return Seen(value=shown, identity=identity, name=name, taints=walk.taints, cuts=walk.cuts)


def _shown(value: Any, name: str, walk: Walk) -> Json:
    shown = snapshot(value, name=name.rpartition(".")[2], walk=walk)
    if type(value) is set and type(shown) is dict and type(shown.get("items")) is list:
        # What a set is gone through by is none of its order.
        shown["items"].sort(key=_encode)
    return shown


def _part(target: Target, found: Any, key: Any, name: str) -> Seen | None:
    """Return what is at one place of a large container."""
    kind = type(found)
    at = key if target.index is None else target.index
    if kind is dict and type(at) is str:
        part, label = found.get(at, MISSING), at
    elif kind is list and type(at) is int:
        at = at if at >= 0 else len(found) + at
        part, label = found[at] if 0 <= at < len(found) else MISSING, str(at)
    else:
        return None
    walk = Walk(WRITES_NODES_MAX)
    # A list has no names: what is in it goes by its own.
    known = label if kind is dict else name.rpartition(".")[2]
    shown = MISSING if part is MISSING else snapshot(part, name=known, walk=walk)
    return Seen(
        value=None,
        part=shown,
        place=label,
        is_list=kind is list,
        identity=id(found),
        size=len(found),
        name=name,
        taints=walk.taints,
        cuts=walk.cuts + 1,
    )
