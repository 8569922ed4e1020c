"""Decides how each term of a query is answered: by the catalogue's tables, or by the events.

This is the one place that knows: a term that gets an index of its own gets a clause here, and
nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from msgspec import Struct

from backtrail.store.catalog import CLAUSES
from backtrail.store.query.conditions import Clauses, Condition, joined, negated
from backtrail.store.query.fields import ATTRIBUTE, number_of
from backtrail.store.query.lines import Seen, attribute_matcher, pattern_matcher
from backtrail.store.query.patterns import Pattern
from backtrail.store.query.terms import All, Leaf, Not, Query, Term, leaves
from backtrail.store.spans import pairs
from backtrail.store.spans.words import Role
from backtrail.store.text.index import Narrowed

Of = Literal["traces", "errors"]
"""What is listed."""
_SOME = {(">", 0), (">=", 1)}


def _unknown(_text: Pattern) -> Narrowed | None:
    return None


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


def plan(
    query: Query,
    *,
    of: Of = "traces",
    texts: Mapping[str, str] = CLAUSES,
    narrowed: Callable[[Pattern], Narrowed | None] = _unknown,
    has_parts: Callable[[str], bool] = bool,
) -> Plan:
    """Return how a query is answered.

    Args:
        query: what is asked.
        of: what is listed.
        texts: the clauses as an engine understands them.
        narrowed: tells which blocks may hold a text, as far as an index says so.
        has_parts: tells whether some attribute of a name is told of by its events alone.
    """
    clauses = Clauses(texts)
    conditions: dict[Term, Condition] = {}
    looks: dict[Term, Seen] = {}
    hints: dict[Term, Condition] = {}
    for term in leaves(query):
        if term.field == "text":
            assert isinstance(term.value, Pattern)
            looks[term] = pattern_matcher(term.value)
            narrow = narrowed(term.value)
            if narrow is not None:
                hints[term] = _in_blocks(narrow)
        elif term.field == ATTRIBUTE:
            looks[term] = attribute_matcher(term)
            hint = _attribute_hint(term, clauses, has_parts)
            if hint is not None:
                hints[term] = hint
        elif term not in conditions:
            conditions[term] = _condition(term, clauses, of)
    needed = _needed(query, conditions, hints, is_negated=False)
    return Plan(
        query=query,
        where=joined("AND", [needed or clauses.clause("anything")]),
        columns=conditions if looks else {},
        looks=looks,
    )


def _needed(
    query: Query,
    conditions: Mapping[Term, Condition],
    hints: Mapping[Term, Condition],
    *,
    is_negated: bool,
) -> Condition | None:
    """Return what must be met wherever the query is; `None` where the catalogue cannot say."""
    if isinstance(query, Leaf):
        condition = conditions.get(query.what)
        if is_negated:
            return negated(condition) if condition else None
        return condition or hints.get(query.what)
    if isinstance(query, Not):
        return _needed(query.part, conditions, hints, is_negated=not is_negated)
    needed = [_needed(part, conditions, hints, is_negated=is_negated) for part in query.parts]
    known = [each for each in needed if each is not None]
    if isinstance(query, All) is not is_negated:
        return joined("AND", known) if known else None
    return joined("OR", known) if known and len(known) == len(needed) else None


def _condition(term: Term, clauses: Clauses, of: Of) -> Condition:
    own = _OF_ERRORS.get(term.field) if of == "errors" else None
    return (own or _ANSWERS[term.field])(term, clauses)


def _in_blocks(narrow: Narrowed) -> Condition:
    """Return what the traces of some blocks meet; the numbers are ours, so they may stand in it."""
    listed = ",".join(map(str, narrow.block_ids or [-1]))
    return Condition(
        sql=f"t.trace_id IN (SELECT b.trace_id FROM block b WHERE b.block_id IN ({listed})"  # noqa: S608 - numbers
        f" UNION ALL SELECT b.trace_id FROM block b WHERE b.block_id >= {narrow.behind:d})"
    )


def _attribute_hint(
    term: Term, clauses: Clauses, has_parts: Callable[[str], bool]
) -> Condition | None:
    """Return what all traces meet that may have an attribute; `None` where nothing tells."""
    if not isinstance(term.value, Pattern) or term.value.has_wildcard:
        return None
    text = term.value.text
    wanted = pairs.tokens_wanted(term.key, text, number_of(text), has_parts=has_parts)
    if wanted is None:
        return None
    may_be = [clauses.clause("attribute_may_be", pair=token) for token in wanted]
    return joined("OR", [clauses.clause("attributes_are_many"), *may_be])


def _said(term: Term, clauses: Clauses) -> Condition:
    assert isinstance(term.value, Pattern)
    role = _ROLES[term.field]
    if term.value.has_wildcard:
        return clauses.clause("said_like", role=role, value=term.value.like)
    return clauses.clause("said_is", role=role, value=term.value.text.casefold())


_ROLES: dict[str, Role] = {"span": "name", "model": "model"}


def _span_duration(term: Term, clauses: Clauses) -> Condition:
    """Say it of the longest span, or of the shortest: if it is true of one, then of that."""
    clause = "longest_span" if term.compared in {">", ">="} else "shortest_span"
    return clauses.clause(clause, compared=term.compared, value=term.value)


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
    "span": _said,
    "span.duration": _span_duration,
    "model": _said,
}
"""How the catalogue answers a term, by its field."""
_OF_ERRORS: dict[str, Callable[[Term, Clauses], Condition]] = {
    "error": partial(_error, clause="this_error"),
    "fingerprint": partial(_fingerprint, clause="this_fingerprint"),
    "started": _time_of_error,
}
"""How it answers those that mean the error itself where errors are listed."""
