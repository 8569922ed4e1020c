"""A time that was read, or read from a text, without its zone, in another zone, or too early."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by

BASE, READ_FROM_TEXT, TIE, MIXED, TWO_ZONES = 0.3, 0.16, 0.4, 0.4, 0.3
MIXING = ("offset-naive", "offset-aware", "naive", "timezone", "tzinfo", "time zone")
FROM_TEXT = frozenset({"fromisoformat", "strptime"})
UNIVERSAL = frozenset({"utcnow", "utcfromtimestamp", "gmtime"})
DASHES_OF_A_DATE = 2
LOCAL = frozenset({"now", "today", "fromtimestamp", "localtime", "mktime"})


def find(case: Case) -> Iterator[Finding]:
    """Yield readings of the clock that are tied to the failure, or that disagree on the zone."""
    message = " ".join(each.info.message for each in case.suspects.failing).casefold()
    is_mixed = any(word in message for word in MIXING)
    readings = case.facts.of("clock.read")
    naive = [fact for fact in readings if _is_naive(fact)]
    functions = {_function(fact) for fact in naive}
    has_two_zones = bool(functions & UNIVERSAL) and bool(functions & LOCAL)
    for fact in readings:
        tie = case.tie(fact)
        is_odd = has_two_zones and _function(fact) in UNIVERSAL
        if not is_mixed and not is_odd and not tied_by(tie):
            continue
        evidence = ["a time without its zone was read here"] if fact in naive else []
        score = READ_FROM_TEXT if _function(fact) in FROM_TEXT else BASE
        if is_mixed and fact in naive:
            score += MIXED
        if is_odd:
            score += TWO_ZONES
            evidence.append("it is universal time, and other times of the program are local")
        yield Finding(
            kind="clock",
            fact=fact,
            score=min(0.95, score + TIE * tie.strength),
            evidence=[*evidence, *tied_by(tie)],
            suspect=tie.suspect,
        )


def _function(fact: Fact) -> str:
    return str(fact.body.get("function", "")).rpartition(".")[2]


def _is_naive(fact: Fact) -> bool:
    """Tell whether a reading has no zone: neither in its value nor asked for."""
    value = str(fact.body.get("value"))
    has_zone = value.endswith("Z") or "+" in value or value.count("-") > DASHES_OF_A_DATE
    return not has_zone and _function(fact) in UNIVERSAL | LOCAL | FROM_TEXT
