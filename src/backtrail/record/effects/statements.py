"""SQL without its secrets: what stands in, or is compared with, a column of a secret name.

A statement is taken apart into words, marks and literals; no more of SQL is understood than where
the value of a column stands. Of a statement that names no columns, those are taken with which the
program made the table, where that was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backtrail.model.limits import SQL_SCAN_CHARS_MAX, TABLES_MAX
from backtrail.record.capture.redact import MARKER, is_secret_name
from backtrail.record.capture.secrets.expressions import expression
from backtrail.record.capture.values.walk import Walk

_TOKEN = expression(
    r"(?P<space>\s++|--[^\n]*+|(?s:/\*.*?(?:\*/|\Z)))"
    r"|(?P<literal>[xX]?'(?:[^']|'')*+(?:'|\Z)|(?<![\w.])\d[\w.]*+)"
    r"|(?P<name>\"(?:[^\"]|\"\")*+(?:\"|\Z)|`[^`]*+(?:`|\Z)|\[[^\]]*+(?:\]|\Z)|[^\W\d][\w$]*+)"
    r"|(?P<mark>[<>=!]=?|<>|\|\||->>?|.)"
)
_ENDS = frozenset(
    str.split("and or where when then else end order group limit returning from set values on")
)
"""Words behind which a column's value is over."""
_CONSTRAINTS = frozenset({"primary", "unique", "check", "foreign", "constraint", "key"})
_SHAPE_CHARS = 200
_VALUE = expression(r"'(?:[^']|'')*+'?|\b\d[\w.]*+")

_columns: dict[str, list[str]] = {}
"""By table, the columns with which the program made it."""


class Token(NamedTuple):
    """A word, a mark or a literal, and where it stands."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A name without quotes, as it compares with others."""
        return self.text.strip('"`[]').lower() if self.kind == "name" else self.text


def shape_of(statement: str) -> str:
    """Return a statement with its literals left out, so that its repeats are the same."""
    return _VALUE.sub("?", statement[:_SHAPE_CHARS])


def forget_tables() -> None:
    """Know no table from here on."""
    _columns.clear()


def clean_statement(statement: str, walk: Walk) -> str:
    """Return a statement without secrets; only its beginning, if it is very long."""
    rest = len(statement) - SQL_SCAN_CHARS_MAX
    text = statement[:SQL_SCAN_CHARS_MAX]
    tokens = list(_tokens(text))
    _remember_table(tokens)
    hidden = sorted({*_assigned(tokens), *_inserted(tokens), *_named_by_value(tokens)})
    pieces: list[str] = []
    kept = 0
    for place in hidden:
        token = tokens[place]
        walk.taint(token.text.lstrip("xX").strip("'").replace("''", "'"))
        pieces += (text[kept : token.start], f"'{MARKER}'")
        kept = token.end
    cut = f"…[+{rest} chars]" if rest > 0 else ""
    return "".join(pieces) + text[kept:] + cut


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        if kind != "space":
            yield Token(kind, match[0], match.start(), match.end())


def _assigned(tokens: list[Token]) -> Iterator[int]:
    """Yield the literals that belong to a secret column: `x = '…'`, `x IN ('…', '…')`."""
    for place, token in enumerate(tokens):
        if token.kind != "name" or not is_secret_name(token.text.strip('"`[]')):
            continue
        yield from _literals_behind(tokens, place + 1)
        if place > 1 and tokens[place - 1].text in {"=", "==", "<>", "!="}:
            before = place - 2
            if tokens[before].kind == "literal":
                yield before


def _literals_behind(tokens: list[Token], place: int) -> Iterator[int]:
    """Yield the literals from a place on, up to where the column's value is over."""
    depth = 0
    is_between = False
    for at in range(place, len(tokens)):
        kind, word = tokens[at].kind, tokens[at].word
        if kind == "literal":
            yield at
        elif word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif word == "between":
            is_between = True
            continue
        is_over = word == "," or (kind == "name" and word in _ENDS)
        if is_between and word == "and":
            is_between = False
        elif depth < 0 or word == ";" or (is_over and depth == 0):
            return


def _inserted(tokens: list[Token]) -> Iterator[int]:
    """Yield the literals that a statement puts into secret columns."""
    words = [token.word for token in tokens]
    if "values" not in words or "into" not in words:
        return
    start = words.index("values")
    table, columns = _target(tokens, words, start)
    is_all = is_secret_name(table)
    for at, column in _values(tokens, words, start + 1):
        is_secret = column < len(columns) and is_secret_name(columns[column])
        if is_secret or (is_all and words[at][:1] == "'"):
            yield at


def _target(tokens: list[Token], words: list[str], start: int) -> tuple[str, list[str]]:
    """Return the table that values are for, and its columns as far as they are known."""
    into = words.index("into")
    opened = words.index("(", into, start) if "(" in words[into:start] else start
    named = [token.kind == "name" for token in tokens[into + 1 : opened]]
    table = words[into + len(named) - named[::-1].index(True)] if any(named) else ""
    columns = [tokens[at].word for at in range(opened, start) if tokens[at].kind == "name"]
    return table, columns or _columns.get(table, [])


def _values(tokens: list[Token], words: list[str], start: int) -> Iterator[tuple[int, int]]:
    """Yield each literal of the rows of `VALUES`, with its position in its row."""
    depth = column = 0
    for at in range(start, len(tokens)):
        word = words[at]
        if word == "(":
            column = column if depth else 0
            depth += 1
        elif word == ")":
            depth -= 1
        elif word == "," and depth == 1:
            column += 1
        elif tokens[at].kind == "literal":
            yield at, column
        elif depth == 0 and tokens[at].kind == "name":
            return


def _named_by_value(tokens: list[Token]) -> Iterator[int]:
    """Yield the texts beside one that is itself a secret name: `VALUES ('api_key', '…')`."""
    texts = [at for at, token in enumerate(tokens) if token.text[:1] == "'"]
    names = {at for at in texts if _is_name(tokens[at].text.strip("'"))}
    if names:
        yield from (at for at in texts if at not in names)


def _is_name(text: str) -> bool:
    return text.replace("_", "").replace("-", "").replace(".", "").isalnum() and is_secret_name(
        text
    )


def _remember_table(tokens: list[Token]) -> None:
    """Remember the columns of a table that a statement makes."""
    words = [token.word for token in tokens]
    if words[:1] != ["create"] or "table" not in words[:3] or "(" not in words:
        return
    opened = words.index("(")
    if len(_columns) >= TABLES_MAX:
        _columns.clear()
    depth = 0
    columns: list[str] = []
    for at in range(opened, len(tokens)):
        is_first = words[at - 1] == "(" if depth == 1 and at == opened + 1 else words[at - 1] == ","
        if words[at] == "(":
            depth += 1
        elif words[at] == ")":
            depth -= 1
        elif depth == 1 and is_first and words[at] not in _CONSTRAINTS:
            columns.append(words[at])
    _columns[words[opened - 1]] = columns
