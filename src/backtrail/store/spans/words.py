"""Words: names of spans and models, of which a row holds only the number."""

from __future__ import annotations

from typing import Literal

from backtrail.model.limits import NAME_CHARS_MAX
from backtrail.model.limits.reading import WORDS_REMEMBERED_MAX
from backtrail.store.catalog import Catalog

Role = Literal["key", "model", "name"]
"""What a word is; the same text may be both."""


class Words:
    """The words of a catalogue, inside one transaction.

    It tells too which traces said a word, so that they are found by it.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._numbers: dict[tuple[Role, str], int] = {}
        self._said: dict[tuple[int, int], None] = {}
        self._last: int | None = None

    def number(self, role: Role, text: str, *, trace_no: int) -> int:
        """Return the number of a word that a trace says."""
        number = self.note(role, text)
        self._said[number, trace_no] = None
        return number

    def note(self, role: Role, text: str) -> int:
        """Return the number of a word, whoever says it."""
        key = role, text[:NAME_CHARS_MAX]
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._kept(*key)
        return number

    def _kept(self, role: Role, word: str) -> int:
        row = self._catalog.row("word_no", role=role, word=word)
        if row is not None:
            return int(row["word_no"])
        if self._last is None:
            row = self._catalog.row("word_no_max")
            self._last = int(row["word_no"]) if row else 0
        self._last += 1
        self._catalog.run(
            "add_word", word_no=self._last, role=role, word=word, folded=word.casefold()
        )
        return self._last

    def save(self) -> None:
        """Write which traces said what."""
        said = [{"word_no": word_no, "trace_no": trace_no} for word_no, trace_no in self._said]
        self._catalog.run_many("add_said", said)
        self._said = {}
        if len(self._numbers) > WORDS_REMEMBERED_MAX:
            self._numbers = {}


def is_known(catalog: Catalog, role: Role, text: str) -> bool:
    """Tell whether a word was ever said."""
    return catalog.row("word_no", role=role, word=text[:NAME_CHARS_MAX]) is not None
