"""Values that nobody may ask for anything: whoever does is told on, and most raise besides."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

asked: list[str] = []
"""What was asked of hostile values; it stays empty while nobody does."""

_DUNDERS = str.split(
    """
    __repr__ __str__ __bytes__ __format__ __hash__ __bool__ __len__ __length_hint__ __iter__
    __next__ __reversed__ __contains__ __getitem__ __setitem__ __delitem__ __missing__ __getattr__
    __getattribute__ __setattr__ __delattr__ __dir__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__
    __call__ __add__ __radd__ __sub__ __mod__ __int__ __index__ __float__ __complex__ __round__
    __enter__ __exit__ __await__ __aiter__ __anext__ __reduce__ __reduce_ex__ __getstate__
    __copy__ __deepcopy__ __sizeof__ __fspath__ __buffer__ __array__ __instancecheck__
    __subclasscheck__ __subclasshook__ __del__ __invert__ __neg__ __abs__ __conform__
    """
)


def _telling(name: str) -> Callable[..., Any]:
    def told(*_: object, **__: object) -> Any:
        asked.append(name)
        raise RuntimeError(f"do not ask for {name}")

    return told


def hostile(*bases: type, **members: Any) -> type:
    """Make a class all of whose special methods tell, and raise; so does its metaclass."""
    names = [name for name in _DUNDERS if name != "__del__"]
    of_class = {name: _telling(f"{name} of the class") for name in names}
    meta = type("Meta", (type,), of_class)
    of_value = {name: _telling(name) for name in names}
    lie = property(_telling("__class__"))
    given = {"__class__": lie, "__dict__": property(_telling("__dict__")), **of_value, **members}
    return type.__call__(meta, "Hostile", bases, given)  # type: ignore[no-any-return]


class Slotted:
    """Keeps its fields in slots; one of them was never set."""

    __slots__ = ("left", "never", "right")

    def __init__(self, left: Any, right: Any) -> None:
        self.left = left
        self.right = right


class Open:
    """Keeps its fields in a dict, beside a property that raises."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    @property
    def lazy(self) -> Any:
        """Tell, and raise."""
        asked.append("lazy")
        raise RuntimeError("do not ask for a property")


def values_of(kind: type) -> list[Any]:
    """Return a value of each hostile class that is derived from one kind of builtin."""
    make = kind.__new__
    if kind is object:
        return [make(hostile())]
    given = {int: (7,), float: (1.5,), str: ("text",), bytes: (b"raw",), tuple: ((1, 2),)}
    value = make(hostile(kind), *given.get(kind, ()))
    if kind is list:
        list.append(value, 1)
    if kind is dict:
        dict.__setitem__(value, "key", 1)
    if kind is set:
        set.add(value, 1)
    return [value]


HOSTILE = [
    value
    for kind in (object, int, float, str, bytes, bytearray, tuple, list, dict, set, frozenset,
                 deque, OrderedDict, defaultdict, BaseException, ValueError)
    for value in values_of(kind)
]  # fmt: skip
"""A value of a hostile class of each kind."""


def _cyclic(value: Any) -> Any:
    """Put a list around a value, and the list into itself."""
    around: list[Any] = [value]
    around.append(around)
    return around


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=1 << 60).map(lambda bits: bits**400)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.text(alphabet=st.characters(categories=["Cs"]), max_size=3)
    | st.text(max_size=3).map(lambda text: text * 5_000)
    | st.binary()
    | st.binary(max_size=9).map(bytearray)
    | st.decimals()
    | st.fractions()
    | st.datetimes()
    | st.timedeltas()
    | st.uuids()
)
"""Values that everybody has."""
_KEYS = st.text(max_size=9) | st.integers() | st.binary(max_size=4) | st.tuples(st.text(max_size=3))
Make = Callable[[], Any]
LEAVES = PLAIN.map(lambda value: lambda: value) | st.integers(0, len(HOSTILE) - 1).map(
    lambda index: lambda: HOSTILE[index]
)


def _many(kind: Callable[[list[Any]], Any]) -> Callable[[list[Make]], Make]:
    return lambda makes: lambda: kind([make() for make in makes])


def _named(kind: Callable[[dict[Any, Any]], Any]) -> Callable[[dict[Any, Make]], Make]:
    return lambda makes: lambda: kind({name: make() for name, make in makes.items()})


NESTED: st.SearchStrategy[Make] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=30).map(_many(list))
        | st.lists(inner, max_size=4).map(_many(tuple))
        | st.lists(inner, max_size=4).map(_many(deque))
        | st.lists(inner, max_size=1).map(_many(_cyclic))
        | st.lists(inner, max_size=2).map(_many(lambda items: ValueError(*items)))
        | st.lists(inner, min_size=2, max_size=2).map(_many(lambda items: Slotted(*items)))
        | st.dictionaries(_KEYS, inner, max_size=30).map(_named(dict))
        | st.dictionaries(st.text(max_size=9), inner, max_size=4).map(_named(OrderedDict))
        | st.dictionaries(st.text(max_size=9), inner, max_size=4).map(_named(lambda f: Open(**f)))
    ),
    max_leaves=40,
)
"""What makes values of all kinds inside one another: no one but the test may touch them."""
