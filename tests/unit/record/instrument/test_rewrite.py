from __future__ import annotations

import _ast
import traceback
import warnings
from types import CodeType, SimpleNamespace
from typing import Any

import pytest

from backtrail.record.instrument.rewrite import Marker, Sites, rewritten, statements, where_of


class Site:
    """Counts what it is told."""

    too_deep = RecursionError

    def __init__(self) -> None:
        self.on = True
        self.notes = 0

    def note(self) -> None:
        """Count a statement."""
        self.notes += 1

    def seen(self, value: object) -> object:
        """Count an expression."""
        self.notes += 1
        return value


class EveryCall:
    """Marks each statement that is a call, before it and around it."""

    def __init__(self) -> None:
        self.site = Site()

    def may_mark(self, source: bytes) -> bool:
        """Tell whether there may be a call."""
        return b"(" in source

    def mark(self, tree: _ast.Module, sites: Sites) -> None:
        """Put the site before and around each."""
        for node in list(statements(tree)):
            body: list[Any] = getattr(node, "body", [])
            for at in reversed(range(len(body) if isinstance(body, list) else 0)):
                statement = body[at]
                if isinstance(statement, _ast.Expr) and isinstance(statement.value, _ast.Call):
                    statement.value = sites.expression(self.site, statement.value)
                    body.insert(at, sites.statement(self.site, statement))


def made_of(source: str, marker: Marker) -> CodeType | None:
    return rewritten(source.encode(), "program.py", [marker])


def test_sites_are_called_and_bring_no_names() -> None:
    marker = EveryCall()
    code = made_of("def f():\n    print('a', end='')\nf()\n", marker)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code, names)
    assert marker.site.notes == 4
    assert set(names) == {"__builtins__", "f"}


def test_a_site_that_is_off_is_not_called() -> None:
    marker = EveryCall()
    code = made_of("len('')\n", marker)
    assert code is not None
    marker.site.on = False
    exec(code, {})
    assert marker.site.notes == 1, "the expression's own"


def test_what_has_nothing_to_mark_has_no_code_of_its_own() -> None:
    assert made_of("x = 1\n", EveryCall()) is None
    assert made_of("x = (1)\n", EveryCall()) is None


@pytest.mark.parametrize(
    "text", ["import numba\n", "if 1:\n    from torch.nn import x\n", "import os, dis\n"]
)
def test_a_module_whose_code_may_be_read_stays_as_it_is(text: str) -> None:
    assert made_of(text + "len('')\n", EveryCall()) is None
    assert made_of("import numbers\n" + "len('')\n", EveryCall()) is not None


def test_a_traceback_is_that_of_the_plain_code() -> None:
    source = "def f(a):\n    print('', end='')\n    int(a,\n        base=[1] [0])\nf('x')\n"

    def raised(code: Any) -> list[tuple[object, ...]]:
        with pytest.raises(ValueError, match="base") as caught:
            exec(code, {})
        return [
            (each.name, each.lineno, each.end_lineno, each.colno, each.end_colno)
            for each in traceback.extract_tb(caught.value.__traceback__)[1:]
        ]

    made = made_of(source, EveryCall())
    assert made is not None
    assert raised(made) == raised(compile(source, "program.py", "exec"))


def test_warnings_of_the_compiler_are_not_shown_again() -> None:
    filters = warnings.filters
    before = list(filters)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert made_of("len('\\d')\n1 is 1\n", EveryCall()) is not None
        compile("1 is 1", "another.py", "exec")
    assert [warning.filename for warning in heard] == ["another.py"]
    assert list(filters) == before


def test_a_source_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(SyntaxError):
        made_of("len(\n", EveryCall())
    with pytest.raises((SyntaxError, ValueError)):
        made_of("len('\0')\n", EveryCall())


def test_a_call_that_finds_no_room_on_the_stack_fails_unseen() -> None:
    def refuse() -> None:
        raise RecursionError

    marker: Any = EveryCall()
    marker.site = SimpleNamespace(on=True, too_deep=RecursionError, note=refuse, seen=lambda x: x)
    code = made_of("for n in range(3):\n    found = []\n    found.append(n)\n", marker)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["found"] == [2]


def test_a_statement_may_call_another_method_with_arguments() -> None:
    class Given(Site):
        def note_of(self, *given: object) -> None:
            self.given = given

    class Marks(EveryCall):
        def mark(self, tree: _ast.Module, sites: Sites) -> None:
            at = tree.body[0]
            word = _ast.Constant(value="word", **where_of(at))
            note = sites.statement(self.site, at, method="note_of", arguments=[word])
            tree.body.insert(1, note)

    marker = Marks()
    marker.site = Given()
    code = made_of("x = int()\n", marker)
    assert code is not None
    exec(code, {})
    assert marker.site.given == ("word",)
