"""Puts sites around the statements of functions that change something in place.

A statement stands there twice, with looks before and after it and without: so one that is not
looked at any more costs one question. One that holds code of its own stands there once. What sums
up or collects in a loop is left alone: there that question would be felt, and it tells little.
"""

from __future__ import annotations

import _ast
import re
import sys
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from backtrail.record.instrument.rewrite import Sites, where_of
from backtrail.record.instrument.writes.targets import METHODS, Target, is_copyable, target_of

_FUNCTIONS = (_ast.FunctionDef, _ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_LOOPS = (_ast.For, _ast.AsyncFor, _ast.While)
_GATHERING = frozenset({"append", "add"})
_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__setstate__"})
"""Methods that set attributes for the first time."""
_WRITES = re.compile(
    rb"\.(?:" + "|".join(sorted(METHODS)).encode() + rb")\(|\bdel\s|"
    rb"(?:^|[:;])[ \t]+\w+[.\[][^=\n]*=(?!=)",
    re.MULTILINE,
)
_Make = Callable[[Target], object]


class Marker:
    """Puts the sites of changes into a tree, made by a function for what is changed."""

    def __init__(self, make: _Make) -> None:
        self.make = make

    def may_mark(self, source: bytes) -> bool:
        """Tell, by a quick look, whether a function may change anything."""
        return b"def " in source and _WRITES.search(source) is not None

    def mark(self, tree: _ast.Module, sites: Sites) -> None:
        """Put sites around what changes something; a tracer would see our calls."""
        if sys.gettrace() is None:
            _Blocks(sites, self.make).mark(tree, owner="", function="")


class _Blocks:
    """The blocks of one module, looked through one after the other."""

    def __init__(self, sites: Sites, make: _Make) -> None:
        self.sites = sites
        self.make = make

    def mark(self, node: Any, *, owner: str, function: str, is_loop: bool = False) -> None:
        """Mark what is in a node; it is in a class, or in a function, by their names."""
        kind = type(node)
        if kind is _ast.ClassDef:
            owner, function = node.name, ""
        elif kind in _FUNCTIONS:
            function, is_loop = node.name, False
        for field in _BLOCKS:
            block = getattr(node, field, None)
            if type(block) is not list:
                continue
            is_repeated = is_loop or (kind in _LOOPS and field == "body")
            for each in block:
                self.mark(each, owner=owner, function=function, is_loop=is_repeated)
            if function:
                block[:] = self._marked(block, owner, function, is_loop=is_repeated)

    def _marked(self, block: list[Any], owner: str, function: str, *, is_loop: bool) -> list[Any]:
        made: list[Any] = []
        for statement in block:
            target = target_of(statement)
            is_first = target is not None and target.is_field and function in _MAKING
            if target is None or is_first or (is_loop and _is_gathering(statement, target)):
                made.append(statement)
            else:
                made += self._around(statement, _mangled(target, owner))
        return made

    def _around(self, statement: Any, target: Target) -> list[Any]:
        site = self.make(target)
        before, after = (self._look(site, statement, target, each) for each in ("before", "after"))
        if not is_copyable(statement):
            return [before, statement, after]
        where = where_of(statement)
        test = self.sites.attribute(site, "on", where)
        return [
            _ast.If(test=test, body=[before, statement, after], orelse=[_copy(statement)], **where)
        ]

    def _look(self, site: object, statement: Any, target: Target, method: str) -> Any:
        where = where_of(statement)
        arguments: list[Any] = [_ast.Name(id=target.base, ctx=_ast.Load(), **where)]
        if target.at is not None:
            arguments.append(_copy(target.at))
        return self.sites.statement(site, statement, method=method, arguments=arguments)


def _is_gathering(statement: Any, target: Target) -> bool:
    """Whether a statement adds to a sum, or puts one more into what has a name of its own."""
    if type(statement) is _ast.AugAssign:
        return target.is_field
    is_call = type(statement) is _ast.Expr and target.attribute is None
    return is_call and statement.value.func.attr in _GATHERING


def _mangled(target: Target, owner: str) -> Target:
    """Return a target with its attribute as code in a class stores it."""
    name = target.attribute
    owner = owner.lstrip("_")
    if not owner or name is None or name[:2] != "__" or name[-2:] == "__":
        return target
    return replace(target, stored=f"_{owner}{name}")


def _copy(node: Any) -> Any:
    """Return a tree that is like another."""
    if type(node) is list:
        return [_copy(each) for each in node]
    if not isinstance(node, _ast.AST):
        return node
    kept = (*node._fields, *node._attributes)  # noqa: SLF001 - the documented name
    return type(node)(**{name: _copy(getattr(node, name)) for name in kept if hasattr(node, name)})
