"""A state as a whole, as JSON: further and deeper than what is kept of a variable.

As everywhere nothing of the program's own classes is run: no property, no `__eq__`, no
`__iter__`. Parts that are no containers, and all that is cut, are shown as in any other event
(`capture.snapshot`). What stands under a secret name is hidden, and known to be another one by a
sign that stays in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from types import MemberDescriptorType
from typing import Any

from backtrail.model.limits import (
    TRACKED_CHARS_MAX,
    TRACKED_DEPTH_MAX,
    TRACKED_ITEMS_MAX,
    TRACKED_NODES_MAX,
    TRACKED_TEXT_CHARS_MAX,
)
from backtrail.record.capture.redact import MARKER, is_secret_name
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.values import opaque
from backtrail.record.capture.values.hiding import announces, hidden
from backtrail.record.capture.values.shapes import derives, fields, mro_of, namespace_of, shape_of
from backtrail.record.capture.values.walk import MARGIN_CHARS, Walk, shown_text
from backtrail.record.state import arrays
from backtrail.record.state.digests import Digests
from backtrail.record.state.patch import Hidden, encode

Json = Any
Pairs = list[tuple[Any, Any]]

_PLAIN = frozenset(map(id, (int, float, bool, type(None))))
"""By identity: a class may say itself how it is hashed."""
_PAIR = 2
_TRIES = 3
_LEAVES = (str, bytes, bytearray, int, float, BaseException, type, memoryview)
"""What is shown by its value although it may have fields."""
_Read = Callable[[Any], Sequence[Any]]
_SEQUENCES: tuple[tuple[type, Callable[[Any], int], _Read], ...] = (
    (list, list.__len__, lambda value: list.__getitem__(value, slice(0, TRACKED_ITEMS_MAX))),
    (tuple, tuple.__len__, lambda value: tuple.__getitem__(value, slice(0, TRACKED_ITEMS_MAX))),
    (set, set.__len__, lambda value: list(islice(set.__iter__(value), TRACKED_ITEMS_MAX))),
    (
        frozenset,
        frozenset.__len__,
        lambda value: list(islice(frozenset.__iter__(value), TRACKED_ITEMS_MAX)),
    ),
    (deque, deque.__len__, lambda value: list(islice(deque.__iter__(value), TRACKED_ITEMS_MAX))),
)


class Look(Walk):
    """One look at a state: what it may spend, and what it finds out on the way."""

    __slots__ = ("chars", "digests")

    def __init__(self) -> None:
        super().__init__(TRACKED_NODES_MAX)
        self.chars = TRACKED_CHARS_MAX
        """Characters of texts that may still be kept."""
        self.digests = Digests()


def whole(value: Any, look: Look, depth: int = 0) -> Json:
    """Return a value as JSON; `depth` containers are around it."""
    kind = type(value)
    look.nodes -= 1
    if id(kind) in _PLAIN:
        return snapshot(value, walk=look)
    if derives(kind, str):
        return text(value, look)
    if id(value) in look.path:
        return {"$type": shape_of(kind).name, "$cycle": True}
    if look.nodes <= 0 or depth >= TRACKED_DEPTH_MAX:
        look.cuts += 1
        return {"$type": shape_of(kind).name, "$depth": True}
    look.path.add(id(value))
    try:
        return _container(value, kind, look, depth + 1)
    finally:
        look.path.discard(id(value))


def named(name: str, value: Any, look: Look, depth: int = 0) -> Json:
    """Return a value as JSON, hidden if its name is secret."""
    return secret(value, look) if is_secret_name(name) else whole(value, look, depth)


def secret(value: Any, look: Look) -> Json:
    """Return what stands for a secret value, and remember the value."""
    shown = hidden(value, look)
    if shown is not MARKER:
        return shown
    mark = Hidden(MARKER)
    kind = type(value)
    is_simple = kind is str or kind is bytes or kind is int or kind is float
    mark.sign = hash(value if is_simple else encode(whole(value, Look())))
    return mark


def marked(shown: str, value: str) -> str:
    """Return how a text is shown, told apart from other texts that are shown in the same way."""
    if shown == value:
        return shown
    mark = Hidden(shown)
    mark.sign = hash(value)
    return mark


def text(value: str, look: Look) -> Json:
    """Show a text; of a long one its beginning and its digest."""
    size = str.__len__(value)
    if size <= TRACKED_TEXT_CHARS_MAX and look.chars >= size:
        look.chars -= size
        plain = str.__str__(value)
        return marked(shown_text(plain, look, TRACKED_TEXT_CHARS_MAX), plain)
    look.cuts += 1
    keep = max(0, min(TRACKED_TEXT_CHARS_MAX, look.chars))
    look.chars -= keep
    plain = str.__str__(value)
    head = shown_text(plain[: keep + MARGIN_CHARS] + " ", look, keep)
    head = head[: head.rindex("…[+")] if "…[+" in head else head
    made = look.digests.of_text(plain)
    return f"{head}…[+{size - keep} chars{f', sha256 {made}' if made else ''}]"


def _container(value: Any, kind: type, look: Look, depth: int) -> Json:
    """Show a value that may hold others."""
    name = shape_of(kind).name
    if derives(kind, dict):
        pairs = _copied(lambda: list(islice(dict.items(value), TRACKED_ITEMS_MAX)))
        shown = _pairs(pairs, dict.__len__(value), look, depth)
        return shown if kind is dict else {"$type": name, **shown}
    for base, size_of, read in _SEQUENCES:
        if derives(kind, base) and not _is_named_tuple(value, kind):
            items = _items(_copied(partial(read, value)), size_of(value), look, depth)
            if base is set or base is frozenset:
                items.sort(key=encode)
            return items if kind is list or kind is tuple else {"$type": name, "items": items}
    if arrays.is_array(kind):
        return arrays.shown(value, look, look.digests)
    return _object(value, kind, look, depth)


def _is_named_tuple(value: Any, kind: type) -> bool:
    names = shape_of(kind).names
    return bool(names) and derives(kind, tuple) and len(names) == tuple.__len__(value)


def _object(value: Any, kind: type, look: Look, depth: int) -> Json:
    """Show an object by its stored fields, and what has none to show as in any other event."""
    shape = shape_of(kind)
    if _is_named_tuple(value, kind):
        found: Pairs | None = list(zip(shape.names, tuple.__iter__(value), strict=True))
    elif opaque.show_for(kind) is not None or any(derives(kind, leaf) for leaf in _LEAVES):
        return _leaf(value, kind, look)
    elif shape.storage is None and not shape.slots:
        return snapshot(value, walk=look)
    else:
        found = _copied(lambda: [*fields(value, shape), *_extra_fields(value, kind)])
    shown = _pairs(found and found[:TRACKED_ITEMS_MAX], len(found or ()), look, depth)
    return {"$type": shape.name, **shown}


def _extra_fields(value: Any, kind: type) -> Pairs:
    """Return the fields that a model of pydantic was given beyond those that it declares."""
    for base in mro_of(kind):
        member = namespace_of(base).get("__pydantic_extra__")
        if type(member) is MemberDescriptorType:
            extra = member.__get__(value)
            return list(extra.items()) if type(extra) is dict else []
    return []


def _leaf(value: Any, kind: type, look: Look) -> Json:
    shown = snapshot(value, walk=look)
    for base in (bytes, bytearray):
        if derives(kind, base):
            size = base.__len__(value)
            whole_of = (base.__getitem__(value, slice(None)) for _ in range(1))
            shown["sha256"] = look.digests.of(whole_of, size)
    return shown


def _pairs(pairs: Pairs | None, size: int, look: Look, depth: int) -> dict[str, Json]:
    """Show named values; one that says its name beside it is hidden for it too."""
    if pairs is None:
        look.cuts += 1
        return {"$changing": True}
    shown: dict[str, Json] = {}
    for at, (key, value) in enumerate(pairs):
        if look.nodes <= 0:
            pairs = pairs[:at]
            break
        name = _name(key, look)
        is_secret = is_secret_name(name)
        name = shown_text(name, look)
        while name in shown:
            name += " "
        shown[name] = secret(value, look) if is_secret else whole(value, look, depth)
    if "value" in shown:
        label = shown.get("name") or shown.get("key") or shown.get("header")
        if type(label) is str and is_secret_name(label):
            shown["value"] = secret(dict(pairs)["value"], look)
    if size > len(pairs):
        look.cuts += 1
        shown["$cut"] = size - len(pairs)
    return shown


def _name(key: Any, look: Look) -> str:
    """Write a key as a text."""
    kind = type(key)
    if kind is str:
        return str(key)
    if kind is bytes:
        return bytes(key).decode("utf-8", "backslashreplace")
    if kind is tuple:
        return f"({', '.join(_name(part, look) for part in key[:_PAIR])})"
    shown = snapshot(key, walk=look)
    is_plain = type(shown) in {str, int, float, bool, type(None)}
    return str(shown) if is_plain else f"<{shape_of(kind).name}>"


def _items(items: Sequence[Any] | None, size: int, look: Look, depth: int) -> list[Json]:
    """Show items in their order; the one behind a secret name, or a secret option, is hidden."""
    shown: list[Json] = []
    if items is None:
        look.cuts += 1
        return [{"$changing": True}]
    is_announced = False
    for item in items:
        if look.nodes <= 0:
            break
        shown.append(secret(item, look) if is_announced else whole(item, look, depth))
        is_announced = announces(item, is_pair=size == _PAIR) and not is_announced
    if size > len(shown):
        look.cuts += 1
        shown.append({"$cut": size - len(shown)})
    return shown


def _copied(read: Callable[[], Any]) -> Any:
    """Read a container that another thread may be changing; `None` when it never holds still."""
    for _ in range(_TRIES):
        try:
            return read()
        except RuntimeError:
            continue
    return None
