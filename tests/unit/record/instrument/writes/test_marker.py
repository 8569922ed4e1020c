from __future__ import annotations

import ast
import sys

import pytest

from backtrail.record.instrument.rewrite import Sites
from backtrail.record.instrument.writes.marker import Marker
from backtrail.record.instrument.writes.targets import Target
from changing import names_of


def marked(source: str) -> list[Target]:
    made: list[Target] = []
    Marker(made.append).mark(ast.parse(source), Sites())
    return made


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    x.append(1)",
        "async def f(x):\n    x.append(1)",
        "class A:\n    def f(self):\n        self.x = 1",
        "def f(x):\n    try: x[0] = 1\n    finally: pass",
        "def f(x):\n    match x:\n        case 1: x[0] = 1",
        "def f(x):\n    for n in x: x[n] = 1",
        "def f(x):\n    for n in x: x.items.append(1)",
        "def f(x):\n    for n in x: pass\n    else: x.append(1)",
    ],
)
def test_what_a_function_changes_is_marked(source: str) -> None:
    assert len(marked(source)) == 1
    assert Marker(id).may_mark(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "x.append(1)",
        "class A:\n    x.append(1)",
        "def f(x):\n    class A:\n        x.append(1)",
        "class A:\n    def __init__(self):\n        self.x = 1",
        "def f(x, out):\n    for n in x: out.append(n)",
        "def f(x, out):\n    while x:\n        if x: out.add(n)",
        "class A:\n    def f(self):\n        for n in x: self.total += n",
    ],
)
def test_what_would_cost_more_than_it_tells_is_not(source: str) -> None:
    assert marked(source) == []


def test_a_function_inside_of_a_loop_is_none_of_it() -> None:
    assert len(marked("def f(x):\n    for n in x:\n        def g():\n            x.append(n)")) == 1


def test_a_quick_look_passes_over_what_changes_nothing() -> None:
    for source in (b"x.append(1)", b"def f(x):\n    y = x\n    return x == y", b"def f(): pass"):
        assert not Marker(id).may_mark(source)


def test_a_private_attribute_is_known_by_what_it_is_stored_as() -> None:
    source = "class _A:\n    def f(self):\n        self.__x = 1\n        self.__y__.append(1)"
    assert [(each.attribute, each.stored) for each in marked(source)] == [
        ("__x", "_A__x"),
        ("__y__", "__y__"),
    ]


def test_code_that_is_traced_while_it_is_imported_stays_as_it_is() -> None:
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        found = marked("def f(x):\n    x.append(1)")
    finally:
        sys.settrace(before)
    assert found == []


def test_a_statement_with_code_of_its_own_stands_once() -> None:
    for source, times in (("x.sort(key=lambda n: n)", 1), ("x.sort(key=str)", 2)):
        tree = ast.parse(f"def f(x):\n    {source}")
        Marker(id).mark(tree, Sites())
        sorts = [n for n in ast.walk(tree) if type(n) is ast.Attribute and n.attr == "sort"]
        assert len(sorts) == times


def test_the_code_does_what_it_did() -> None:
    source = (
        "def f(x):\n    x.append(2)\n    x.sort(key=lambda n: -n)\n    x[0] += 1\n    del x[1]\n"
        "    y = x.pop()\n    return x, y\n"
    )
    names = names_of(source, "program.py")
    assert names["f"]([1, 5]) == ([6], 1)
    assert names["f"].__code__.co_varnames == ("x", "y")
    assert set(names) == {"__builtins__", "__name__", "f"}
