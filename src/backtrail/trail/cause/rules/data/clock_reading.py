"""A time that was read, or read from a text, without its zone, in another zone, or too early."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by

BASE, TIE, MIXED = 0.3, 0.4, 0.4
MIXING = ("offset-naive", "offset-aware", "naive", "timezone", "tzinfo", "time zone")
NAIVE_READERS = ("utcnow", "now", "today", "fromtimestamp", "utcfromtimestamp", "strptime")


def find(case: Case) -> Iterator[Finding]:
    """Yield readings of the clock that are tied to the failure."""
    message = " ".join(each.info.message for each in case.suspects.failing).casefold()
    is_mixed = any(word in message for word in MIXING)
    for fact in case.facts.of("clock.read"):
        tie = case.tie(fact)
        if not is_mixed and not tied_by(tie):
            continue
        score = BASE + TIE * tie.strength + (MIXED if is_mixed and _is_naive(fact) else 0.0)
        evidence = ["a time without its zone was read here"] if _is_naive(fact) else []
        yield Finding(
            kind="clock",
            fact=fact,
            score=min(0.95, score),
            evidence=[*evidence, *tied_by(tie)],
            suspect=tie.suspect,
        )


def _is_naive(fact: Fact) -> bool:
    value = str(fact.body.get("value"))
    if "naive" in value or fact.body.get("is_naive"):
        return True
    has_zone = value.endswith("Z") or "+" in value or value.count("-") > 2  # noqa: PLR2004 - those of a date
    function = str(fact.body.get("function", "")).rpartition(".")[2]
    return function in NAIVE_READERS and not has_zone and not fact.body.get("arguments")
