from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.limits import NAME_CHARS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.spans import words as words_module
from backtrail.store.spans.words import Words


def test_a_word_has_one_number_for_each_role(home: Path) -> None:
    with Catalog.open(home) as catalog, catalog.writing():
        words = Words(catalog)
        name = words.number("name", "gpt-4o", trace_no=1)
        model = words.number("model", "gpt-4o", trace_no=1)
        assert name != model
        assert words.number("name", "gpt-4o", trace_no=2) == name
        words.save()
        later = Words(catalog)
        assert later.number("name", "gpt-4o", trace_no=2) == name
        assert later.number("name", "GPT-4o", trace_no=2) not in {name, model}
        later.save()
        row = catalog.row("word", word_no=name)
        assert row is not None
        assert row["word"] == "gpt-4o"


def test_a_long_word_is_cut(home: Path) -> None:
    with Catalog.open(home) as catalog, catalog.writing():
        words = Words(catalog)
        number = words.number("name", "x" * (NAME_CHARS_MAX + 9), trace_no=1)
        row = catalog.row("word", word_no=number)
        assert row is not None
        assert row["word"] == "x" * NAME_CHARS_MAX
        assert words.number("name", "x" * NAME_CHARS_MAX, trace_no=1) == number


def test_words_that_are_forgotten_keep_their_numbers(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words_module, "WORDS_REMEMBERED_MAX", 3)
    with Catalog.open(home) as catalog, catalog.writing():
        words = Words(catalog)
        before = [words.number("name", f"n{n}", trace_no=1) for n in range(9)]
        words.save()
        assert [words.number("name", f"n{n}", trace_no=1) for n in range(9)] == before
        assert words.number("name", "another", trace_no=1) not in before
