"""Containers and objects, followed into their parts.

Everything is sliced before it is looked at, so a value of 100 MB costs what a small one does.
Another thread may change a container meanwhile: it is copied in one step of the interpreter,
tried again when that fails, and else shown as `{"$type": …, "$changing": true}`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)  # fmt: skip
from typing import Any

from backtrail.model.limits import CLEAN_STRINGS_MAX, DEPTH_MAX, ITEMS_MAX, STRING_CHARS_MAX
from backtrail.record.capture.redact import is_secret_name, known_clean
from backtrail.record.capture.values import opaque
from backtrail.record.capture.values.hiding import announces, hidden
from backtrail.record.capture.values.message import message_of_arguments
from backtrail.record.capture.values.shapes import Shape, fields, mro_of, shape_of
from backtrail.record.capture.values.walk import MARGIN_CHARS, Walk, shown_text

Json = Any
Show = Callable[[Any, int, Walk, Shape], Json]

_INT_MAX = (1 << 63) - 1
_INT_MIN = -_INT_MAX
_TRIES = 3
_PAIR = 2
_ITEMS_MIN = 3
_PARTS_OF_AN_ITEM = 4
"""What an item that is a container is expected to spend."""
_SCALARS = frozenset({int, float, bool, type(None)})
_ONLY_STR = frozenset({str})
_KNOWN_CHARS_MAX = 128

plain_names: set[str] = set()
"""Names that are neither secret nor hold a secret."""


def follow(value: Any, depth: int, walk: Walk) -> Json:  # noqa: PLR0911 - the hottest path
    """Return a value as JSON; `depth` containers are around it."""
    kind = type(value)
    if kind is str:
        if len(value) <= _KNOWN_CHARS_MAX and value in known_clean:
            return value
        return shown_text(value, walk)
    if kind is int:
        return value if _INT_MIN <= value <= _INT_MAX else opaque.show_int(value)
    if value is None or kind is bool:
        return value
    if kind is float and value - value == 0.0:
        return value
    if kind is dict:
        return _plain_dict(value, depth, walk)
    if kind is list or kind is tuple:
        return _plain_sequence(value, depth, walk)
    shape = shape_of(kind)
    return (shape.show or _learn(kind, shape))(value, depth, walk, shape)


def follow_pairs(
    shown: dict[str, Json], pairs: list[tuple[Any, Any]], depth: int, walk: Walk
) -> None:
    """Add named values to what is shown, hiding those whose names are secret."""
    for key, item in pairs:
        if type(key) is str and key in plain_names:
            if type(item) is int and _INT_MIN <= item <= _INT_MAX:
                shown[key] = item
            else:
                shown[key] = follow(item, depth, walk)
            continue
        name = key if type(key) is str else _key(key, walk)
        is_secret = is_secret_name(name)
        clean = shown_text(name, walk)
        shown[clean] = hidden(item, walk) if is_secret else follow(item, depth, walk)
        if clean is key and not is_secret and len(clean) <= _KNOWN_CHARS_MAX:
            if len(plain_names) >= CLEAN_STRINGS_MAX:
                plain_names.clear()
            plain_names.add(clean)


def follow_variables(
    values: dict[str, Any], walk: Walk, *, are_plain: bool, share: int
) -> dict[str, Json]:
    """Show the variables of a frame, none of which may spend more than its share.

    Where it is known that no name is secret, only values are looked at.
    """
    if not are_plain:
        shown: dict[str, Json] = {}
        follow_pairs(shown, list(values.items()), 0, walk)
        return shown
    shown = values.copy()
    known, total = known_clean, walk.nodes
    for name, value in values.items():
        # What most variables are is told here, without the call of `follow`.
        kind = type(value)
        if kind is int:
            if _INT_MIN <= value <= _INT_MAX:
                continue
        elif kind is str:
            if len(value) <= _KNOWN_CHARS_MAX and value in known:
                continue
        elif kind is bool or value is None:
            continue
        before = walk.nodes = min(share, total)
        shown[name] = follow(value, 0, walk)
        total -= before - walk.nodes
    walk.nodes = total
    return shown


def _plain_sequence(value: Any, depth: int, walk: Walk) -> Json:
    """Show a list or a tuple as a list."""
    size = len(value)
    if not size:
        return []
    path, mark = walk.path, id(value)
    if mark in path or depth >= DEPTH_MAX or walk.nodes <= 0:
        return _refusal(value, type(value).__name__, size, walk)
    path.add(mark)
    shown = _items(value[:ITEMS_MAX], size, depth + 1, walk)
    path.discard(mark)
    return shown


def _plain_dict(value: dict[Any, Any], depth: int, walk: Walk) -> Json:
    """Show a dict as an object."""
    size = len(value)
    if not size:
        return {}
    path, mark = walk.path, id(value)
    if mark in path or depth >= DEPTH_MAX or walk.nodes <= 0:
        return _refusal(value, "dict", size, walk)
    path.add(mark)
    try:
        head = list(islice(value.items(), ITEMS_MAX))
    except RuntimeError:
        head = _copied(lambda: list(islice(dict.items(value), ITEMS_MAX)))
    shown = _pairs({}, head, size, depth + 1, walk)
    path.discard(mark)
    return shown


def _items(head: Any, size: int, depth: int, walk: Walk) -> list[Json]:
    first = type(head[0])
    if first is str or first is bytes:
        walk.nodes -= len(head)
        shown = _texts(head, size, depth, walk)
    else:
        if first not in _SCALARS and len(head) > _ITEMS_MIN:
            # Rather some items with their parts than all without.
            head = head[: max(_ITEMS_MIN, walk.nodes // _PARTS_OF_AN_ITEM)]
        walk.nodes -= len(head)
        shown = [
            item
            if ((kind := type(item)) is int and _INT_MIN <= item <= _INT_MAX) or kind is bool
            else follow(item, depth, walk)
            for item in head
        ]
    if size > len(head):
        walk.cuts += 1
        shown.append({"$cut": size - len(head)})
    return shown


def _texts(head: Any, size: int, depth: int, walk: Walk) -> list[Json]:
    """Show a list that begins with a text: maybe a header and its value, or a command line."""
    is_pair = size == _PAIR
    if (
        not is_pair
        and _ONLY_STR.issuperset(map(type, head))
        and max(map(len, head)) <= _KNOWN_CHARS_MAX
        and known_clean.issuperset(head)
    ):
        # A command's option is never among the texts that are known.
        return list(head)
    shown: list[Json] = []
    is_announced = False
    for item in head:
        shown.append(hidden(item, walk) if is_announced else follow(item, depth, walk))
        is_announced = announces(item, is_pair=is_pair) and not is_announced
    return shown


def _pairs(
    shown: dict[str, Json], head: list[tuple[Any, Any]] | None, size: int, depth: int, walk: Walk
) -> Json:
    """Show named values behind what is shown already."""
    if head is None:
        return {"$type": shown.get("$type", "dict"), "$changing": True}
    walk.nodes -= len(head)
    follow_pairs(shown, head, depth, walk)
    if "value" in shown:
        named = shown.get("name") or shown.get("key") or shown.get("header")
        if type(named) is str and is_secret_name(named):
            given = next((item for key, item in head if type(key) is str and key == "value"), None)
            shown["value"] = hidden(given, walk)
    if size > len(head):
        walk.cuts += 1
        shown["$cut"] = size - len(head)
    return shown


def _refusal(value: Any, name: str, size: int | None, walk: Walk) -> Json:
    """Return what is shown in place of a container that is not followed."""
    if id(value) in walk.path:
        return {"$type": name, "$cycle": True}
    walk.cuts += 1
    shown: dict[str, Json] = {"$type": name, "$depth": True}
    if size is not None:
        shown["size"] = size
    return shown


def _copied(read: Callable[[], Any]) -> Any:
    """Read a container that another thread may be changing; `None` when it never holds still."""
    for _ in range(_TRIES):
        try:
            return read()
        except RuntimeError:
            continue
    return None


def _key(key: Any, walk: Walk) -> str:
    """Write a key that is no text as one."""
    if type(key) is bytes:
        return key[:_KNOWN_CHARS_MAX].decode("utf-8", "backslashreplace")
    shown = follow(key, DEPTH_MAX - 1, walk)
    kind = type(shown)
    if kind is str:
        return str(shown)
    if shown is None or kind in {int, float, bool}:
        return str(shown)
    if kind is list:
        flat = all(type(part) in {str, int, float, bool, type(None)} for part in shown)
        return f"({', '.join(map(str, shown))})" if flat else "<tuple>"
    return f"<{shown.get('name') or shown.get('$type', 'dict')}>"


def _entered(value: Any, depth: int, walk: Walk, shape: Shape, show: Callable[[], Json]) -> Json:
    """Follow a container of a type of its own."""
    mark = id(value)
    if mark in walk.path or depth >= DEPTH_MAX or walk.nodes <= 0:
        return _refusal(value, shape.name, None, walk)
    walk.path.add(mark)
    try:
        return show()
    finally:
        walk.path.discard(mark)


def _sequence(size_of: Callable[[Any], int], read: Callable[[Any], Any]) -> Show:
    """Make what shows an ordered container that JSON does not know."""

    def show(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
        size = size_of(value)

        def items() -> Json:
            head = _copied(lambda: read(value))
            if head is None:
                return {"$type": shape.name, "$changing": True}
            shown = _items(head, size, depth + 1, walk) if head else []
            return {"$type": shape.name, "items": shown}

        return _entered(value, depth, walk, shape, items)

    return show


def _show_tuple(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
    if not shape.names or len(shape.names) != tuple.__len__(value):
        return _other_tuple(value, depth, walk, shape)
    head = tuple.__getitem__(value, slice(0, ITEMS_MAX))
    pairs = list(zip(shape.names, head, strict=False))
    shown = {"$type": shape.name}
    size = len(shape.names)

    def show() -> Json:
        return _pairs(shown, pairs, size, depth + 1, walk)

    return _entered(value, depth, walk, shape, show)


def _show_dict(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
    size = dict.__len__(value)
    shown = {"$type": shape.name}

    def pairs() -> Json:
        head = _copied(lambda: list(islice(dict.items(value), ITEMS_MAX)))
        return _pairs(shown, head, size, depth + 1, walk)

    return _entered(value, depth, walk, shape, pairs)


def _show_object(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
    shown = {"$type": shape.name}
    if shape.storage is None and not shape.slots:
        return shown

    def pairs() -> Json:
        found = _copied(lambda: fields(value, shape))
        head = None if found is None else found[:ITEMS_MAX]
        return _pairs(shown, head, len(found or ()), depth + 1, walk)

    return _entered(value, depth, walk, shape, pairs)


def _show_exception(value: Any, _depth: int, walk: Walk, shape: Shape) -> Json:
    return {"$type": shape.name, "message": message_of_arguments(value, walk)}


def _show_string(value: Any, _depth: int, walk: Walk, _shape: Shape) -> Json:
    size = str.__len__(value)
    head = str.__str__(str.__getitem__(value, slice(0, STRING_CHARS_MAX + MARGIN_CHARS)))
    if size <= STRING_CHARS_MAX:
        return shown_text(head, walk)
    shown = shown_text(head + " ", walk)
    return f"{shown[: shown.rindex('…[+')]}…[+{size - STRING_CHARS_MAX} chars]"


def _show_number(value: Any, _depth: int, _walk: Walk, _shape: Shape) -> Json:
    return opaque.show_int(value)


def _show_float(value: Any, _depth: int, _walk: Walk, _shape: Shape) -> Json:
    return opaque.show_float(value)


def _learn(kind: type, shape: Shape) -> Show:
    """Find out how values of a type are shown."""
    show: Show | None = opaque.show_for(kind)
    if show is None:
        bases = (_BASES.get(id(base)) for base in mro_of(kind))
        show = next((found for found in bases if found is not None), _show_object)
    shape.show = show
    return show


_other_tuple = _sequence(tuple.__len__, lambda value: tuple.__getitem__(value, slice(0, ITEMS_MAX)))
_SHOWN: tuple[tuple[Show, tuple[type, ...]], ...] = (
    (_show_string, (str,)),
    (_show_number, (int,)),
    (_show_float, (float,)),
    (_sequence(list.__len__, lambda v: list.__getitem__(v, slice(0, ITEMS_MAX))), (list,)),
    (_show_tuple, (tuple,)),
    (_show_dict, (dict,)),
    (_sequence(set.__len__, lambda v: list(islice(set.__iter__(v), ITEMS_MAX))), (set,)),
    (
        _sequence(frozenset.__len__, lambda v: list(islice(frozenset.__iter__(v), ITEMS_MAX))),
        (frozenset,),
    ),
    (_sequence(deque.__len__, lambda v: list(islice(deque.__iter__(v), ITEMS_MAX))), (deque,)),
    (
        _sequence(len, lambda v: list(islice(v, ITEMS_MAX))),
        (type({}.keys()), type({}.values()), type({}.items())),
    ),
    (_show_exception, (BaseException,)),
    (opaque.show_plain, (complex, type(...), type(NotImplemented))),
    (opaque.show_bytes, (bytes, bytearray)),
    (opaque.show_memory, (memoryview,)),
    (opaque.show_class, (type,)),
    (opaque.show_module, (ModuleType,)),
    (
        opaque.show_name,
        (FunctionType, BuiltinFunctionType, MethodType, type(str.join), type(str.__len__)),
    ),
    (opaque.show_running, (GeneratorType, CoroutineType, AsyncGeneratorType)),
)
_BASES = {id(kind): show for show, kinds in _SHOWN for kind in kinds}
"""How the builtin types, and classes derived from them, are shown."""
