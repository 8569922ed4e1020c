from __future__ import annotations

import re
import sqlite3
from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backtrail.store.query.patterns import Pattern, literal, pattern_of

TEXTS = st.text("aAbB%_\\*?[]ß", max_size=8)
PATTERNS = st.builds(pattern_of, st.text("aAb%_*?[]ß\\", max_size=8))


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("llm", ("llm",)),
        ("llm*", ("llm", "")),
        ("*llm*call*", ("", "llm", "call", "")),
        ("a**b", ("a", "b")),
        ("*", ("", "")),
        (r"2\*3", ("2*3",)),
        (r"say \"hi\" c:\dir \\", (r'say "hi" c:\dir ' + "\\",)),
        ("", ("",)),
    ],
)
def test_a_pattern_is_read(written: str, pieces: tuple[str, ...]) -> None:
    assert pattern_of(written) == Pattern(pieces)


@given(pattern=PATTERNS, text=TEXTS)
@example(pattern=pattern_of("ab*ba"), text="aba")
@example(pattern=pattern_of("a*b*b"), text="ab")
def test_a_pattern_fits_what_a_regular_expression_fits(pattern: Pattern, text: str) -> None:
    expression = ".*".join(re.escape(piece.casefold()) for piece in pattern.pieces)
    expected = re.fullmatch(expression, text.casefold(), re.DOTALL) is not None
    assert pattern.fits(text) == expected


@given(pattern=PATTERNS, text=TEXTS)
@example(pattern=literal("a_b"), text="axb")
@example(pattern=literal("a%b"), text="axb")
@example(pattern=literal("a?[b]"), text="axb")
@example(pattern=literal("a*"), text="ab")
def test_sql_finds_the_same(pattern: Pattern, text: str) -> None:
    database = sqlite3.connect(":memory:")
    like, glob = database.execute(
        "SELECT ? LIKE ? ESCAPE '\\', ? GLOB ?", (text.casefold(), pattern.like, text, pattern.glob)
    ).fetchone()
    database.close()
    assert bool(like) == pattern.fits(text)
    assert bool(glob) == fnmatchcase(text, pattern.glob)
    assert not glob or pattern.fits(text)


@given(text=TEXTS, before=TEXTS, behind=TEXTS)
def test_a_literal_fits_itself_and_anywhere_inside(text: str, before: str, behind: str) -> None:
    assert literal(text).fits(text.swapcase()) == (text.swapcase().casefold() == text.casefold())
    assert literal(text).fits(text)
    assert literal(text).anywhere.fits(before + text + behind)


def test_a_pattern_says_what_it_is() -> None:
    assert pattern_of("a*b").has_wildcard
    assert not literal("a*b").has_wildcard
    assert pattern_of("a*b").text == "a*b"
    assert literal("").is_empty
    assert not pattern_of("*").is_empty
