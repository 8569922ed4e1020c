"""Where suspect values first came into the program: an answer, a file, a variable, an argument.

What a program computes from good input is not wrong because it was read somewhere; so this weighs
little for files, more for services, and most for a model whose answer holds a value that nothing
before it held, or for a value that came with the type that the failure complains of.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, together
from backtrail.trail.cause.forms import PIECED, Sought
from backtrail.trail.cause.kinds import kind_of
from backtrail.trail.cause.suspects import Suspect

BASES: dict[str, float] = {
    "llm.called": 0.5, "http.called": 0.5, "environment.read": 0.45, "process.started": 0.62,
    "subprocess.ended": 0.45, "file.opened": 0.36, "clock.read": 0.4, "state.changed": 0.4,
}  # fmt: skip
WEIGHT_MIN = 0.15
STRENGTH_MIN = 0.3
GIVEN, GIVEN_TIE = 0.28, 0.45
INVENTED, TYPED, ECHOED = 0.35, 0.4, 0.4


class Arrival(Struct, frozen=True, kw_only=True):
    """A suspect value that first came in by an event."""

    suspect: Suspect
    level: float
    text: str
    strength: float
    was_sent: bool
    """Whether the program had sent it before."""
    later: list[Fact]


def find(case: Case) -> Iterator[Finding]:
    """Yield each event by which suspect values came in first."""
    arrivals: dict[int, list[Arrival]] = {}
    for suspect in case.suspects.values:
        if suspect.weight >= WEIGHT_MIN:
            for at, arrival in _arrivals(case, suspect):
                arrivals.setdefault(at, []).append(arrival)
    for at, found in arrivals.items():
        found.sort(key=lambda arrival: -arrival.strength)
        if together([arrival.strength for arrival in found]) >= STRENGTH_MIN:
            yield _finding(case, case.facts.all[at], found)


def _arrivals(case: Case, suspect: Suspect) -> Iterator[tuple[int, Arrival]]:
    seen = case.holding(suspect)
    source = next(
        (
            (fact, level, text)
            for fact, level, text, is_in in seen
            if is_in and fact.kind in BASES and fact.body.get("mode", "read") == "read"
        ),
        None,
    )
    if source is not None:
        fact, level, text = source
        yield (
            fact.at,
            Arrival(
                suspect=suspect,
                level=level,
                text=text,
                strength=suspect.weight * level * case.telling(fact, suspect),
                was_sent=any(found.at < fact.at and found.kind in BASES for found, *_ in seen),
                later=[found for found, *_ in seen if found.at > fact.at],
            ),
        )


def _finding(case: Case, fact: Fact, found: list[Arrival]) -> Finding:
    best = found[0]
    base = BASES[fact.kind]
    evidence = [_first_seen(arrival) for arrival in found[:3]]
    against: list[str] = []
    if fact.kind == "llm.called" and not best.was_sent and not _is_asked_with(fact, best.suspect):
        base += INVENTED
        evidence.append("nothing that the program had before holds it: the model made it up")
    if any(_has_its_type(case, arrival) for arrival in found):
        base += TYPED
        evidence.append("it came as text, and the failure is about its type")
    if best.was_sent:
        base *= ECHOED
        against.append("the program itself had sent the value before")
    elif best.level < PIECED:
        against.append("only a part of the value stands in it")
    if fact.kind == "file.opened":
        against.append("a value that stands in a file may be right")
    return Finding(
        kind=kind_of(fact),
        fact=fact,
        score=_score(fact, base, together([each.strength for each in found])),
        evidence=evidence,
        against=against,
        between=best.later,
        suspect=best.suspect,
    )


def _score(fact: Fact, base: float, strength: float) -> float:
    if fact.kind == "process.started":
        # A program has few arguments: each of them was meant.
        return min(0.9, GIVEN + GIVEN_TIE * strength)
    return min(0.95, base) * min(1.0, 1.15 * strength)


def _first_seen(arrival: Arrival) -> str:
    suspect = arrival.suspect
    where = "the message" if suspect.role == "message" else f"`{suspect.name}` of the failure"
    shown = "" if arrival.level == 1.0 else f", as {arrival.text[:200]!r}"
    return f"{suspect.value!r}, {where}, first appears here{shown}"


def _is_asked_with(fact: Fact, suspect: Suspect) -> bool:
    sought = Sought(suspect.value)
    return any(sought.level(sent) > 0 for _, sent in fact.went_out)


def _has_its_type(case: Case, arrival: Arrival) -> bool:
    """Tell whether a text that should have been a number, or the like, came in as that text."""
    suspect = arrival.suspect
    is_refused = any(each.info.type == "ValueError" for each in case.suspects.failing)
    return (
        (case.suspects.has_wrong_type or is_refused)
        and not case.suspects.is_none
        and suspect.role in {"operand", "key", "message"}
        and suspect.kind == "str"
        and arrival.text == suspect.value
    )
