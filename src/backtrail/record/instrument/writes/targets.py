"""What a statement writes to, if that is simple: a name, or an attribute of a name.

Only what can be looked at beforehand without running anything is taken: `order.pop("phone")`,
`self.free[deck] -= 1`, `del order["phone"]`, `self.count = n`.
"""

from __future__ import annotations

import _ast
from typing import Any

from msgspec import Struct

METHODS = frozenset(
    str.split(
        "append extend insert pop remove clear sort reverse update setdefault popitem add discard"
    )
)
"""What changes a list, a dict or a set in place."""
_KEYED = frozenset({"pop", "setdefault"})
"""Methods whose first argument says where."""
_SUSPENDING = (_ast.Await, _ast.Yield, _ast.YieldFrom)
_CODES = (_ast.Lambda, _ast.GeneratorExp, _ast.ListComp, _ast.SetComp, _ast.DictComp)
_LAST = -1


class Target(Struct, frozen=True, kw_only=True):
    """Where a statement writes to."""

    base: str
    """The name that it begins with."""
    attribute: str | None = None
    stored: str | None = None
    """Under what name the attribute is stored: what is private to a class is renamed."""
    is_field: bool = False
    """Whether the attribute itself is set or deleted, and not what is in it."""
    at: Any = None
    """Node of the key or index, where it is a name or a constant."""
    index: int | None = None
    """The place in a list where a method without a key takes or puts something."""


def target_of(statement: Any) -> Target | None:
    """Return what a statement writes to; `None` if it is nothing simple, or it may be suspended."""
    kind = type(statement)
    found: Target | None = None
    if kind is _ast.Expr:
        found = _called(statement.value)
    elif kind is _ast.AugAssign:
        found = _stored(statement.target)
    elif kind is _ast.Delete and len(statement.targets) == 1:
        found = _stored(statement.targets[0])
    elif kind is _ast.Assign and len(statement.targets) == 1:
        (target,) = statement.targets
        found = _stored(target)
        if type(target) is _ast.Name:
            found = _called_first(statement.value)
            found = None if found is not None and found.base == target.id else found
    return None if found is None or holds(statement, _SUSPENDING) else found


def is_copyable(statement: Any) -> bool:
    """Whether a statement may stand twice: it holds no code of its own."""
    return not holds(statement, _CODES)


def holds(node: Any, kinds: tuple[type, ...]) -> bool:
    """Tell whether there is a node of certain kinds in a tree."""
    waiting: list[Any] = [node]
    while waiting:
        each = waiting.pop()
        if type(each) in kinds:
            return True
        for field in each._fields:
            held = getattr(each, field, None)
            held = held if type(held) is list else [held]
            waiting += [inner for inner in held if isinstance(inner, _ast.AST)]
    return False


def _called_first(node: Any) -> Target | None:
    """Return what a call changes that is a value by itself, or is done first for one."""
    return _called(node.values[0] if type(node) is _ast.BoolOp else node)


def _called(node: Any) -> Target | None:
    """Return what a call changes."""
    if type(node) is not _ast.Call or type(node.func) is not _ast.Attribute:
        return None
    method = node.func.attr
    way = _way(node.func.value)
    if method not in METHODS or way is None:
        return None
    first = node.args[0] if node.args else None
    at = first if method in _KEYED and type(first) in _PLAIN else None
    takes_last = method == "append" or (method == "pop" and first is None)
    return Target(
        base=way[0],
        attribute=way[1],
        stored=way[1],
        at=at,
        index=_LAST if takes_last else None,
    )


def _stored(node: Any) -> Target | None:
    """Return what is set or deleted."""
    if type(node) is _ast.Attribute:
        return (
            Target(base=node.value.id, attribute=node.attr, stored=node.attr, is_field=True)
            if type(node.value) is _ast.Name
            else None
        )
    way = _way(node.value) if type(node) is _ast.Subscript else None
    if way is None:
        return None
    at = node.slice if type(node.slice) in _PLAIN else None
    return Target(base=way[0], attribute=way[1], stored=way[1], at=at)


def _way(node: Any) -> tuple[str, str | None] | None:
    """Return the name, and its attribute if there is one, by which something is reached."""
    if type(node) is _ast.Name:
        return node.id, None
    if type(node) is _ast.Attribute and type(node.value) is _ast.Name:
        return node.value.id, node.attr
    return None


_PLAIN = (_ast.Name, _ast.Constant)
