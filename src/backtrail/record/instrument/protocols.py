"""Exceptions that the language itself takes: as a missing attribute, or as the end of a loop.

`hasattr`, `getattr` with a default and a class with `__getattr__` take an `AttributeError` that
comes out of a property, also one that was never meant. A loop over `map(function, …)` takes a
`StopIteration` of the function for its end. Nothing of the program takes them, so they are noticed
where they leave the function: only such functions have a site as these can come from.
"""

from __future__ import annotations

import _ast
import sys
from types import FrameType
from typing import Any

from backtrail.record import guard, switch
from backtrail.record.capture.callers import app_frame
from backtrail.record.capture.places import place_of
from backtrail.record.capture.values.namespace import PROXY, forget_variables
from backtrail.record.capture.values.shapes import mro_of, namespace_of
from backtrail.record.instrument import taken
from backtrail.record.instrument.rewrite import Sites, statements
from backtrail.record.instrument.taken import Firings

_FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
_GETTERS = frozenset({"property", "cached_property"})
_ASKING = ("hasattr(", "getattr(")
_CONSUMING = tuple(
    f"{name}("
    for name in str.split(
        "all any dict enumerate filter frozenset list map max min next set sorted sum tuple zip"
    )
)
"""Calls that take the end of what they go through for no error."""
_NOWHERE: dict[str, Any] = {"lineno": -1, "col_offset": -1, "end_lineno": -1, "end_col_offset": -1}
"""Of instructions that belong to no line, so that no tracer is told of them."""


class Leaving:
    """The site of one function, where exceptions of one kind leave it."""

    __slots__ = ("firings",)
    on = True
    too_deep = RecursionError
    attribute = AttributeError
    stop = StopIteration

    def __init__(self) -> None:
        self.firings = Firings()

    def note(self) -> None:
        """Record the exception that leaves the function, if what called it takes it."""
        try:
            error = sys.exception()
            frame = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
            caller = _caller(frame)
            if error is None or caller is None or not switch.is_enabled():
                return
            if app_frame(caller) is caller and _takes(caller, frame, error):
                taken.take(error, caller, self.firings, "protocol")
        except RecursionError:
            raise
        except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("protocol", fault)

    def __reduce__(self) -> tuple[Any, ...]:
        return taken.without_us()


def mark(tree: _ast.Module, sites: Sites) -> None:
    """Put sites where the exceptions of protocols leave functions, unless these are traced.

    What leaves such a function leaves it from no line: a tracer, as of coverage, would see that.
    """
    if sys.gettrace() is not None:
        return
    for node in [each for each in statements(tree) if type(each) in _FUNCTIONS]:
        name = "attribute" if _is_getter(node) else "stop" if _may_stop(node) else None
        if name is not None:
            _surround(node, name, sites)


def _surround(node: Any, name: str, sites: Sites) -> None:
    """Put what a function does, but for its docstring, into a `try` that lets all through."""
    first = node.body[0]
    has_text = type(first) is _ast.Expr and type(first.value) is _ast.Constant
    start = 1 if has_text else 0
    if start >= len(node.body):
        return
    site = Leaving()
    note = sites.statement(site, node, _NOWHERE)
    clause = _ast.ExceptHandler(
        type=sites.attribute(site, name, _NOWHERE),
        body=[note, _ast.Raise(**_NOWHERE)],
        **_NOWHERE,
    )
    tried = _ast.Try(body=node.body[start:], handlers=[clause], orelse=[], finalbody=[], **_NOWHERE)
    node.body[start:] = [tried]


def _is_getter(node: Any) -> bool:
    names = (getattr(each, "attr", getattr(each, "id", "")) for each in node.decorator_list)
    return any(name in _GETTERS for name in names)


def _may_stop(node: Any) -> bool:
    """Whether a function calls `next` without a default, and is no iterator itself."""
    if node.name in {"__next__", "__anext__"}:
        return False
    waiting: list[Any] = list(node.body)
    found = False
    while waiting:
        each = waiting.pop()
        kind = type(each)
        if kind in _FUNCTIONS or kind is _ast.Lambda or kind is _ast.ClassDef:
            continue
        if kind is _ast.Yield or kind is _ast.YieldFrom or kind is _ast.Await:
            return False
        found = found or (kind is _ast.Call and _is_next(each))
        for field in each._fields:
            held = getattr(each, field, None)
            held = held if type(held) is list else [held]
            waiting += [inner for inner in held if isinstance(inner, _ast.AST)]
    return found


def _is_next(call: _ast.Call) -> bool:
    return type(call.func) is _ast.Name and call.func.id == "next" and len(call.args) == 1


def _caller(frame: FrameType) -> FrameType | None:
    """Return what called a function; a cached property is called by `functools`."""
    caller = frame.f_back
    if caller is not None and caller.f_globals.get("__name__") == "functools":
        caller = caller.f_back
    return caller


def _takes(caller: FrameType, frame: FrameType, error: BaseException) -> bool:
    """Tell whether what a caller does at this moment takes an exception for an answer."""
    place = place_of(caller.f_code, max(caller.f_lasti, 0), caller.f_lineno)
    text = place.expression or ""
    if issubclass(type(error), StopIteration):
        # A loop goes on by an instruction that is at all of it, or at what it goes through.
        return text.startswith(("for ", *_CONSUMING))
    if text.startswith(_ASKING):
        return text.startswith("hasattr(") or text.count(",") > 1
    return _has_answer_for_missing(frame)


def _has_answer_for_missing(frame: FrameType) -> bool:
    """Whether the class of what a method is called for has a `__getattr__`."""
    names = frame.f_code.co_varnames
    values = frame.f_locals
    owner = values.get(names[0]) if names and type(values) in {dict, PROXY} else None
    del values
    forget_variables(frame)
    return any("__getattr__" in namespace_of(kind) for kind in mro_of(type(owner)))
