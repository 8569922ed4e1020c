"""Hands values that resist being looked at to every part of the recorder, and then dies of one.

    python hostile.py

Prints what became of each: whose methods were called, what was consumed, what was raised.
"""

from __future__ import annotations

import asyncio
import collections
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, NoReturn

import backtrail

touched: collections.Counter[str] = collections.Counter()
"""Methods that somebody called, by class and name."""
RESISTING = (
    *("__repr__", "__str__", "__eq__", "__ne__", "__hash__", "__bool__", "__len__", "__iter__"),
    *("__getattr__", "__getitem__", "__contains__", "__call__", "__format__", "__next__"),
    *("__lt__", "__int__", "__float__", "__index__", "__reduce_ex__", "__dir__", "__sizeof__"),
    *("__array__", "__fspath__", "__await__", "__get__", "__del__"),
)


class HostileError(Exception):
    """What resisting methods raise."""


def resisting(owner: str, name: str) -> Callable[..., NoReturn]:
    def method(*_: object, **__: object) -> NoReturn:
        touched[f"{owner}.{name}"] += 1
        raise HostileError(f"{owner}.{name} was called")

    return method


METHODS = {name: resisting("value", name) for name in RESISTING if name != "__del__"}


class HostileType(type):
    """A metaclass whose classes resist as well."""

    __instancecheck__ = resisting("type", "__instancecheck__")
    __subclasscheck__ = resisting("type", "__subclasscheck__")
    __repr__ = resisting("type", "__repr__")
    __getattr__ = resisting("type", "__getattr__")
    __hash__ = type.__hash__
    __eq__ = resisting("type", "__eq__")
    __bool__ = resisting("type", "__bool__")
    __len__ = resisting("type", "__len__")
    __iter__ = resisting("type", "__iter__")


class Lying:
    """Says that it is of another class."""

    @property
    def __class__(self) -> type:
        touched["Lying.__class__"] += 1
        raise HostileError("__class__")

    @property
    def __dict__(self) -> dict[str, Any]:
        touched["Lying.__dict__"] += 1
        raise HostileError("__dict__")


class WithProperty:
    """Computes what it shows."""

    def __init__(self) -> None:
        self.stored = 1

    @property
    def computed(self) -> int:
        """Be asked."""
        touched["WithProperty.computed"] += 1
        raise HostileError("computed")


def lazy() -> Iterator[int]:
    """Count what is taken of it."""
    for number in range(3):
        touched["lazy.next"] += 1
        yield number


Value = type("Value", (), METHODS)
MetaValue = HostileType("MetaValue", (), {})
Text = type("Text", (str,), {**METHODS, "__hash__": str.__hash__})
Number = type("Number", (int,), {**METHODS, "__hash__": int.__hash__})
Items = type("Items", (list,), METHODS)
Members = type("Members", (dict,), METHODS)
Unordered = type("Unordered", (set,), METHODS)
Raised = type("Raised", (Exception,), {**METHODS, "__hash__": Exception.__hash__})
Fatal = type("Fatal", (BaseException,), {"__str__": METHODS["__str__"]})


def values() -> dict[str, Any]:
    """Make one of each."""
    cycle: list[Any] = [1]
    cycle.append(cycle)
    knot: dict[str, Any] = {}
    knot["self"] = {"again": knot, "list": [knot, cycle]}
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    return {
        "value": Value(),
        "meta_value": MetaValue(),
        "meta_class": MetaValue,
        "text": Text("text"),
        "number": Number(7),
        "items": Items([1, 2]),
        "members": Members(a=1),
        "unordered": Unordered(),
        "lying": Lying(),
        "with_property": WithProperty(),
        "raised": Raised("it"),
        "cycle": cycle,
        "knot": knot,
        "deep": deep,
        "large_text": "a b " * 25_000_000,
        "large_bytes": b"x" * 100_000_000,
        "large_list": [0] * 1_000_000,
        "large_dict": dict.fromkeys(range(100_000), "x"),
        "large_number": 1 << 4_000_000,
        "lazy": lazy(),
        "mapped": map(resisting("map", "function"), [1, 2]),
        "default": collections.defaultdict(resisting("defaultdict", "factory")),
        "odd_keys": {Number(1): 1, None: 2, (1, 2): 3, b"\xff": 4, 1.5: 5},
        "lone": "\ud800 surrogate",
        "nul": "a\x00b",
        "not_finite": [float("nan"), float("inf"), -float("inf")],
        "unbound": Value.__repr__,
        "module": sys,
        "frame": inspect.currentframe(),
        "lock": threading.RLock(),
        "itself": backtrail.debug,
    }


def attempt(name: str, action: Callable[[], object], *, may_ask: bool = False) -> None:
    """Say how something went, and what was asked of values unless that may be."""
    touched.clear()
    try:
        said = type(action()).__name__
    except BaseException as error:  # noqa: BLE001 - some are no Exception
        said = f"raised {type(error).__name__}"
    asked = "" if may_ask else f", asked {sorted(touched)}"
    sys.stdout.write(f"{name}: {said}{asked}\n")


def raise_with(given: Any, error: BaseException) -> NoReturn:
    """Raise, with a value among the locals."""
    kept = [given]
    attempt("kept", lambda: kept is given)
    raise error


def hand_in(name: str, value: Any) -> None:
    """Give one value to every part of the recorder."""

    def in_span() -> None:
        with backtrail.trace_span("hold_value", held=value) as span:
            span.set(more=value)

    def in_error() -> None:
        with backtrail.capture_error_context(state={"value": value}):
            raise_with(value, KeyError("no such thing"))

    def in_arguments() -> None:
        with backtrail.capture_error_context(state=[value]):
            raise ValueError(value, [value])

    def in_notes() -> None:
        error = ValueError("noted")
        error.__notes__ = [value]  # type: ignore[attr-defined]
        with backtrail.capture_error_context():
            raise error

    attempt(f"{name} attribute", lambda: backtrail.debug("see_value", held=value, token=value))
    attempt(f"{name} data", lambda: backtrail.debug("see_value", value, value))
    attempt(f"{name} tags", lambda: backtrail.debug("see_value", ai_tags=value))
    attempt(f"{name} trace", lambda: backtrail.debug("see_value", trace_id=value))
    attempt(f"{name} error", lambda: backtrail.debug("error_occurred", error=value))
    attempt(f"{name} context", lambda: backtrail.get_debugger(value)("see_value"))
    attempt(f"{name} span name", lambda: enter(backtrail.trace_span(value)))
    attempt(f"{name} span", in_span)
    attempt(f"{name} locals", in_error)
    attempt(f"{name} notes", in_notes)
    # A known action is looked up by its hash.
    attempt(f"{name} action", lambda: backtrail.debug(value), may_ask=True)
    # An exception says itself what its message is, as it does when it is printed.
    attempt(f"{name} arguments", in_arguments, may_ask=True)


def enter(span: backtrail.Span) -> None:
    """Begin and end a span."""
    with span:
        pass


def raise_each() -> None:
    """Raise errors that resist."""

    def caught(error: BaseException) -> None:
        with backtrail.capture_error_context(), backtrail.trace_span("raise_it"):
            raise error

    def chained() -> None:
        first, second = Raised(Value()), Raised(Text("second"))
        first.__cause__, second.__cause__ = second, first
        first.__context__, second.__context__ = second, first
        caught(first)

    def group() -> None:
        caught(ExceptionGroup("all", [Raised(Value()), KeyError(Value())]))

    attempt("error that resists", lambda: caught(Raised(Value())), may_ask=True)
    attempt("fatal error that resists", lambda: caught(Fatal(Value())), may_ask=True)
    attempt("errors in a circle", chained, may_ask=True)
    attempt("group", group, may_ask=True)

    async def in_task() -> None:
        held = Value()
        await asyncio.sleep(0)
        raise_with(held, Raised(held))

    attempt("task that resists", lambda: asyncio.run(in_task()), may_ask=True)


def leave(_kind: Any, value: BaseException, _at: TracebackType | None) -> None:
    """Stand in for Python's own hook, which would call what resists."""
    sys.stderr.write(f"died of {type(value).__name__}\n")


def main() -> NoReturn:
    """Do all of it."""
    held = values()
    for name, value in held.items():
        hand_in(name, value)
    raise_each()
    sys.stdout.write(f"taken: {list(held['lazy'])}\n")
    sys.stdout.flush()
    sys.excepthook = leave
    raise_with(held, Raised(Value()))


if __name__ == "__main__":
    backtrail.start()
    main()
