"""A call that failed while the program went on: a refusal, a fault of the server, a timeout.

A call that was sent again and then succeeded has healed, and says little.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by
from backtrail.trail.cause.kinds import kind_of

REFUSED, NOT_FOUND, SERVER, TIMEOUT, BROKEN = 0.55, 0.38, 0.45, 0.58, 0.5
"""How likely each sort of failure is to matter, without a tie to the error."""
TIE = 0.42
HEALED = 0.25
CLIENT_ERROR, SERVER_ERROR, GONE = 400, 500, (404, 410)
CANCELLED = ("CancelledError", "Cancelled", "GeneratorExit")
SENT_AGAIN = 0.03


def find(case: Case) -> Iterator[Finding]:
    """Yield each call that failed, the first of its repetitions."""
    groups: dict[str, list[Fact]] = {}
    for fact in case.facts.of("http.called", "llm.called"):
        groups.setdefault(fact.request, []).append(fact)
    for facts in groups.values():
        failed = [fact for fact in facts if _base(fact) > 0]
        if failed:
            yield _finding(case, failed, facts)


def _base(fact: Fact) -> float:
    status = fact.body.get("status")
    if fact.body.get("is_timeout"):
        return TIMEOUT
    if str(fact.body.get("error")).startswith(CANCELLED):
        # Something else failed first.
        return 0.0
    if fact.body.get("error") and not isinstance(status, int):
        return BROKEN
    if not isinstance(status, int) or status < CLIENT_ERROR:
        return 0.0
    if status >= SERVER_ERROR:
        return SERVER
    return NOT_FOUND if status in GONE else REFUSED


def _finding(case: Case, failed: list[Fact], facts: list[Fact]) -> Finding:
    fact = max(failed, key=lambda each: (_base(each), -each.at))
    tie = case.tie(fact)
    score = _base(fact) + TIE * tie.strength + min(len(failed) - 1, 2) * SENT_AGAIN
    evidence = [_how(fact), *tied_by(tie)]
    against = []
    if len(failed) > 1:
        evidence.append(f"it was sent {len(failed)} times and failed each time")
    if any(each.at > fact.at and _base(each) == 0 for each in facts):
        score *= HEALED
        against.append("the same request succeeded later")
    if not tied_by(tie):
        against.append("no value and no name ties it to the failure")
    return Finding(
        kind=kind_of(fact),
        fact=fact,
        score=min(score, 0.97),
        evidence=evidence,
        against=against,
        between=[each for each in failed if each is not fact],
        suspect=tie.suspect,
    )


def _how(fact: Fact) -> str:
    status = fact.body.get("status")
    if fact.body.get("is_timeout"):
        return "the call timed out, and the program went on without its answer"
    if isinstance(status, int):
        return f"the call was answered with {status}, and the program went on"
    return f"the call failed with {fact.body.get('error')}, and the program went on"
