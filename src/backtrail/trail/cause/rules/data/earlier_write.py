"""A statement that put a database into the state in which a later one failed, or found nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding
from backtrail.trail.cause.statements import Statement, read_statement
from backtrail.trail.cause.suspects import distinctness

CONSTRAINT = re.compile(
    r"(?P<rule>UNIQUE|FOREIGN KEY|NOT NULL|CHECK|PRIMARY KEY|duplicate key)\b[^:\"]*"
    r"(?:failed|constraint)?:?\s*\"?(?P<columns>[\w., ]*)",
    re.IGNORECASE,
)
CONFLICT, REMOVED, INSERTED_FIRST, CHANGED = 0.82, 0.72, 0.7, 0.62
TIE = 0.12
REPLACED, UNCOMMITTED, IGNORED = 0.52, 0.86, 0.76
UPDATED = 0.06
SHARED_MIN = 0.3
"""How distinct a value must be: a small number stands in many statements."""


def find(case: Case) -> Iterator[Finding]:
    """Yield earlier statements on the same table that explain why this one failed."""
    statements = [
        (fact, read)
        for fact in case.facts.of("sql.executed")
        if (
            read := read_statement(str(fact.body.get("statement", "")), fact.body.get("parameters"))
        )
    ]
    if not statements:
        return
    message = next(
        (
            e.info.message
            for e in case.suspects.failing
            if "Error" in e.info.type and CONSTRAINT.search(e.info.message)
        ),
        None,
    )
    if message is not None:
        yield from _conflicts(case, statements, message)
    elif case.suspects.is_none or case.suspects.is_key_missing:
        yield from _removals(case, statements)
        yield from _replacements(case, statements)
        yield from _uncommitted(case, statements)
        yield from _ignored(case, statements)


def _conflicts(
    case: Case, statements: list[tuple[Fact, Statement]], message: str
) -> Iterator[Finding]:
    """Yield writes of the value that a constraint holds to be there already, or not there."""
    found = CONSTRAINT.search(message)
    named = {
        part.strip().casefold() for part in (found.group("columns") if found else "").split(",")
    }
    tables = {name.rpartition(".")[0] for name in named} - {""}
    columns = {name.rpartition(".")[2] for name in named} - {""}
    failed, wanted = statements[-1]
    is_reference = bool(found) and "foreign" in str(found and found.group("rule")).casefold()
    for fact, read in statements[:-1]:
        shared = _shared(read, wanted)
        if not read.is_write or not shared or (tables and read.table not in tables):
            continue
        if read.columns and columns and not read.columns & columns and not is_reference:
            continue
        if is_reference != (read.verb == "delete"):
            continue
        tie = case.tie(fact)
        best = max(shared, key=distinctness)
        score = CONFLICT * distinctness(best) + (UPDATED if read.verb == "update" else 0.0)
        yield Finding(
            kind="sqlite",
            fact=fact,
            score=min(0.96, score + TIE * tie.name),
            evidence=[
                f"it wrote {best!r} into {read.table}, against what the failing statement needs",
                f"the database refused: {message}",
            ],
            between=[failed],
            suspect=tie.suspect,
        )


def _shared(read: Statement, wanted: Statement) -> set[str]:
    folded = {value.casefold() for value in wanted.values}
    return {
        value
        for value in read.values
        if value.casefold() in folded and distinctness(value) > SHARED_MIN
    }


def _removals(case: Case, statements: list[tuple[Fact, Statement]]) -> Iterator[Finding]:
    """Yield writes that took away, or changed, the row that a query then did not find."""
    query = _query(case, statements)
    if query is None:
        return
    asked, wanted = query
    row = _row(statements, asked, wanted)
    for fact, read in statements:
        if fact.at >= asked.at or not read.is_write or read.table != wanted.table:
            continue
        if read.verb == "insert" or fact.at < row[0]:
            continue
        shared = read.values & (wanted.keys | row[1])
        if not shared and read.verb != "delete":
            continue
        base = REMOVED if read.verb == "delete" else CHANGED
        near = max((distinctness(value) for value in shared), default=0.0)
        evidence = [f"it changed rows of {read.table} that the failing code then asked for"]
        if shared:
            evidence.append(
                f"it picks rows by {', '.join(sorted(map(repr, shared))[:3])}, as theirs"
            )
        yield Finding(
            kind="sqlite",
            fact=fact,
            score=min(0.95, base - 0.2 + 0.3 * near + TIE * case.tie(fact).strength),
            evidence=evidence,
            between=[asked],
        )


def _query(case: Case, statements: list[tuple[Fact, Statement]]) -> tuple[Fact, Statement] | None:
    """Return the last question that the failing code asked of a database."""
    functions = {
        frame.qualified
        for each in case.suspects.failing
        for frame in each.info.frames
        if frame.is_app
    }
    return next(
        (
            (fact, read)
            for fact, read in reversed(statements)
            if read.verb == "select"
            and fact.event.process == case.facts.error.process
            and any(place.get("function") in functions for place in fact.calls[:2])
        ),
        None,
    )


def _ignored(case: Case, statements: list[tuple[Fact, Statement]]) -> Iterator[Finding]:
    """Yield an insert that was told to do nothing on a conflict, and whose row was then missed."""
    query = _query(case, statements)
    if query is None:
        return
    asked, wanted = query
    for fact, read in statements:
        text = " ".join(str(fact.body.get("statement", "")).casefold().split())
        may_skip = "or ignore" in text or "do nothing" in text
        is_of_it = fact.at < asked.at and read.table == wanted.table and read.verb == "insert"
        shared = read.values & wanted.keys if may_skip and is_of_it else None
        if shared:
            yield Finding(
                kind="sqlite",
                fact=fact,
                score=IGNORED + TIE * case.tie(fact).strength,
                evidence=[
                    f"it was to insert {max(shared, key=distinctness)!r}, or to do nothing at all"
                ],
                between=[asked],
            )
            return


def _uncommitted(case: Case, statements: list[tuple[Fact, Statement]]) -> Iterator[Finding]:
    """Yield a write that another connection had not committed when its row was asked for."""
    query = _query(case, statements)
    if query is None:
        return
    asked, wanted = query
    for fact, read in reversed(statements):
        is_other = fact.body.get("connection") != asked.body.get("connection")
        if fact.at < asked.at and is_other and read.is_write and read.table == wanted.table:
            shared = read.values & (wanted.keys or wanted.values)
            if shared and not _is_committed(case, fact, asked):
                yield Finding(
                    kind="sqlite",
                    fact=fact,
                    score=UNCOMMITTED,
                    evidence=[
                        f"it wrote {max(shared, key=distinctness)!r} and was not committed yet"
                    ],
                    between=[asked],
                )


def _is_committed(case: Case, fact: Fact, asked: Fact) -> bool:
    """Tell whether a write was committed before a question was asked."""
    has_begun = False
    for each in case.facts.of("sql.executed"):
        if each.body.get("connection") != fact.body.get("connection") or each.at > asked.at:
            continue
        verb = str(each.body.get("statement", "")).split(maxsplit=1)[:1]
        word = verb[0].casefold().rstrip(";") if verb else ""
        if each.at < fact.at:
            has_begun = word == "begin" or (has_begun and word not in {"commit", "end", "rollback"})
        elif word in {"commit", "end"}:
            return True
    return not has_begun


def _row(
    statements: list[tuple[Fact, Statement]], asked: Fact, wanted: Statement
) -> tuple[int, frozenset[str]]:
    """Return when the row that was asked for was written last, and the values that it had."""
    for fact, read in reversed(statements):
        is_before = fact.at < asked.at and read.table == wanted.table
        if is_before and read.verb in {"insert", "replace"} and read.values & wanted.keys:
            return fact.at, read.values
    return -1, frozenset()


def _replacements(case: Case, statements: list[tuple[Fact, Statement]]) -> Iterator[Finding]:
    """Yield statements that wrote a row anew without all that it held before."""
    for at, (fact, read) in enumerate(statements):
        text = str(fact.body.get("statement", "")).casefold()
        if "replace" not in text.partition("into")[0] or not read.columns:
            continue
        before = next(
            (
                earlier
                for _, earlier in reversed(statements[:at])
                if earlier.is_write and earlier.table == read.table and earlier.values & read.values
            ),
            None,
        )
        if before is not None and len(before.values) > len(read.values):
            lost = max(before.values - read.values, key=distinctness)
            yield Finding(
                kind="sqlite",
                fact=fact,
                score=min(0.95, REPLACED + 0.35 * case.tie(fact).strength),
                evidence=[f"it wrote a row of {read.table} anew, without what it held: {lost!r}"],
                suspect=case.tie(fact).suspect,
            )
