"""An exception that was raised earlier and taken or forgotten, while the program went on."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, Tie, has_failed, tied_by

BASE, TIE = 0.36, 0.55
ALONE = 0.08
"""Added to the only exception that was taken in the whole trace."""
ELSEWHERE = 0.1
"""Taken off where it was taken in another process."""
HEALED = 0.35
AGAIN = 0.03
"""Added for each time that it failed again, up to twice."""
HABIT, HABIT_COUNT_MIN = 0.12, 4
QUIET = {"StopIteration", "GeneratorExit", "CancelledError", "StopAsyncIteration", "SystemExit"}
NEAR_FACTS = 12
"""Events before it, in its thread, in which what it was doing is looked for."""
BORROWED = 0.95
NEAR_AFTER = 3
"""Events behind it: a call whose answer is not read to its end is recorded late."""
NOT_THERE, GONE = 0.22, (404, 410)
"""Taken off where a service only said that it has no such thing, as programs often ask."""
FROM_A_CALL = 0.08


def find(case: Case) -> Iterator[Finding]:
    """Yield each exception that was handled and is not a part of the error itself."""
    own = {(info.type, info.message) for info in case.error.chain}
    own.add((case.error.type, case.error.message))
    here = case.facts.error.process
    found = case.facts.of("exception.handled", "error.raised")
    for fact in found:
        body = fact.body
        is_own = (body.get("type"), body.get("message")) in own
        # Errors of other processes have a rule of their own.
        is_foreign = fact.kind == "error.raised" and fact.event.process != here
        is_hang = body.get("mechanism") in {"hang", "deadlock"}
        if is_own or is_foreign or is_hang or body.get("type") in QUIET:
            continue
        yield _finding(case, fact, is_alone=len(found) == 1)


def _finding(case: Case, fact: Fact, *, is_alone: bool) -> Finding:
    call = _call_of(case, fact)
    tie, source = (case.tie(fact), fact) if call is not None else _closest(case, fact)
    count = fact.body.get("count", 1)
    against = []
    score = BASE + TIE * tie.strength + (ALONE if is_alone else 0.0)
    if fact.event.process != case.facts.error.process:
        score -= ELSEWHERE
        against.append("it was taken in another process")
    if isinstance(count, int) and count >= HABIT_COUNT_MIN:
        score -= HABIT
        against.append(f"the program takes this exception here as a habit, {count} times by then")
    if call is not None and case.healed(call):
        score *= HEALED
        against.append("the call was made again and succeeded")
    elif call is not None:
        score -= NOT_THERE if call.body.get("status") in GONE else FROM_A_CALL
    evidence = [_what(fact)]
    again = case.facts.times[fact.kind, fact.sameness]
    if again > 1:
        score += AGAIN * min(again - 1, 2)
        evidence.append(f"the same was tried {again} times, and failed each time")
    if source is not fact and tied_by(tie):
        evidence.append("what it was doing then is tied to the failure:")
    evidence += tied_by(tie)
    if not tied_by(tie):
        against.append("no value and no name ties it to the failure")
    return Finding(
        kind="swallowed_exception",
        fact=fact,
        score=min(score, 0.95),
        evidence=evidence,
        against=against,
        between=[source] if source is not fact else [],
        suspect=tie.suspect,
    )


def _what(fact: Fact) -> str:
    body = fact.body
    handler = body.get("handler") or {}
    where = f" in {handler['function']}" if handler.get("function") else ""
    return f"{body.get('type')} was raised and taken{where}; the program went on"


def _closest(case: Case, fact: Fact) -> tuple[Tie, Fact]:
    """Return the tie of an exception, or of what the same calls were doing right before it."""
    best, source = case.tie(fact), fact
    functions = {place["function"] for place in fact.calls}
    for earlier in case.facts.before(fact, NEAR_FACTS):
        if earlier.kind == fact.kind:
            break
        if not functions.intersection(place["function"] for place in earlier.calls[:1]):
            continue
        tie = case.tie(earlier)
        if tie.strength * BORROWED > best.strength:
            best, source = tie, earlier
    return best, source


def _call_of(case: Case, fact: Fact) -> Fact | None:
    """Return the call that failed and of which the exception tells, if it is of one."""
    window = case.facts.all[max(0, fact.at - NEAR_FACTS) : fact.at + NEAR_AFTER]
    near = [
        each
        for each in window
        if each.kind in {"http.called", "llm.called"}
        and each.event.process == fact.event.process
        and has_failed(each)
        and _is_same_work(each, fact)
    ]
    return min(near, key=lambda each: abs(each.at - fact.at), default=None)


def _is_same_work(call: Fact, fact: Fact) -> bool:
    """Tell whether a call was made by one of the functions that an exception went through."""
    functions = {place["function"] for place in fact.calls}
    return bool(functions.intersection(place["function"] for place in call.calls))
