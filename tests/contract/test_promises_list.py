"""docs/promises.md: every promise is there, and names exactly the tests that are marked with it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "promises.md"
NAMES = [*(f"L{number}" for number in range(1, 10)), *(f"P{number}" for number in range(1, 7))]
LINK = re.compile(r"^- \[(.+)\]\(\.\./(tests/.+\.py)\)$", flags=re.MULTILINE)

Tests = dict[str, set[tuple[str, str]]]
"""By the promise's name: each test's sentence, and its file."""


def marked() -> Tests:
    """Find the tests that say which promise they hold."""
    found: Tests = {}
    for path in sorted((ROOT / "tests").glob("*/**/test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            for name in filter(None, map(promise, node.decorator_list)):
                sentence = node.name.removeprefix("test_").replace("_", " ")
                found.setdefault(name, set()).add((sentence, path.relative_to(ROOT).as_posix()))
    return found


def promise(decorator: ast.expr) -> str | None:
    """Return the name in `@pytest.mark.promise(name)`."""
    match = re.fullmatch(r"pytest\.mark\.promise\('(\w+)'\)", ast.unparse(decorator))
    return match[1] if match else None


def listed() -> Tests:
    """Read the page: the tests below each promise."""
    parts = re.split(r"^## (?:(\w\d)\. .+|Not yet)$", PAGE.read_text(), flags=re.MULTILINE)
    return {
        name: set(LINK.findall(text))
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
        if name
    }


def lines(tests: set[tuple[str, str]]) -> list[str]:
    """Write tests as the page lists them."""
    return [f"- [{sentence}](../{path})" for sentence, path in sorted(tests)]


def test_every_promise_has_a_test_that_names_it() -> None:
    assert sorted(marked()) == NAMES


def test_the_page_lists_every_promise_with_its_tests() -> None:
    on_page, in_tests = listed(), marked()
    assert sorted(on_page) == NAMES
    for name in NAMES:
        assert lines(in_tests[name] - on_page[name]) == [], f"missing below {name}"
        assert lines(on_page[name] - in_tests[name]) == [], f"no such test of {name}"
