"""docs/guides/query.md: every query that it shows is read, and every field is in it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from backtrail.store.query.fields import FIELDS, read_query
from backtrail.store.query.wrong import WrongQueryError

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "query.md").read_text()
ROWS = [
    re.split(r" ?(?<!\\)\| ?", row)[1:-1] for row in re.findall(r"^\| .+ \|$", PAGE, re.MULTILINE)
]


def tables() -> dict[str, list[list[str]]]:
    """Return the rows of each table by the heading of its first column."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for row in ROWS:
        if "`" not in "".join(row) and row[0] != "---":
            rows = found.setdefault(row[0], [])
        elif row[0] != "---":
            rows.append(row)
    return found


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def shown() -> list[str]:
    """Return every query of the page: in its tables, and in the commands."""
    named = tables()
    queries = [code for row in named["field"] for code in codes(row[2])]
    queries += [code for row in named["query"] for code in codes(row[0])]
    queries += [code for row in named["option"] for code in codes(row[1])]
    for command in re.findall(r"^ {4}\$ (backtrail ls .+)$", PAGE, re.MULTILINE):
        queries.append(shlex.split(command)[-1])
    return queries


def test_every_field_is_in_the_table() -> None:
    named = {name for row in tables()["field"] for name in codes(row[0])}
    assert named - {"@"} == set(FIELDS)


def test_the_page_shows_queries() -> None:
    assert len(shown()) > 30


@pytest.mark.parametrize("query", shown())
def test_every_query_of_the_page_is_read(query: str) -> None:
    read_query(query, now_unix_ns=0)


def test_the_refusal_that_the_page_shows_is_the_one_that_is_given() -> None:
    with pytest.raises(WrongQueryError) as raised:
        read_query("status:error durtion:>2s", now_unix_ns=0)
    said = f"error: {raised.value.message}\nhint: {raised.value.hint}"
    assert "\n".join(f"    {line}" for line in said.split("\n")) in PAGE
