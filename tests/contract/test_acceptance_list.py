"""docs/acceptance.md: every check is there, and names exactly the tests that are marked with it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "acceptance.md"
NUMBERS = [*range(1, 14), 15, *range(31, 37), 38]
LINK = re.compile(r"^- \[(.+)\]\(\.\./(tests/.+\.py)\)$", flags=re.MULTILINE)

Tests = dict[int, set[tuple[str, str]]]
"""By the check's number: each test's sentence, and its file."""


def marked() -> Tests:
    """Find the tests that say of which check they are."""
    found: Tests = {}
    for path in sorted((ROOT / "tests").glob("*/**/test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            for number in map(check_number, node.decorator_list):
                if number is not None:
                    sentence = node.name.removeprefix("test_").replace("_", " ")
                    place = path.relative_to(ROOT).as_posix()
                    found.setdefault(number, set()).add((sentence, place))
    return found


def check_number(decorator: ast.expr) -> int | None:
    """Return the number in `@pytest.mark.acceptance(number)`."""
    match = re.fullmatch(r"pytest\.mark\.acceptance\((\d+)\)", ast.unparse(decorator))
    return int(match[1]) if match else None


def listed() -> Tests:
    """Read the page: the tests below each check."""
    parts = re.split(r"^## (\d+)\. .+$", PAGE.read_text(), flags=re.MULTILINE)
    return {
        int(number): set(LINK.findall(text))
        for number, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def lines(tests: set[tuple[str, str]]) -> list[str]:
    """Write tests as the page lists them."""
    return [f"- [{sentence}](../{path})" for sentence, path in sorted(tests)]


def test_every_check_has_a_test_that_names_it() -> None:
    assert sorted(marked()) == NUMBERS


def test_the_page_lists_every_check_with_its_tests() -> None:
    on_page, in_tests = listed(), marked()
    assert sorted(on_page) == NUMBERS
    for number in NUMBERS:
        assert lines(in_tests[number] - on_page[number]) == [], f"missing below {number}"
        assert lines(on_page[number] - in_tests[number]) == [], f"no such test of {number}"
