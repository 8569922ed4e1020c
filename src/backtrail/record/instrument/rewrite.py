"""The source of a module becomes code that holds sites, places from which we are told.

Markers put nodes into the syntax tree that use a site as a constant. A tree can only hold plain
constants, so each site has a placeholder there, and the compiled code gets the site itself: no
name is added that the program could see, or shadow. Every node of the program keeps its position,
so tracebacks, `inspect` and debuggers show what they would show without us.
"""

from __future__ import annotations

import _ast
import _warnings
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from types import CodeType
from typing import Any, Protocol

_PLACEHOLDER = b"\0site " + os.urandom(8).hex().encode() + b" "
_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")
_ANNOTATIONS = frozenset({"annotation", "returns", "type_params"})
"""Fields that may become texts, in which a site would show."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Fields of a node that hold statements, or what in turn has such fields."""
BYTECODE_READERS = frozenset(
    str.split(
        """
        bytecode cloudpickle codetransformer dill dis marshal numba opcode pony torch triton
        """
    )
)
"""Modules that read the code of functions: who imports one gets the code as it was written."""


class Marker(Protocol):
    """Puts the sites of one feature into a tree."""

    def may_mark(self, source: bytes) -> bool:
        """Tell, by a quick look, whether there may be anything to mark in a source."""

    def mark(self, tree: _ast.Module, sites: Sites) -> None:
        """Put the sites into a tree."""


class Sites:
    """The sites of one module."""

    def __init__(self) -> None:
        self.made: list[object] = []

    def add(self, site: object) -> bytes:
        """Return the placeholder of a site."""
        self.made.append(site)
        return _PLACEHOLDER + str(len(self.made) - 1).encode()

    def put_around(
        self, tree: _ast.AST, is_wanted: Callable[[Any], bool], make: Callable[[Any], object]
    ) -> None:
        """Put a site around each expression of a tree that is wanted, made for it."""

        def around(node: Any) -> Any:
            return self.expression(make(node), node) if is_wanted(node) else node

        waiting: list[Any] = [tree]
        while waiting:
            node = waiting.pop()
            for field in node._fields:
                held = None if field in _ANNOTATIONS else getattr(node, field, None)
                if type(held) is list:
                    waiting += [each for each in held if isinstance(each, _ast.AST)]
                    held[:] = [around(each) for each in held]
                elif isinstance(held, _ast.AST):
                    waiting.append(held)
                    if (seen := around(held)) is not held:
                        setattr(node, field, seen)

    def attribute(self, site: object, name: str, where: dict[str, Any]) -> _ast.Attribute:
        """Return an attribute of a site as an expression."""
        return _attribute(self.add(site), name, where)

    def statement(
        self,
        site: object,
        at: Any,
        where: dict[str, Any] | None = None,
        *,
        method: str = "note",
        arguments: Sequence[_ast.expr] = (),
    ) -> _ast.While:
        """Return a statement at the first line of a node: if the site is on, a method is called.

        It may be told to be elsewhere. Where the program is as deep as it may go, that call fails:
        it does so unseen. The loop is none: leaving a `try` by `break` is the one way without
        instructions that have no line, and after these a tracer would be told of the line again.
        """
        where = where_of(at) if where is None else where
        holder = self.add(site)
        function = _attribute(holder, method, where)
        call = _ast.Call(func=function, args=list(arguments), keywords=[], **where)
        note = _ast.If(
            test=_attribute(holder, "on", where),
            body=[_ast.Expr(value=call, **where)],
            orelse=[],
            **where,
        )
        leave = _ast.Break(**where)
        too_deep = _ast.ExceptHandler(
            type=_attribute(holder, "too_deep", where), body=[leave], **where
        )
        tried = _ast.Try(body=[note, leave], handlers=[too_deep], orelse=[], finalbody=[], **where)
        once = _ast.Constant(value=True, **where)
        return _ast.While(test=once, body=[tried], orelse=[], **where)

    def expression(self, site: object, value: Any) -> _ast.Call:
        """Return `site.seen(value)` as an expression at the place of the value."""
        where = {name: getattr(value, name) for name in _POSITION}
        function = _attribute(self.add(site), "seen", where)
        return _ast.Call(func=function, args=[value], keywords=[], **where)


def rewritten(source: bytes, path: str, markers: Sequence[Marker]) -> CodeType | None:
    """Return the code of a source with sites in it; `None` when there is nothing to mark.

    Raises:
        SyntaxError, ValueError, RecursionError: the source cannot be read.
    """
    wanted = [marker for marker in markers if marker.may_mark(source)]
    if not wanted:
        return None
    sites = Sites()
    with Unheard(path):
        tree: Any = compile(source, path, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
        if _has_reader(tree):
            return None
        for marker in wanted:
            marker.mark(tree, sites)
        if not sites.made:
            return None
        code: CodeType = compile(tree, path, "exec", dont_inherit=True)
    return _with_sites(code, sites.made)


def statements(tree: _ast.AST) -> Iterator[Any]:
    """Yield every statement of a tree, and what stands between one and its statements.

    What is put into the tree meanwhile may be among them.
    """
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in _BLOCKS:
            block = getattr(node, field, None)
            if type(block) is list:
                waiting.extend(block)


class Unheard:
    """A stretch in which the compiler's warnings about a file are not shown a second time.

    A filter is put in, and taken out, past `warnings`: that would forget which warnings were
    shown already.
    """

    def __init__(self, path: str) -> None:
        self.filter = ("ignore", None, Warning, path.removesuffix(".py"), 0)

    def __enter__(self) -> None:
        warnings = sys.modules.get("warnings", _warnings)
        self.filters: list[Any] = warnings.filters
        self.filters.insert(0, self.filter)

    def __exit__(self, *_: object) -> None:
        if self.filter in self.filters:
            self.filters.remove(self.filter)


def _has_reader(tree: Any) -> bool:
    for node in statements(tree):
        if type(node) is _ast.Import:
            names = [alias.name for alias in node.names]
        elif type(node) is _ast.ImportFrom:
            names = [node.module or ""]
        else:
            continue
        if any(name.partition(".")[0] in BYTECODE_READERS for name in names):
            return True
    return False


def where_of(at: Any) -> dict[str, Any]:
    """Return the first line and column of a node as the position of another."""
    line, column = at.lineno, at.col_offset
    return {"lineno": line, "col_offset": column, "end_lineno": line, "end_col_offset": column}


def _attribute(constant: bytes, name: str, where: dict[str, Any]) -> _ast.Attribute:
    holder = _ast.Constant(value=constant, **where)
    return _ast.Attribute(value=holder, attr=name, ctx=_ast.Load(), **where)


def _with_sites(code: CodeType, made: list[object]) -> CodeType:
    """Return code with the sites in place of their placeholders."""
    constants = [_constant(constant, made) for constant in code.co_consts]
    if all(one is other for one, other in zip(constants, code.co_consts, strict=True)):
        return code
    return code.replace(co_consts=tuple(constants))


def _constant(constant: object, made: list[object]) -> object:
    if type(constant) is CodeType:
        return _with_sites(constant, made)
    if type(constant) is bytes and constant.startswith(_PLACEHOLDER):
        return made[int(constant[len(_PLACEHOLDER) :])]
    return constant
