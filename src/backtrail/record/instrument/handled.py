"""Exceptions that the program took and went on, as seen where its `except` clauses begin."""

from __future__ import annotations

import _ast
import sys
from typing import Any

from backtrail.record import guard, switch
from backtrail.record.instrument import modules, protocols, swallowed, taken
from backtrail.record.instrument.rewrite import Sites, statements

_WORDS = (b"except", b"property", b"next(", b"return_exceptions")
"""One of these is in every source that has anything to mark."""
_LEAVES = (_ast.Return, _ast.Continue, _ast.Break)


class Handler:
    """The site of one `except` clause."""

    __slots__ = ("firings",)
    on = True
    too_deep = RecursionError

    def __init__(self) -> None:
        self.firings = taken.Firings()

    def note(self) -> None:
        """Record the exception that the clause has taken."""
        try:
            error = sys.exception()
            if error is not None and switch.is_enabled():
                taken.take(error, sys._getframe(1), self.firings, "except")  # noqa: SLF001 - inspect costs start-up time
        except RecursionError:
            raise
        except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("handled", fault)

    def __reduce__(self) -> tuple[Any, ...]:
        return taken.without_us()


class _Marker:
    """Puts a site at the beginning of each `except` clause that may swallow what it takes."""

    def may_mark(self, source: bytes) -> bool:
        return any(word in source for word in _WORDS)

    def mark(self, tree: _ast.Module, sites: Sites) -> None:
        clauses = [node for node in statements(tree) if type(node) is _ast.ExceptHandler]
        for clause in clauses:
            if not always_raises(clause):
                clause.body.insert(0, sites.statement(Handler(), clause))
        swallowed.mark(tree, sites)
        # They come last: the clauses that they bring are none of the program's.
        protocols.mark(tree, sites)


def always_raises(clause: _ast.ExceptHandler) -> bool:
    """Whether what the clause takes goes on, as itself or as the context of what it raises."""
    last = clause.body[-1]
    if type(last) is not _ast.Raise or type(last.cause) is _ast.Constant or _is_exit(last.exc):
        return False
    return not any(type(node) in _LEAVES for node in statements(clause))


def _is_exit(raised: _ast.expr | None) -> bool:
    """Whether it is `SystemExit` that is raised, which shows no context."""
    name = raised.func if type(raised) is _ast.Call else raised
    return type(name) is _ast.Name and name.id == "SystemExit"


def _be_still() -> None:
    """Switch the sites off for good."""
    Handler.on = protocols.Leaving.on = False


_marker = _Marker()


def watch() -> None:
    """Record from here on what exceptions the program's own code takes."""
    taken.begin()
    modules.when_traced(_be_still)
    modules.watch(_marker)
    swallowed.watch()


def unwatch() -> None:
    """Record no more of them."""
    modules.unwatch(_marker)
    swallowed.unwatch()
    taken.end()
