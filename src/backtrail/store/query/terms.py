"""What a query is once it is read: terms, joined by and, or and not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from backtrail.store.query.patterns import Pattern

Compared = Literal["=", ">", ">=", "<", "<="]
L = TypeVar("L")
M = TypeVar("M")


class Term(Struct, frozen=True, kw_only=True):
    """One condition."""

    field: str
    """A name of `fields.FIELDS`, or `attribute`."""
    compared: Compared = "="
    value: Pattern | str | int | float
    """A pattern; a status; a number, of nanoseconds where it is a time or a duration."""
    key: str = ""
    """Of an attribute: its name."""


class Leaf(Struct, Generic[L], frozen=True):
    """A condition at the end of a branch."""

    what: L


class Not(Struct, Generic[L], frozen=True):
    """Met where its part is not."""

    part: Tree[L]


class All(Struct, Generic[L], frozen=True):
    """Met where each of its parts is; without parts always."""

    parts: tuple[Tree[L], ...]


class Either(Struct, Generic[L], frozen=True):
    """Met where one of its parts is."""

    parts: tuple[Tree[L], ...]


Tree = Leaf[L] | Not[L] | All[L] | Either[L]
Query = Tree[Term]
EVERYTHING: Query = All(())


def all_of(*parts: Query) -> Query:
    """Join queries that must all be met."""
    wanted = [part for part in parts if part != EVERYTHING]
    return wanted[0] if len(wanted) == 1 else All(tuple(wanted))


def leaves(tree: Tree[L]) -> Iterator[L]:
    """Yield what stands at the ends of a tree, from left to right."""
    if isinstance(tree, Leaf):
        yield tree.what
    elif isinstance(tree, Not):
        yield from leaves(tree.part)
    else:
        for part in tree.parts:
            yield from leaves(part)


def mapped(tree: Tree[L], change: Callable[[L], Tree[M]]) -> Tree[M]:
    """Return a tree with each of its leaves replaced."""
    if isinstance(tree, Leaf):
        return change(tree.what)
    if isinstance(tree, Not):
        return Not(mapped(tree.part, change))
    parts = tuple(mapped(part, change) for part in tree.parts)
    return All(parts) if isinstance(tree, All) else Either(parts)


def decided(tree: Tree[L], known: Mapping[L, bool]) -> bool | None:
    """Tell whether a tree is met by the leaves that are known; `None` while that is open."""
    if isinstance(tree, Leaf):
        return known.get(tree.what)
    if isinstance(tree, Not):
        part = decided(tree.part, known)
        return None if part is None else not part
    settles = isinstance(tree, Either)
    is_open = False
    for each in tree.parts:
        met = decided(each, known)
        if met is settles:
            return settles
        is_open = is_open or met is None
    return None if is_open else not settles
