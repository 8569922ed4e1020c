"""Tests use the real parts: nothing of ours is replaced by something that only looks like it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
WRITTEN = sorted(path for path in TESTS.rglob("*.py") if "cases" not in path.parts)
JOINED = ("story", "crash", "e2e")
"""Folders of tests in which all parts work together."""
MOCKING = {"mock", "pytest_mock", "mocker", "doublex", "flexmock"}
PUTS_IN_PLACE = {"setattr", "setitem"}


def relative(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


def imported(tree: ast.AST) -> set[str]:
    """Return every part of every module name that a file imports."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [node.module or "", *(alias.name for alias in node.names)]
    return {part for name in names for part in name.split(".")}


def replaced(tree: ast.AST) -> list[str]:
    """Return the names that a file replaces through pytest's monkeypatch."""
    return [
        str(word.value).rpartition(".")[2]
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in PUTS_IN_PLACE
        for word in call.args[:2]
        if isinstance(word, ast.Constant)
    ]


@pytest.mark.acceptance(35)
@pytest.mark.parametrize("path", WRITTEN, ids=relative)
def test_a_test_replaces_no_class(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert imported(tree) & MOCKING == set()
    assert [name for name in replaced(tree) if name[:1].isupper() and not name.isupper()] == []


@pytest.mark.acceptance(35)
@pytest.mark.parametrize("path", [p for p in WRITTEN if p.parent.name in JOINED], ids=relative)
def test_where_parts_work_together_nothing_is_replaced_at_all(path: Path) -> None:
    assert replaced(ast.parse(path.read_text())) == []


def test_what_is_looked_for_is_found() -> None:
    text = "from unittest import mock\nmonkeypatch.setattr(store, 'Catalog', 1)\n"
    assert imported(ast.parse(text)) & MOCKING == {"mock"}
    assert replaced(ast.parse(text)) == ["Catalog"]
