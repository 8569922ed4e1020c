"""What a module's source declares by literals, and where its own code changes such things.

A declaration is a name of the module, an attribute of a class or a default of a parameter whose
value is written out: `LIMIT = 20`, `items = []`, `def collect(person, picked=[])`. One that the
module itself builds up while it is imported, such as a registry, declares nothing.
"""

from __future__ import annotations

import _ast
from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import Struct

from backtrail.model.limits import LITERAL_NODES_MAX
from backtrail.record.instrument.rewrite import Unheard

Kind = Literal["global", "attribute", "default"]

_EMPTY = frozenset({"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict"})
"""What gives something empty when it is called with at most a factory."""
_CHANGING = frozenset(
    str.split(
        """
        add append appendleft clear difference_update discard extend extendleft insert
        intersection_update pop popitem popleft remove reverse rotate setdefault sort
        symmetric_difference_update update
        """
    )
)
"""Methods of containers that change them."""
_FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
_UNKNOWN: Any = object()


class Declared(Struct, frozen=True, kw_only=True):
    """Something that a source declares by a literal."""

    kind: Kind
    owner: str
    """Qualified name of the function or class; empty for the module's own."""
    name: str
    line: int
    """Of the literal's statement; of a default, the line of its function."""
    value: Any


class Change(Struct, frozen=True, kw_only=True):
    """A place that changes, or may change, what goes by a name."""

    name: str
    function: str
    """Qualified name; empty at the top of the module."""
    line: int
    is_attribute: bool


class Literals(Struct, frozen=True, kw_only=True):
    """All that is known of one source."""

    declared: list[Declared]
    changes: list[Change]


def literals(source: bytes, path: str) -> Literals:
    """Return what a source declares, and what changes it.

    Raises:
        SyntaxError, ValueError, RecursionError: the source cannot be read.
    """
    with Unheard(path):
        tree: Any = compile(source, path, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    changes = list(_changes(tree, ""))
    built = {each.name for each in changes if not each.function}
    declared = [each for each in _declared(tree.body, "") if each.name not in built]
    names = [(each.owner, each.name) for each in declared if each.kind != "default"]
    return Literals(
        declared=[
            each
            for each in declared
            if each.kind == "default" or names.count((each.owner, each.name)) == 1
        ],
        changes=[each for each in changes if each.function],
    )


def _declared(body: list[Any], owner: str) -> Iterator[Declared]:
    """Yield what a module, or a class in it, declares; functions inside of functions are left."""
    for node in body:
        kind = type(node)
        if kind is _ast.ClassDef:
            yield from _declared(node.body, _inside(owner, node.name))
        elif kind in _FUNCTIONS:
            yield from _defaults(node, _inside(owner, node.name))
        elif kind is _ast.Assign or kind is _ast.AnnAssign:
            targets = node.targets if kind is _ast.Assign else [node.target]
            value = _UNKNOWN if node.value is None else _value(node.value)
            if len(targets) == 1 and type(targets[0]) is _ast.Name and value is not _UNKNOWN:
                yield Declared(
                    kind="attribute" if owner else "global",
                    owner=owner,
                    name=targets[0].id,
                    line=node.lineno,
                    value=value,
                )


def _defaults(node: Any, owner: str) -> Iterator[Declared]:
    """Yield the defaults of a function that can change: lists, dicts and sets."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    given = len(arguments.defaults)
    pairs = [
        *zip(positional[len(positional) - given :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        value = _UNKNOWN if default is None else _value(default)
        if type(value) in {list, dict, set}:
            yield Declared(
                kind="default", owner=owner, name=argument.arg, line=node.lineno, value=value
            )


def _inside(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _value(node: Any) -> Any:
    """Return what a literal stands for; `_UNKNOWN` for anything that is none."""
    try:
        return _read(node, [LITERAL_NODES_MAX])
    except (ValueError, TypeError):
        return _UNKNOWN


def _read(node: Any, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or type(node) not in _READ:
        raise ValueError
    return _READ[type(node)](node, left)


def _constant(node: Any, _: list[int]) -> Any:
    if node.value is ...:
        raise ValueError
    return node.value


def _negative(node: Any, left: list[int]) -> Any:
    if type(node.op) is not _ast.USub:
        raise ValueError
    return -_read(node.operand, left)


def _mapping(node: Any, left: list[int]) -> dict[Any, Any]:
    keys = [_read(key, left) for key in node.keys]
    return dict(zip(keys, (_read(value, left) for value in node.values), strict=True))


def _empty(call: Any, _: list[int]) -> Any:
    """Return what a call gives that makes something empty."""
    function = call.func
    name = getattr(function, "attr", None) or getattr(function, "id", None)
    is_bare = all(type(each) is _ast.Name for each in call.args)
    if name not in _EMPTY or call.keywords or not is_bare:
        raise ValueError
    if bool(call.args) != (name == "defaultdict"):
        raise ValueError
    return set() if name == "set" else [] if name in {"list", "deque"} else {}


_READ: dict[type, Callable[[Any, list[int]], Any]] = {
    _ast.Constant: _constant,
    _ast.List: lambda node, left: [_read(item, left) for item in node.elts],
    _ast.Tuple: lambda node, left: tuple(_read(item, left) for item in node.elts),
    _ast.Set: lambda node, left: {_read(item, left) for item in node.elts},
    _ast.Dict: _mapping,
    _ast.UnaryOp: _negative,
    _ast.Call: _empty,
}


def _changes(node: Any, function: str) -> Iterator[Change]:
    """Yield where names and attributes are changed, in a node and all that is inside."""
    if type(node) in _FUNCTIONS or type(node) is _ast.ClassDef:
        function = _inside(function, node.name)
    for name, is_attribute in _changed(node):
        yield Change(name=name, function=function, line=node.lineno, is_attribute=is_attribute)
    for field in node._fields:
        inner = getattr(node, field)
        for each in inner if type(inner) is list else (inner,):
            if isinstance(each, _ast.AST):
                yield from _changes(each, function)


def _changed(node: Any) -> list[tuple[str, bool]]:
    """Return the names whose values a node changes or binds anew, and which are attributes."""
    if type(node) is _ast.Global:
        return [(name, False) for name in node.names]
    named: list[tuple[str, bool]] = []
    for base in _bases(node):
        if type(base) is _ast.Name:
            named.append((base.id, False))
        elif type(base) is _ast.Attribute:
            named.append((base.attr, True))
    return named


def _bases(node: Any) -> list[Any]:
    """Return the expressions whose values a node changes, or that it binds anew."""
    kind = type(node)
    if kind is _ast.Call:
        method = node.func
        is_changing = type(method) is _ast.Attribute and method.attr in _CHANGING
        return [method.value] if is_changing else []
    if kind is _ast.AugAssign:
        return [_container(node.target)]
    if kind is _ast.Assign or kind is _ast.Delete:
        return [_container(each) for each in node.targets if type(each) is not _ast.Name]
    return []


def _container(target: Any) -> Any:
    """Return what a subscript belongs to, however deep; an attribute or a name is itself."""
    for _ in range(LITERAL_NODES_MAX):
        if type(target) is not _ast.Subscript:
            break
        target = target.value
    return target
