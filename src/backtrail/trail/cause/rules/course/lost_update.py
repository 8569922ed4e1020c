"""Two threads, tasks or processes that read the same thing before either wrote it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by
from backtrail.trail.cause.statements import read_statement

BASE, TIE = 0.5, 0.45
REPLACED = 0.36
REPLACED_NS_MAX = 1_000_000_000
"""Between two who did not know of one another lies no more than a second."""
ACCESSES_MAX = 2_000
"""Reads and writes of one thing that are looked at."""


class Access(Struct, frozen=True, kw_only=True):
    """One reading or writing of a thing."""

    fact: Fact
    what: Literal["read", "write"]


def find(case: Case) -> Iterator[Finding]:
    """Yield the write that lost another's update, for each thing that it happened to."""
    yield from _replaced(case)
    for thing, accesses in _accesses(case).items():
        lost = _lost(accesses[:ACCESSES_MAX])
        if lost is not None:
            yield _finding(case, thing, *lost)


def _replaced(case: Case) -> Iterator[Finding]:
    """Yield what one thread or task put in place of what another had just put there."""
    last: dict[str, Fact] = {}
    for fact in case.facts.of("state.changed"):
        for change in fact.body.get("patch") or ():
            path = change.get("path") if isinstance(change, dict) else None
            if not path:
                continue
            thing = f"{fact.body.get('name')}{path}"
            before, last[thing] = last.get(thing), fact
            # One number in place of another is a count, which is there to be replaced.
            is_whole = change.get("op") == "replace" and isinstance(change.get("value"), dict)
            if before is None or before.thread == fact.thread or not is_whole:
                continue
            took_ns = fact.event.time_unix_ns - before.event.time_unix_ns
            if took_ns <= REPLACED_NS_MAX and case.tie(fact).value > 0:
                yield _replacement(case, thing, before, fact)


def _replacement(case: Case, thing: str, before: Fact, fact: Fact) -> Finding:
    who, other, tie = _who(fact), _who(before), case.tie(fact)
    return Finding(
        kind="race",
        fact=fact,
        score=REPLACED + TIE * tie.strength,
        evidence=[f"{who} put another value at {thing}, where {other} had put one", *tied_by(tie)],
        between=[before],
        suspect=tie.suspect,
        text=f"{who} replaced {thing}, which {other} had set",
    )


def _accesses(case: Case) -> dict[str, list[Access]]:
    """List who read and wrote each row, file or piece of state, in order."""
    things: dict[str, list[Access]] = {}
    for fact in case.facts.all:
        for thing, what in _touched(fact):
            things.setdefault(thing, []).append(Access(fact=fact, what=what))
    return things


def _touched(fact: Fact) -> Iterator[tuple[str, Literal["read", "write"]]]:
    """Yield what an event read or wrote."""
    body = fact.body
    if fact.kind == "sql.executed":
        statement = read_statement(str(body.get("statement", "")), body.get("parameters"))
        if statement is None or statement.is_relative or statement.verb == "insert":
            return
        for key in statement.keys:
            thing = f"{body.get('database') or ''} {statement.table} {key}"
            yield thing, "write" if statement.is_write else "read"
    elif fact.kind == "file.opened" and not body.get("is_missing"):
        yield str(body.get("path")), "read" if body.get("mode") == "read" else "write"
    elif fact.kind == "file.changed" and body.get("action") == "renamed":
        # A file that is written aside and then put in place is written when that is done.
        yield str(body.get("target")), "write"


def _lost(accesses: list[Access]) -> tuple[list[Fact], list[Fact]] | None:
    """Return the reads and the writes of the first update that was lost.

    A read, a write, both of one thread; and another thread's read and write so that both reads lie
    before both writes.
    """
    last_read: dict[str, Fact] = {}
    first_write: tuple[Fact, Fact] | None = None
    for access in accesses:
        thread = access.fact.thread
        if access.what == "read":
            last_read[thread] = access.fact
            continue
        read = last_read.pop(thread, None)
        if read is None:
            continue
        if first_write is not None:
            other_read, other_write = first_write
            if other_write.thread != thread and read.at < other_write.at:
                return [other_read, read], [other_write, access.fact]
        first_write = (read, access.fact)
    return None


def _finding(case: Case, thing: str, reads: list[Fact], writes: list[Fact]) -> Finding:
    tie = max((case.tie(fact) for fact in writes), key=lambda each: each.strength)
    shown, lost = writes[1], writes[0]
    who, other = _who(shown), _who(lost)
    what = " ".join(thing.split())
    return Finding(
        kind="race",
        fact=shown,
        score=BASE + TIE * tie.strength,
        evidence=[
            f"{who} and {other} both read {what} before either wrote it",
            f"what {other} wrote was written over by {who}",
            *tied_by(tie),
        ],
        against=[] if tied_by(tie) else ["the failure is not about it"],
        between=[*reads, lost],
        suspect=tie.suspect,
        text=f"{who} wrote {what} over what {other} had written meanwhile: "
        f"{shown.body.get('statement') or what}",
    )


def _who(fact: Fact) -> str:
    event = fact.event
    if event.task:
        return f"task {event.task}"
    return f"thread {(event.thread or 'MainThread').partition(':')[0]}"
