"""The grammar of queries: where words, terms, parentheses, `and`, `or` and `not` stand.

    query   = [either]
    either  = all {"or" all}
    all     = one {["and"] one}
    one     = ("-" | "not") one | "(" either ")" | term | word
    term    = name ":" [">=" | ">" | "<=" | "<"] value
    value   = word | '"' … '"'

What the names mean, and which values they take, is read by `fields`.
"""

from __future__ import annotations

import re
from typing import NoReturn

from msgspec import Struct

from backtrail.model.limits.reading import (
    QUERY_CHARS_MAX,
    QUERY_DEPTH_MAX,
    QUERY_TERMS_MAX,
    QUERY_WILDCARDS_MAX,
)
from backtrail.store.query.patterns import Pattern, pattern_of
from backtrail.store.query.terms import All, Compared, Either, Leaf, Not, Tree
from backtrail.store.query.wrong import WrongQueryError

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"(@?[^\W\d][\w.\-/]*|@[^\s:()\"<>=@]+):")
_COMPARED = re.compile(r">=|<=|>|<|=")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r"[^\s()\"]+")
_WORD = re.compile(r"(and|or|not)(?![^\s()])", re.IGNORECASE)


class Written(Struct, frozen=True, kw_only=True):
    """A term or a word as it is written; places count characters from 0."""

    name: str | None
    """`None` for a word alone."""
    compared: Compared
    value: Pattern
    text: str
    """The value as it is written, without its quotes."""
    is_quoted: bool
    start: int
    value_start: int
    end: int


def parse(text: str) -> Tree[Written]:
    """Read a query.

    Raises:
        WrongQueryError: it is not of this grammar, or too long.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.terms = 0
        self.depth = 0

    def query(self) -> Tree[Written]:
        if len(self.text) > QUERY_CHARS_MAX:
            self._wrong(
                f"the query has more than {QUERY_CHARS_MAX:,} characters",
                "leave some of it out",
                at=QUERY_CHARS_MAX,
            )
        for at, char in enumerate(self.text):
            if "\ud800" <= char <= "\udfff" or char == "\0":
                self._wrong(f"{char!r} is no character of a text", "leave it out", at=at)
        self._skip()
        if self.at == len(self.text):
            return All(())
        tree = self._either()
        if self.at < len(self.text):
            self._wrong("there is a ) that nothing opens", "take it away, or put it in quotes")
        return tree

    def _either(self) -> Tree[Written]:
        parts = [self._all()]
        while self._takes_word("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Tree[Written]:
        parts = [self._one()]
        while self._goes_on():
            self._takes_word("and")
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _goes_on(self) -> bool:
        word = _WORD.match(self.text, self.at)
        is_or = word is not None and word[1].lower() == "or"
        return self.at < len(self.text) and self.text[self.at] != ")" and not is_or

    def _one(self) -> Tree[Written]:
        start = self.at
        self.depth += 1
        if self.depth > QUERY_DEPTH_MAX:
            self._wrong(f"the query is nested deeper than {QUERY_DEPTH_MAX}", "take it apart")
        tree = self._negated() or self._group() or Leaf(self._term(start))
        self.depth -= 1
        return tree

    def _negated(self) -> Tree[Written] | None:
        rest = self.text[self.at : self.at + 2]
        if rest[:1] == "-" and rest[1:].strip():
            self.at += 1
            return Not(self._one())
        return Not(self._one()) if self._takes_word("not") else None

    def _group(self) -> Tree[Written] | None:
        start = self.at
        if self.text[start : start + 1] != "(":
            return None
        self.at += 1
        self._skip()
        tree = self._either()
        if self.text[self.at : self.at + 1] != ")":
            self._wrong("the ( is not closed", "put a ) behind what belongs together", at=start)
        self.at += 1
        self._ends()
        return tree

    def _term(self, start: int) -> Written:
        word = _WORD.match(self.text, start)
        if word or self.text[start : start + 1] in ("", ")"):
            said = f"before {word[1]!r}" if word else "here"
            self._wrong(f"a term or a word is missing {said}", self._quoting(word))
        self.terms += 1
        if self.terms > QUERY_TERMS_MAX:
            self._wrong(f"the query has more than {QUERY_TERMS_MAX} terms", "leave some out")
        name = _NAME.match(self.text, start)
        compared: Compared = "="
        if name:
            self.at = name.end()
            if sign := _COMPARED.match(self.text, self.at):
                compared = sign[0]  # type: ignore[assignment]  # the expression says which
                self.at = sign.end()
        return self._valued(name[1] if name else None, compared, start)

    def _valued(self, name: str | None, compared: Compared, start: int) -> Written:
        value_start = self.at
        is_quoted = self.text[value_start : value_start + 1] == '"'
        match = (_QUOTED if is_quoted else _BARE).match(self.text, value_start)
        if match is None and is_quoted:
            self._wrong("the quote is not closed", 'put a " behind the text', at=value_start)
        if match is None:
            self._wrong(
                f"a value is missing behind {self.text[start:value_start]!r}",
                'write it without a space: status:error, name:"my job", duration:>2s',
            )
        self.at = match.end()
        written = match[1] if is_quoted else match[0]
        value = pattern_of(written)
        if len(value.pieces) > QUERY_WILDCARDS_MAX + 1:
            self._wrong(
                f"the value has more than {QUERY_WILDCARDS_MAX} wildcards",
                "leave some out, or write \\* for the sign itself",
                at=value_start,
                end=self.at,
            )
        end = self.at
        self._ends()
        return Written(
            name=name,
            compared=compared,
            value=value,
            text=written,
            is_quoted=is_quoted,
            start=start,
            value_start=value_start,
            end=end,
        )

    def _ends(self) -> None:
        """Go on to what follows, which stands behind a space or is a closing parenthesis."""
        end = self.at
        self._skip()
        if self.at == end < len(self.text) and self.text[end] != ")":
            self._wrong(
                f"a space is missing before {self.text[end]!r}",
                'put one there, or the whole text in quotes: "run(1)"',
            )

    def _takes_word(self, word: str) -> bool:
        match = _WORD.match(self.text, self.at)
        if match is None or match[1].lower() != word:
            return False
        self.at = match.end()
        self._skip()
        return True

    def _skip(self) -> None:
        space = _SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()

    def _quoting(self, word: re.Match[str] | None) -> str:
        if word:
            return f'to search for the word itself, put it in quotes: "{word[1]}"'
        return "write one, such as status:error or a word to search for"

    def _wrong(self, message: str, hint: str, *, at: int | None = None, end: int = 0) -> NoReturn:
        start = self.at if at is None else at
        raise WrongQueryError(
            message, hint=hint, text=self.text, start=start, end=max(end, start + 1)
        )
