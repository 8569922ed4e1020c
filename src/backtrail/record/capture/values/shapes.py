"""What a type is made of, found without running any of its code.

A class of the program may override everything that Python looks up by name: `__class__`,
`__dict__`, `__getattribute__`, `__iter__`, even `__mro__` and `__hash__` by its metaclass. So types
are asked only through the descriptors of `type` itself, values only through the descriptors that
the interpreter made for their storage, and the cache of what was learnt is keyed by identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any
from weakref import ref

from msgspec import Struct

from backtrail.model.limits import FIELDS_MAX, SHAPES_MAX

_of_type = vars(type)
mro_of: Callable[[Any], tuple[type, ...]] = _of_type["__mro__"].__get__
namespace_of: Callable[[Any], Any] = _of_type["__dict__"].__get__
_name_of: Callable[[Any], str] = _of_type["__qualname__"].__get__
_module_of: Callable[[Any], Any] = _of_type["__module__"].__get__

Read = Callable[[Any], Any]


class Shape(Struct, gc=False):
    """How the values of one type are stored."""

    of: Callable[[], Any]
    """Weak reference to the type: an identity may be used again once its type is gone."""
    name: str
    """`module.Class`, the bare name for a builtin."""
    storage: Read | None
    """Returns the real `__dict__` of a value."""
    slots: tuple[tuple[str, Read], ...]
    """The fields outside of it, and what reads each."""
    names: tuple[str, ...]
    """Of a named tuple: its fields."""
    show: Any = None
    """How its values are shown, once that is known."""


_shapes: dict[int, Shape] = {}


def shape_of(kind: type) -> Shape:
    """Return how values of a type are stored."""
    shape = _shapes.get(id(kind))
    if shape is None or shape.of() is not kind:
        if len(_shapes) >= SHAPES_MAX:
            _shapes.clear()
        shape = _shapes[id(kind)] = Shape(
            of=ref(kind),
            name=type_name(kind),
            storage=_storage(kind),
            slots=tuple(_slots(kind)),
            names=_tuple_names(kind),
        )
    return shape


def derives(kind: type, base: type) -> bool:
    """Tell whether a type is another or derived from it, without asking its metaclass."""
    return any(each is base for each in mro_of(kind))


def type_name(kind: type) -> str:
    """Return `module.Class` of a type, and the bare name of a builtin one."""
    module, name = _module_of(kind), _name_of(kind)
    if type(module) is not str or module == "builtins":
        return name
    return f"{module}.{name}"


def module_and_name(kind: type) -> tuple[str, str]:
    """Return where a type says that it is from, and its name."""
    module = _module_of(kind)
    return module if type(module) is str else "", _name_of(kind)


def fields(value: Any, shape: Shape) -> list[tuple[str, Any]]:
    """Return the stored fields of an object, those of its `__dict__` first.

    Raises:
        RuntimeError: another thread changed them meanwhile.
    """
    found: list[tuple[str, Any]] = []
    if shape.storage is not None:
        stored = shape.storage(value)
        if isinstance(stored, dict):
            pairs = islice(dict.items(stored), FIELDS_MAX)
            found = [pair for pair in pairs if type(pair[0]) is str and pair[0][:2] != "__"]
    for name, read in shape.slots[:FIELDS_MAX]:
        try:
            found.append((name, read(value)))
        except AttributeError:
            continue
    return found


def _storage(kind: type) -> Read | None:
    """Return the interpreter's own descriptor of `__dict__`, passing over any override."""
    for base in mro_of(kind):
        found = namespace_of(base).get("__dict__")
        is_genuine = type(found) is GetSetDescriptorType or type(found) is MemberDescriptorType
        if is_genuine and base is not type:
            read: Read = found.__get__
            return read
    return None


def _slots(kind: type) -> Iterator[tuple[str, Read]]:
    """Yield the members that classes store outside of `__dict__`; those of the base class first."""
    for base in reversed(mro_of(kind)):
        for name, member in list(namespace_of(base).items()):
            if type(member) is MemberDescriptorType and not name.startswith("__"):
                yield name, member.__get__


def _tuple_names(kind: type) -> tuple[str, ...]:
    for base in mro_of(kind):
        names = namespace_of(base).get("_fields")
        if type(names) is tuple:
            return tuple(name for name in names if type(name) is str)
    return ()
