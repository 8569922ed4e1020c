"""The statements of the store, read from the files of `sql/`, by name.

An engine with words of its own has a folder of its own there: what it names again, it replaces.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from msgspec import Struct

SQL_FOLDER = Path(__file__).parents[1] / "sql"
_SCHEMA = "schema.sql"
_SORTS = ("name", "part", "frame", "clause", "copy", "instead")
_HEAD = re.compile(rf"^-- ({'|'.join(_SORTS)}): (\w+)\n", flags=re.MULTILINE)
_REMARK = re.compile(r"^--.*\n?", flags=re.MULTILINE)
_OPEN = {"where": "{where}", "leaves": "{leaves}", "op": "{op}"}
"""What is filled in with each use of a frame or a clause."""


class Statements(Struct, frozen=True, kw_only=True):
    """All that is said to an engine."""

    queries: dict[str, str]
    """Every statement by its name."""
    frames: dict[str, str]
    """Statements that lack their conditions."""
    clauses: dict[str, str]
    """Conditions of a frame."""
    copies: dict[str, str]
    """By the name of a statement: the table and the columns that many rows of it are copied to."""
    schema: str
    """What makes an empty catalogue's truth."""
    summaries: str
    """What makes the tables that are computed from it."""


@cache
def statements(dialect: str | None = None) -> Statements:
    """Return the statements, with what a dialect replaces."""
    folders = [SQL_FOLDER] if dialect is None else [SQL_FOLDER, SQL_FOLDER / dialect]
    found: dict[str, dict[str, str]] = {sort: {} for sort in _SORTS}
    for folder in folders:
        for file in sorted(folder.glob("*.sql")):
            if file.name != _SCHEMA:
                _read(file, found)
    parts = found["part"] | _OPEN
    filled = {
        sort: {name: sql.format(**parts) for name, sql in found[sort].items()} for sort in _SORTS
    }
    schema, summaries = (SQL_FOLDER / _SCHEMA).read_text("utf-8").split("-- summaries --")
    if dialect is not None:
        schema, summaries = (_told(part, filled["instead"]) for part in (schema, summaries))
    return Statements(
        queries=filled["name"],
        frames=filled["frame"],
        clauses=filled["clause"],
        copies=filled["copy"],
        schema=schema,
        summaries=summaries,
    )


def with_types(sql: str) -> str:
    """Return statements that make tables, written for SQLite, as PostgreSQL has them.

    The order of texts is that of their code points, whatever language the database has.
    """
    return _TYPE.sub(lambda match: _TYPES[match[0]], sql)


_TYPES = {
    "INTEGER": "BIGINT",
    "TEXT": 'TEXT COLLATE "C"',
    "BLOB": "BYTEA",
    " WITHOUT ROWID": "",
}
_TYPE = re.compile(r"\b(?:INTEGER|TEXT|BLOB)\b| WITHOUT ROWID")


def _told(sql: str, instead: dict[str, str]) -> str:
    """Return a part of the schema with what a dialect says instead of some of it."""
    told = []
    for statement in _MADE.split(_REMARK.sub("", sql))[1:]:
        match = _OBJECT.match(statement)
        assert match is not None, statement
        told.append(instead.get(match[1], with_types(statement)))
    return "\n".join(told)


_MADE = re.compile(r"^(?=CREATE )", flags=re.MULTILINE)
_OBJECT = re.compile(r"CREATE (?:UNIQUE )?(?:TABLE|INDEX|TRIGGER) (\w+)")


def _read(file: Path, found: dict[str, dict[str, str]]) -> None:
    pieces = _HEAD.split(file.read_text("utf-8"))[1:]
    for sort, name, sql in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        found[sort][name] = _REMARK.sub("", sql).strip()
