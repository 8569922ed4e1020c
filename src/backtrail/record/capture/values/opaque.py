"""Values that are named or described rather than followed.

Functions, classes, modules, generators, bytes, patterns, enumeration members, numbers that JSON
does not have, and the arrays and tables of the data libraries. Nothing is consumed or computed,
and a library is only known where the program has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import Any

from backtrail.model.limits import BYTES_HEAD_MAX, INT_BITS_MAX, ITEMS_MAX
from backtrail.record.capture.values.shapes import (
    Shape,
    derives,
    fields,
    module_and_name,
    mro_of,
    namespace_of,
    type_name,
)
from backtrail.record.capture.values.walk import MARGIN_CHARS, Walk, shown_text

_module_dict: Callable[[Any], Any] = vars(ModuleType)["__dict__"].__get__
_DATA_LIBRARIES = frozenset(
    str.split(
        """
        numpy pandas polars torch tensorflow jax jaxlib pyarrow xarray scipy cupy dask
        """
    )
)
_LIBRARY_TEXTS = frozenset({"Timestamp", "Timedelta", "NaTType", "Period", "device", "dtype"})
_TEXTS = frozenset(
    str.split(
        """
        datetime.date datetime.timedelta datetime.timezone decimal.Decimal uuid.UUID
        fractions.Fraction zoneinfo.ZoneInfo ipaddress.IPv4Address ipaddress.IPv6Address
        ipaddress.IPv4Network ipaddress.IPv6Network
        """
    )
)
_PATHS = frozenset({"PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"})


def show_for(kind: type) -> Callable[[Any, int, Walk, Shape], Any] | None:
    """Return how values of a type are described, or `None` for a type that is an object like any.

    The type is recognized by being what its module really holds under its name, never by the name
    alone.
    """
    meta = type(kind)
    if module_and_name(meta)[0] == "enum" and is_genuine(meta):
        return show_enum
    if not is_genuine(kind):
        return _show_for_heirs(kind)
    module, name = module_and_name(kind)
    root = module.partition(".")[0]
    full = f"{module}.{name}"
    if full in _TEXTS or (root == "pathlib" and name in _PATHS):
        return show_as_text
    if full in _BY_NAME:
        return _BY_NAME[full]
    if root in _DATA_LIBRARIES:
        return show_as_text if name in _LIBRARY_TEXTS else _show_for_heirs(kind)
    return None


def is_genuine(kind: type) -> bool:
    """Tell whether a type is the one that its module holds under its name."""
    module, name = module_and_name(kind)
    held = sys.modules.get(module)
    return type(held) is ModuleType and _module_dict(held).get(name) is kind


def _show_for_heirs(kind: type) -> Callable[[Any, int, Walk, Shape], Any] | None:
    """Return how arrays and tables are described, also those of classes derived from them."""
    for base in mro_of(kind):
        module, name = module_and_name(base)
        if module.partition(".")[0] in _DATA_LIBRARIES and is_genuine(base):
            if name == "generic":
                return show_number_of_numpy
            if "shape" in namespace_of(base) or name in {"DataFrame", "Series", "Tensor"}:
                return show_array
    return None


def show_int(value: int) -> Any:
    """Describe an integer that JSON readers would round."""
    bits = int.bit_length(value)
    if bits < 64:  # noqa: PLR2004 - what a signed 64-bit integer holds
        return int.__int__(value)
    if bits <= INT_BITS_MAX:
        try:
            return {"$type": "int", "value": int.__repr__(value)}
        except ValueError:
            pass
    top = int.__rshift__(value if value >= 0 else -value, bits - 64)
    return {"$type": "int", "bits": bits, "head": hex(top)}


def show_float(value: float) -> Any:
    """Describe a number that JSON does not have; return any other as it is."""
    plain = float.__float__(value)
    if plain - plain == 0.0:
        return plain
    return {"$type": "float", "value": float.__repr__(plain)}


def show_plain(value: Any, _depth: int, _walk: Walk, _shape: Shape) -> Any:
    """Return a value of a type whose `repr` is short and runs no other code."""
    return repr(value)


def show_name(value: Any, _depth: int, _walk: Walk, shape: Shape) -> Any:
    """Name a function, a method or a class."""
    if type(value) is MethodType:
        value = value.__func__
    if type(value) is FunctionType or shape.name in _NAMED_BUILTINS:
        return {"$type": "function", "name": value.__qualname__}
    return {"$type": shape.name}


def show_running(value: Any, _depth: int, _walk: Walk, shape: Shape) -> Any:
    """Name a generator or coroutine without touching it."""
    return {"$type": shape.name, "name": value.__qualname__}


def show_class(value: Any, _depth: int, _walk: Walk, _shape: Shape) -> Any:
    """Name a class."""
    return {"$type": "class", "name": type_name(value)}


def show_module(value: Any, _depth: int, walk: Walk, _shape: Shape) -> Any:
    """Name a module."""
    name = _module_dict(value).get("__name__")
    return {"$type": "module", "name": shown_text(name, walk) if type(name) is str else None}


def show_bytes(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Describe binary data by its size and a readable beginning."""
    is_array = type(value) is not bytes and derives(type(value), bytearray)
    kind = bytearray if is_array else bytes
    size = kind.__len__(value)
    head = bytes(kind.__getitem__(value, slice(0, BYTES_HEAD_MAX + MARGIN_CHARS)))
    # What is cut off is looked at too: a secret may begin before the cut.
    text = shown_text(head.decode("utf-8", "backslashreplace"), walk, len(head) * 4)
    return {"$type": shape.name, "size": size, "head": text[:BYTES_HEAD_MAX]}


def show_memory(value: memoryview, _depth: int, _walk: Walk, shape: Shape) -> Any:
    """Describe a view of memory by its size."""
    try:
        return {"$type": shape.name, "size": value.nbytes}
    except ValueError:
        return {"$type": shape.name, "released": True}


def show_as_text(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Write a value of the standard library as its text, if its numbers can be printed."""
    try:
        return shown_text(str(value), walk)
    except ValueError:
        return {"$type": shape.name}


def show_moment(value: Any, _depth: int, walk: Walk, _shape: Shape) -> Any:
    """Write a date and time; a time zone class of the program itself is not asked."""
    zone = value.tzinfo
    if zone is not None and module_and_name(type(zone))[0] not in {"datetime", "zoneinfo"}:
        return {"$type": type_name(type(value)), "value": str(value.replace(tzinfo=None))}
    return shown_text(str(value), walk)


def show_enum(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Write a member of an enumeration as `Color.RED`."""
    name = next((field for key, field in fields(value, shape) if key == "_name_"), None)
    bare = shape.name.rpartition(".")[2]
    return shown_text(f"{bare}.{name}", walk) if type(name) is str else {"$type": shape.name}


def show_pattern(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Show a regular expression by its text."""
    text = value.pattern
    return {"$type": shape.name, "pattern": shown_text(text, walk) if type(text) is str else None}


def show_match(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Show a match by what was matched."""
    text = value.string
    start, end = value.span()
    found = shown_text(text[start:end], walk) if type(text) is str else None
    return {"$type": shape.name, "span": [start, end], "match": found}


def show_number_of_numpy(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Show a scalar of numpy as the number that it is."""
    generic = sys.modules["numpy"].generic
    item = generic.item(value)
    if type(item) is float:
        return show_float(item)
    if type(item) in {int, bool}:
        return item
    return {"$type": shape.name, "value": shown_text(str(item), walk)}


def show_array(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Describe an array or a table by its shape and types, and a tiny array by its numbers."""
    shown: dict[str, Any] = {"$type": shape.name}
    try:
        size = value.shape
        shown["shape"] = [side if type(side) is int else None for side in tuple(size)]
        if hasattr(value, "columns"):
            shown["columns"] = [shown_text(str(name), walk) for name in value.columns[:ITEMS_MAX]]
            shown["dtypes"] = [str(kind) for kind in list(value.dtypes)[:ITEMS_MAX]]
        else:
            shown["dtype"] = shown_text(str(value.dtype), walk)
        shown |= _numbers(value, size)
    except Exception:  # noqa: BLE001 - a library's own fault must not cost the record
        walk.cuts += 1
    return shown


def _numbers(value: Any, size: tuple[int, ...]) -> dict[str, Any]:
    """Return the numbers of a tiny one-dimensional array of numpy."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray) or len(size) != 1:
        return {}
    if size[0] > ITEMS_MAX or value.dtype.kind not in "biuf":
        return {}
    items = numpy.ndarray.tolist(value)
    return {"items": [show_float(item) if type(item) is float else item for item in items]}


_NAMED_BUILTINS = frozenset(
    {
        "builtin_function_or_method",
        "method_descriptor",
        "wrapper_descriptor",
        "method-wrapper",
        "classmethod_descriptor",
    }
)


def show_lock(value: Any, _depth: int, walk: Walk, shape: Shape) -> Any:
    """Return the name of a lock that is watched, and who took it last."""
    stored = dict(fields(value, shape))
    notes = stored["_backtrail_notes"]
    holder = notes.holder.name if notes.holder and notes.is_locked() else None
    kind = f"threading.{notes.kind}"
    return {"$type": kind, "name": shown_text(notes.name, walk), "holder": holder}


def show_notes(value: Any, _depth: int, walk: Walk, _shape: Shape) -> Any:
    """Return the name of a lock, in place of all that is known of it."""
    return shown_text(value.name, walk)


_BY_NAME: dict[str, Callable[[Any, int, Walk, Shape], Any]] = {
    "datetime.datetime": show_moment,
    "datetime.time": show_moment,
    "re.Pattern": show_pattern,
    "re.Match": show_match,
    "backtrail.record.locks.mutex.Lock": show_lock,
    "backtrail.record.locks.mutex.RLock": show_lock,
    "backtrail.record.locks.notes.Notes": show_notes,
}
