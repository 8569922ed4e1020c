"""Those who wait for each other: a cycle of locks, each held by one who waits for the next."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding
from backtrail.trail.wording import describe

CYCLE, STUCK = 0.97, 0.5


def find(case: Case) -> Iterator[Finding]:
    """Yield the request that closed a cycle, or the one that was never met."""
    if case.error.mechanism not in {"hang", "deadlock"}:
        return
    waiting = _waiting(case)
    cycle = _cycle(waiting)
    if cycle:
        last = max(cycle, key=lambda fact: fact.at)
        others = [fact for fact in cycle if fact is not last]
        shown = "; ".join(describe(fact.kind, fact.body) for fact in [last, *others])
        yield Finding(
            kind="lock_order",
            fact=last,
            score=CYCLE,
            evidence=[
                "each of them holds the lock that the next one waits for",
                *(describe(fact.kind, fact.body) for fact in sorted(cycle, key=lambda f: f.at)),
            ],
            between=others,
            text=f"a cycle of locks: {shown}",
        )
        return
    for fact in waiting.values():
        yield Finding(
            kind="lock_order",
            fact=fact,
            score=STUCK,
            evidence=["the lock was never let go of"],
            against=["its holder does not wait for another lock"],
        )


def _waiting(case: Case) -> dict[str, Fact]:
    """Return the last request of each owner that was not met."""
    waiting: dict[str, Fact] = {}
    for fact in case.facts.all:
        owner = str(fact.body.get("owner") or fact.event.thread or "")
        if fact.kind == "lock.requested":
            waiting[owner] = fact
        elif fact.kind in {"lock.acquired", "lock.timed_out"}:
            known = waiting.get(owner)
            if known is not None and known.body.get("lock_id") == fact.body.get("lock_id"):
                del waiting[owner]
    return waiting


def _cycle(waiting: dict[str, Fact]) -> list[Fact]:
    """Follow who waits for whom until someone comes up again."""
    for start in waiting:
        path: list[str] = []
        owner = start
        while owner in waiting and owner not in path:
            path.append(owner)
            owner = str(waiting[owner].body.get("holder") or "")
        if owner in path:
            return [waiting[each] for each in path[path.index(owner) :]]
    return []
