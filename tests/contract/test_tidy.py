"""Checks the code itself: sizes, leftovers, and that every module has its tests."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import backtrail

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "backtrail"
MODULES = sorted(SOURCE.rglob("*.py"))
UNIT_TESTS = sorted((ROOT / "tests" / "unit").rglob("test_*.py"))
WRITTEN = sorted(
    path
    for folder in ("src", "tests", "tools", "examples")
    for path in (ROOT / folder).rglob("*.py")
)

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
PACKAGE_MODULES_MAX = 12

OUTGROWN: dict[str, int] = {}
"""Packages to be divided, with their sizes as they are; an entry may only shrink and go."""

LEFTOVERS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "break" + "point()", "NotImplemented" + "Error")
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "core", "base", "tools"}
HISTORY_NAMES = re.compile(r"(^|_)(legacy|new|old|enhanced|improved|v\d+|phase\d*)(_|$)")
PUBLIC_NAMES = {
    "Debugger",
    "TraceBuffer",
    "attach_trace_history",
    "capture_error_context",
    "debug",
    "disable",
    "enable",
    "get_current_trace_id",
    "get_debugger",
    "keep_trace",
    "start_operation_trace",
    "trace_span",
}
"""What the older systems fixed, and what the first release added to it."""


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", WRITTEN, ids=relative)
def test_a_module_is_small_and_finished(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= MODULE_LINES_MAX
    assert [word for word in LEFTOVERS if word in text] == []
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions(path)}
    is_page_shown = "tests" in path.parts  # A test that shows a page is as long as the page.
    assert is_page_shown or {n for n, size in lengths.items() if size > FUNCTION_LINES_MAX} == set()


@pytest.mark.parametrize("path", WRITTEN, ids=relative)
def test_a_silenced_checker_says_which_rule(path: Path) -> None:
    bare = re.findall(r"# (?:type: ignore(?!\[)|noqa(?!:)|pragma: no cover).*", path.read_text())
    assert bare == []


def test_no_package_outgrows_a_glance() -> None:
    sizes = {relative(path.parent): len(list(path.parent.glob("*.py"))) for path in MODULES}
    assert {name: n for name, n in sizes.items() if n > PACKAGE_MODULES_MAX + 1} == OUTGROWN


def test_a_module_is_named_after_its_subject() -> None:
    names = {
        relative(path): path.stem if path.stem[0] != "_" else path.parent.name for path in MODULES
    }
    assert {path for path, name in names.items() if name in VAGUE_NAMES} == set()
    assert {path for path, name in names.items() if HISTORY_NAMES.search(name)} == set()


def test_every_module_says_its_subject_first() -> None:
    assert [
        relative(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))
    ] == []


def test_every_module_has_its_unit_tests_and_every_unit_test_its_module() -> None:
    """The list of exceptions only shrinks: an entry that is tested, or gone, fails here."""
    subjects = {path.relative_to(SOURCE).as_posix() for path in MODULES if path.stem[0] != "_"}
    tested = {
        path.relative_to(ROOT / "tests" / "unit")
        .with_name(path.name.removeprefix("test_"))
        .as_posix()
        for path in UNIT_TESTS
    }
    excepted = set((ROOT / "tests" / "contract" / "untested.txt").read_text().split())
    assert sorted(subjects - tested - excepted) == [], "no tests"
    assert sorted(tested - subjects) == [], "no module"
    assert sorted(excepted - (subjects - tested)) == [], "take it off the list"


@pytest.mark.parametrize("path", UNIT_TESTS, ids=relative)
def test_a_unit_test_uses_only_what_is_public(path: Path) -> None:
    private = [
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("backtrail")
        for alias in node.names
        if alias.name.startswith("_") and alias.name != "__version__"
    ]
    assert private == []


def test_a_test_file_has_one_name() -> None:
    names = [path.name for path in (ROOT / "tests").glob("*/test_*.py")]
    assert len(names) == len(set(names)), sorted(names)


def test_the_public_names_are_listed_and_there() -> None:
    listed = set(backtrail.__all__)
    assert PUBLIC_NAMES - listed == set()
    assert {name for name in listed if not hasattr(backtrail, name)} == set()
    assert sorted(listed) == list(backtrail.__all__)


def test_the_version_stands_in_one_place() -> None:
    version = re.search(r'__version__ = "(.+)"', (SOURCE / "model/version.py").read_text())
    assert version is not None
    assert "version" not in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    repeated = [relative(path) for path in MODULES if f'"{version[1]}"' in path.read_text()]
    assert repeated == ["src/backtrail/model/version.py"]
