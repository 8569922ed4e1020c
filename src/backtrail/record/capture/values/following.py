"""Containers and objects, followed into their parts.

Everything is sliced before it is looked at, so a value of 100 MB costs what a small one does.
Another thread may change a container meanwhile: it is copied in one step of the interpreter,
tried again when that fails, and else shown as `{"$type": …, "$changing": true}`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from operator import is_
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
from backtrail.record.capture.redact import is_secret_name, known_clean, plain_names
from backtrail.record.capture.values import opaque
from backtrail.record.capture.values.hiding import announces, hidden
from backtrail.record.capture.values.message import message_of_arguments
from backtrail.record.capture.values.reach import taint_from
from backtrail.record.capture.values.shapes import Shape, fields, mro_of, shape_of
from backtrail.record.capture.values.walk import MARGIN_CHARS, Walk, shown_text

Json = Any
Show = Callable[[Any, int, Walk, Shape], Json]

INT_MAX = (1 << 63) - 1
INT_MIN = -(1 << 63)
_TRIES = 3
_PAIR = 2
_TRIPLE = 3
_ITEMS_MIN = 3
_PARTS_OF_AN_ITEM = 4
"""What an item that is a container is expected to spend."""
_STR_EACH = (str,) * ITEMS_MAX
KNOWN_CHARS_MAX = 128


def follow(value: Any, depth: int, walk: Walk) -> Json:  # noqa: PLR0911 - the hottest path
    """Return a value as JSON; `depth` containers are around it."""
    kind = type(value)
    if kind is str:
        if len(value) <= KNOWN_CHARS_MAX and value in known_clean:
            return value
        return shown_text(value, walk)
    if kind is dict:
        return follow_dict(value, depth, walk)
    if kind is list or kind is tuple:
        return follow_sequence(value, depth, walk)
    if kind is int:
        return value if INT_MIN <= value <= INT_MAX else opaque.show_int(value)
    if value is None or kind is bool:
        return value
    if kind is float and value - value == 0.0:
        return value
    shape = shape_of(kind)
    return (shape.show or _learn(kind, shape))(value, depth, walk, shape)


def follow_sequence(value: Any, depth: int, walk: Walk) -> Json:
    """Show a list or a tuple as a list."""
    head = value[:ITEMS_MAX]
    if not head:
        return []
    path, mark = walk.path, id(value)
    if depth >= DEPTH_MAX or walk.nodes <= 0 or mark in path:
        return _refusal(value, type(value).__name__, len(value), walk)
    path.add(mark)
    shown = _items(head, len(value), depth + 1, walk)
    path.discard(mark)
    return shown


def follow_dict(value: dict[Any, Any], depth: int, walk: Walk) -> Json:  # noqa: C901 - as above
    """Show a dict as an object."""
    size = len(value)
    if not size:
        return {}
    nodes = walk.nodes
    if depth >= DEPTH_MAX or nodes <= 0:
        return _refusal(value, "dict", size, walk)
    if size > ITEMS_MAX:
        return _other_dict(value, depth, walk)
    walk.nodes = nodes - size
    shown = value.copy()
    for name, item in shown.items():
        if type(name) is not str or name not in plain_names:
            walk.nodes = nodes
            return _other_dict(value, depth, walk)
        kind = type(item)
        if kind is int:
            if INT_MIN <= item <= INT_MAX:
                continue
        elif kind is str:
            if len(item) <= KNOWN_CHARS_MAX and item in known_clean:
                continue
        elif kind is bool or item is None:
            continue
        path, mark = walk.path, id(value)
        if mark in path:
            return _refusal(value, "dict", size, walk)
        path.add(mark)
        shown[name] = follow(item, depth + 1, walk)
        path.discard(mark)
    if "value" in shown:
        _hide_for_its_name(shown, value.get("value"), walk)
    return shown


def _other_dict(value: dict[Any, Any], depth: int, walk: Walk) -> Json:
    """Show a dict of any size and with any keys."""
    path, mark, size = walk.path, id(value), len(value)
    if mark in path:
        return _refusal(value, "dict", size, walk)
    path.add(mark)
    shown = _pairs({}, _copied(_head_of_dict, value), size, depth + 1, walk)
    path.discard(mark)
    return shown


def _items(head: Any, size: int, depth: int, walk: Walk) -> list[Json]:
    first = type(head[0])
    if first is int or first is float or first is bool or head[0] is None:
        walk.nodes -= len(head)
        shown = []
        for item in head:
            kind = type(item)
            if kind is int:
                is_plain = INT_MIN <= item <= INT_MAX
            else:
                is_plain = kind is bool or (kind is float and item - item == 0.0)
            shown.append(item if is_plain else follow(item, depth, walk))
    elif first is str or first is bytes:
        walk.nodes -= len(head)
        shown = _texts(head, size, depth, walk)
    else:
        head = _fewer(head, depth, walk)
        walk.nodes -= len(head)
        shown = [
            follow_dict(item, depth, walk) if type(item) is dict else follow(item, depth, walk)
            for item in head
        ]
    if size > len(head):
        walk.cuts += 1
        shown.append({"$cut": size - len(head)})
    return shown


def _fewer(head: Any, depth: int, walk: Walk) -> Any:
    """Return so many items that each can be shown with its parts, rather than all without."""
    nodes = walk.nodes if depth < DEPTH_MAX else 0
    return head[: max(_ITEMS_MIN, nodes // _PARTS_OF_AN_ITEM)]


def _texts(head: Any, size: int, depth: int, walk: Walk) -> list[Json]:
    """Show a list that begins with a text: maybe a header and its value, or a command line."""
    is_pair = size == _PAIR
    if (
        not is_pair
        and all(map(is_, map(type, head), _STR_EACH))
        and max(map(len, head)) <= KNOWN_CHARS_MAX
        and known_clean.issuperset(head)
    ):
        # A command's option is never among the texts that are known.
        return list(head)
    if size == _TRIPLE and _is_header(head):
        return [follow(head[0], depth, walk), *_texts(head[1:], _PAIR, depth, walk)]
    shown: list[Json] = []
    is_announced = False
    for item in head:
        shown.append(hidden(item, walk) if is_announced else follow(item, depth, walk))
        is_announced = announces(item, is_pair=is_pair) and not is_announced
    return shown


def _is_header(head: Any) -> bool:
    """Tell whether three values are a header, its name in lower case, and its value."""
    one, other = head[0], head[1]
    kind = type(one)
    is_text = kind is str or kind is bytes
    return is_text and kind is type(other) and bool(one.lower() == other)


def _pairs(
    shown: dict[str, Json], head: list[tuple[Any, Any]] | None, size: int, depth: int, walk: Walk
) -> Json:
    """Show named values behind what is shown already."""
    if head is None:
        return {"$type": shown.get("$type", "dict"), "$changing": True}
    walk.nodes -= len(head)
    for key, item in head:
        if type(key) is not str or key not in plain_names:
            _add(shown, key, item, depth, walk)
            continue
        kind = type(item)
        if kind is int:
            is_plain = INT_MIN <= item <= INT_MAX
        elif kind is str:
            is_plain = len(item) <= KNOWN_CHARS_MAX and item in known_clean
        else:
            is_plain = kind is bool or item is None
        shown[key] = item if is_plain else follow(item, depth, walk)
    if "value" in shown:
        given = next((item for key, item in head if type(key) is str and key == "value"), None)
        _hide_for_its_name(shown, given, walk)
    if size > len(head):
        walk.cuts += 1
        shown["$cut"] = size - len(head)
    return shown


def _hide_for_its_name(shown: dict[str, Json], given: Any, walk: Walk) -> None:
    """Hide a value that has its name beside it: `{"name": "password", "value": "…"}`."""
    named = shown.get("name") or shown.get("key") or shown.get("header")
    if type(named) is str and is_secret_name(named):
        shown["value"] = hidden(given, walk)


def _add(shown: dict[str, Json], key: Any, item: Any, depth: int, walk: Walk) -> None:
    """Add a named value to what is shown, hiding it if its name is secret."""
    name = key if type(key) is str else _key(key, walk)
    is_secret = is_secret_name(name)
    clean = shown_text(name, walk)
    shown[clean] = hidden(item, walk) if is_secret else follow(item, depth, walk)
    if clean is key and not is_secret and len(clean) <= KNOWN_CHARS_MAX:
        if len(plain_names) >= CLEAN_STRINGS_MAX:
            plain_names.clear()
        plain_names.add(clean)


def _refusal(value: Any, name: str, size: int | None, walk: Walk) -> Json:
    """Return what is shown in place of a container that is not followed."""
    if id(value) in walk.path:
        return {"$type": name, "$cycle": True}
    walk.cuts += 1
    shown: dict[str, Json] = {"$type": name, "$depth": True}
    if size is not None:
        shown["size"] = size
    return shown


def _copied(read: Callable[..., Any], *given: Any) -> Any:
    """Read a container that another thread may be changing; `None` when it never holds still."""
    for _ in range(_TRIES):
        try:
            return read(*given)
        except RuntimeError:
            continue
    return None


def _head_of_dict(value: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return list(islice(dict.items(value), ITEMS_MAX))


def _key(key: Any, walk: Walk) -> str:
    """Write a key that is no text as one."""
    if type(key) is bytes:
        return key[:KNOWN_CHARS_MAX].decode("utf-8", "backslashreplace")
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


def _sequence(size_of: Callable[[Any], int], read: Callable[[Any], Any]) -> Show:
    """Make what shows an ordered container that JSON does not know."""

    def show(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
        path, mark = walk.path, id(value)
        if depth >= DEPTH_MAX or walk.nodes <= 0 or mark in path:
            return _refusal(value, shape.name, None, walk)
        head = _copied(read, value)
        if head is None:
            return {"$type": shape.name, "$changing": True}
        path.add(mark)
        shown = _items(head, size_of(value), depth + 1, walk) if head else []
        path.discard(mark)
        return {"$type": shape.name, "items": shown}

    return show


def _show_tuple(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
    size = tuple.__len__(value)
    if not shape.names or len(shape.names) != size:
        return _other_tuple(value, depth, walk, shape)
    head = tuple.__getitem__(value, slice(0, ITEMS_MAX))
    return _parts(value, list(zip(shape.names, head, strict=False)), size, depth, walk)


def _show_dict(value: Any, depth: int, walk: Walk, _shape: Shape) -> Json:
    head = _copied(_head_of_dict, value)
    return _parts(value, head, dict.__len__(value), depth, walk)


def _show_object(value: Any, depth: int, walk: Walk, shape: Shape) -> Json:
    if shape.storage is None and not shape.slots:
        return {"$type": shape.name}
    found = _copied(fields, value, shape)
    head = found and found[:ITEMS_MAX]
    return _parts(value, head, len(found or ()), depth, walk)


def _parts(
    value: Any, head: list[tuple[Any, Any]] | None, size: int, depth: int, walk: Walk
) -> Json:
    """Show the named parts of a value under its type."""
    path, mark, shape = walk.path, id(value), shape_of(type(value))
    if depth >= DEPTH_MAX or walk.nodes <= 0 or mark in path:
        return _refusal(value, shape.name, None, walk)
    path.add(mark)
    shown = _pairs({"$type": shape.name}, head, size, depth + 1, walk)
    path.discard(mark)
    return shown


def _show_exception(value: Any, _depth: int, walk: Walk, shape: Shape) -> Json:
    taint_from(value, walk)
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
