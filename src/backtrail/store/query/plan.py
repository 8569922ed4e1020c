"""Decides how each term of a query is answered: by the catalogue's tables, or by the events.

This is the one place that knows: a term that gets an index of its own gets a clause here, and
nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from msgspec import Struct

from backtrail.store.query.conditions import Clauses, Condition, joined, negated
from backtrail.store.query.fields import ATTRIBUTE
from backtrail.store.query.lines import Seen, attribute_matcher, pattern_matcher
from backtrail.store.query.patterns import Pattern
from backtrail.store.query.terms import All, Leaf, Not, Query, Term, leaves

Of = Literal["traces", "errors"]
"""What is listed."""
_SOME = {(">", 0), (">=", 1)}


class Plan(Struct, frozen=True, kw_only=True):
    """How a query is answered."""

    query: Query
    where: Condition
    """What the catalogue can say of all that is found; more may meet it."""
    columns: dict[Term, Condition]
    """Terms that the catalogue answers for each row; empty when `where` says all."""
    looks: dict[Term, Seen]
    """Terms that the events of a trace answer."""

    @property
    def is_exact(self) -> bool:
        """Whether the catalogue alone says what is found."""
        return not self.looks


def plan(query: Query, *, of: Of = "traces") -> Plan:
    """Return how a query is answered."""
    clauses = Clauses()
    conditions: dict[Term, Condition] = {}
    looks: dict[Term, Seen] = {}
    for term in leaves(query):
        if term.field == "text":
            assert isinstance(term.value, Pattern)
            looks[term] = pattern_matcher(term.value)
        elif term.field == ATTRIBUTE:
            looks[term] = attribute_matcher(term)
        elif term not in conditions:
            conditions[term] = _condition(term, clauses, of)
    needed = _needed(query, conditions, is_negated=False)
    return Plan(
        query=query,
        where=joined("AND", [needed or clauses.clause("anything")]),
        columns=conditions if looks else {},
        looks=looks,
    )


def _needed(
    query: Query, conditions: dict[Term, Condition], *, is_negated: bool
) -> Condition | None:
    """Return what must be met wherever the query is; `None` where the catalogue cannot say."""
    if isinstance(query, Leaf):
        condition = conditions.get(query.what)
        return negated(condition) if condition and is_negated else condition
    if isinstance(query, Not):
        return _needed(query.part, conditions, is_negated=not is_negated)
    needed = [_needed(part, conditions, is_negated=is_negated) for part in query.parts]
    known = [each for each in needed if each is not None]
    if isinstance(query, All) is not is_negated:
        return joined("AND", known) if known else None
    return joined("OR", known) if known and len(known) == len(needed) else None


def _condition(term: Term, clauses: Clauses, of: Of) -> Condition:
    own = _OF_ERRORS.get(term.field) if of == "errors" else None
    return (own or _ANSWERS[term.field])(term, clauses)


def _status(term: Term, clauses: Clauses) -> Condition:
    return clauses.clause(f"status_{term.value}")


def _name(term: Term, clauses: Clauses) -> Condition:
    assert isinstance(term.value, Pattern)
    return clauses.clause("name", value=term.value.like)


def _number(term: Term, clauses: Clauses) -> Condition:
    if term.field == "errors" and (term.compared, term.value) in _SOME:
        return clauses.clause("errors_some")
    return clauses.clause(term.field, compared=term.compared, value=term.value)


def _written_alike(term: Term, clauses: Clauses) -> Condition:
    assert isinstance(term.value, Pattern)
    if term.value.is_empty:
        return clauses.clause(f"{term.field}_none")
    if term.value.has_wildcard:
        return clauses.clause(f"{term.field}_like", value=term.value.glob)
    return clauses.clause(f"{term.field}_is", value=term.value.text)


def _command(term: Term, clauses: Clauses) -> Condition:
    assert isinstance(term.value, Pattern)
    if term.value.is_empty:
        return clauses.clause("command_none")
    return clauses.clause("command", value=term.value.anywhere.like)


def _error(term: Term, clauses: Clauses, *, clause: str = "error") -> Condition:
    assert isinstance(term.value, Pattern)
    return clauses.clause(clause, value=term.value.like, part=term.value.anywhere.like)


def _fingerprint(term: Term, clauses: Clauses, *, clause: str = "fingerprint") -> Condition:
    assert isinstance(term.value, Pattern)
    return clauses.clause(clause, value=term.value.glob)


def _time_of_error(term: Term, clauses: Clauses) -> Condition:
    return clauses.clause("this_time", compared=term.compared, value=term.value)


_ANSWERS: dict[str, Callable[[Term, Clauses], Condition]] = {
    "status": _status,
    "name": _name,
    "duration": _number,
    "started": _number,
    "session": _written_alike,
    "run": _written_alike,
    "command": _command,
    "errors": _number,
    "events": _number,
    "spans": _number,
    "error": _error,
    "fingerprint": _fingerprint,
}
"""How the catalogue answers a term, by its field."""
_OF_ERRORS: dict[str, Callable[[Term, Clauses], Condition]] = {
    "error": partial(_error, clause="this_error"),
    "fingerprint": partial(_fingerprint, clause="this_fingerprint"),
    "started": _time_of_error,
}
"""How it answers those that mean the error itself where errors are listed."""
