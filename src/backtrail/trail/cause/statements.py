"""What an SQL statement does, as far as finding a cause needs it: verb, table, columns, values.

It is read by patterns: a statement that is too clever for them is looked at as text only.
"""

from __future__ import annotations

import re

from msgspec import Struct

from backtrail.model.event import Json
from backtrail.trail.cause.forms import leaves

_NAME = r"[\"`\[]?([\w.]+)[\"`\]]?"
_VERBS = {
    "select": re.compile(rf"\bfrom\s+{_NAME}", re.IGNORECASE),
    "insert": re.compile(rf"\binto\s+{_NAME}", re.IGNORECASE),
    "replace": re.compile(rf"\binto\s+{_NAME}", re.IGNORECASE),
    "update": re.compile(rf"\bupdate\s+(?:or\s+\w+\s+)?{_NAME}", re.IGNORECASE),
    "delete": re.compile(rf"\bfrom\s+{_NAME}", re.IGNORECASE),
}
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(?<![\w.'])(-?\d+(?:\.\d+)?)(?![\w.'])")
_SET = re.compile(r"\bset\b(.*?)(?:\bwhere\b|\Z)", re.IGNORECASE | re.DOTALL)
_WHERE = re.compile(r"\bwhere\b(.*)\Z", re.IGNORECASE | re.DOTALL)
_ASSIGNED = re.compile(r"[\"`\[]?(\w+)[\"`\]]?\s*=\s*([^,]*)")
_COLUMNS = re.compile(r"\binto\s+[^\s(]+\s*\(([^)]*)\)", re.IGNORECASE)
WRITES = frozenset({"insert", "replace", "update", "delete"})


class Statement(Struct, frozen=True, kw_only=True):
    """What is read from one statement."""

    verb: str
    table: str
    columns: frozenset[str]
    """Columns that it writes; empty where it does not name them."""
    values: frozenset[str]
    """All values that stand in it, or were given with it."""
    keys: frozenset[str]
    """Those by which it picks its rows."""
    is_relative: bool
    """Whether it sets a column to something made from the column itself: `free = free - 1`."""

    @property
    def is_write(self) -> bool:
        """Whether it changes rows."""
        return self.verb in WRITES


def read_statement(text: str, parameters: Json = None) -> Statement | None:
    """Return what a statement does; `None` for one that is about no table."""
    verb = text.lstrip(" \t\r\n(").partition(" ")[0].strip().casefold()
    if verb == "with":
        verb = "select"
    pattern = _VERBS.get(verb)
    found = pattern.search(text) if pattern else None
    if found is None:
        return None
    given = {value for _, value in leaves(parameters)}
    where = _WHERE.search(text)
    keys = _literals(where.group(1)) if where else frozenset()
    assigned = _assigned(text) if verb == "update" else {}
    named = _COLUMNS.search(text)
    columns = (
        {part.strip(' "`[]').casefold() for part in named.group(1).split(",")} if named else set()
    )
    return Statement(
        verb=verb,
        table=found.group(1).rpartition(".")[2].casefold(),
        columns=frozenset(columns | assigned.keys()),
        values=_literals(text) | given,
        keys=keys or frozenset(given),
        is_relative=any(_mentions(column, made) for column, made in assigned.items()),
    )


def _literals(text: str) -> frozenset[str]:
    return frozenset(
        match.group(1).replace("''", "'") if match.group(1) is not None else match.group(2)
        for match in _LITERAL.finditer(text)
    )


def _assigned(text: str) -> dict[str, str]:
    found = _SET.search(text)
    pairs = _ASSIGNED.findall(found.group(1)) if found else []
    return {column.casefold(): made for column, made in pairs}


def _mentions(column: str, made: str) -> bool:
    return re.search(rf"\b{re.escape(column)}\b", made, re.IGNORECASE) is not None
