"""A file that is not what it looks like: empty, cut off, a name twice, another separator."""

from __future__ import annotations

import json
from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by
from backtrail.trail.cause.kinds import kind_of

ODD, TIE = 0.38, 0.52
ELSEWHERE = 0.12
"""Taken off a file that another process read."""
REPLACED = "\ufffd"
MARK = "\ufeff"
ROWS_MAX = 2_000


def find(case: Case) -> Iterator[Finding]:
    """Yield the files that were read and have something odd about them."""
    for fact in case.facts.of("file.opened"):
        if fact.body.get("mode") != "read":
            continue
        odd = _odd(fact)
        if odd is not None:
            tie = case.tie(fact)
            is_own = fact.event.process == case.facts.error.process
            yield Finding(
                kind=kind_of(fact),
                fact=fact,
                score=min(0.95, ODD + TIE * tie.strength - (0.0 if is_own else ELSEWHERE)),
                evidence=[odd, *tied_by(tie)],
                suspect=tie.suspect,
            )


def _odd(fact: Fact) -> str | None:
    """Say what is odd about a file, as far as its content was kept."""
    if fact.body.get("bytes") == 0:
        return "the file was empty"
    content = fact.body.get("content")
    if not isinstance(content, str) or fact.body.get("is_cut"):
        return None
    name = str(fact.body.get("path", "")).casefold()
    if content.startswith(MARK):
        return "the file begins with a byte order mark, which is read as a part of the first word"
    if REPLACED in content:
        return "the file is not all UTF-8"
    if name.endswith(".json"):
        return _odd_json(content)
    return _odd_rows(content) if name.endswith((".csv", ".tsv")) else None


def _odd_json(content: str) -> str | None:
    twice: list[str] = []

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in found]
        twice.extend(name for name in names if names.count(name) > 1)
        return dict(found)

    try:
        json.loads(content, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        return f"the file is no JSON: {error}"
    return (
        f"the name {twice[0]!r} stands twice in one object; the last one counts" if twice else None
    )


def _odd_rows(content: str) -> str | None:
    """Say what is odd about a table: the separator of its head, or rows of another length."""
    rows = [row for row in content.splitlines()[:ROWS_MAX] if row.strip()]
    if len(rows) == 1:
        return "the table has a head and no rows"
    separators = {mark: rows[0].count(mark) for mark in ",;\t|"}
    mark = max(separators, key=lambda each: separators[each])
    if mark == ";" and separators[","] == 0 and separators[";"] > 0:
        return "the columns are separated by semicolons"
    if not separators[mark] or '"' in content:
        return None
    odd = next((row for row in rows if row.count(mark) != separators[mark]), None)
    return f"the row {odd[:80]!r} has another number of columns than the head" if odd else None
