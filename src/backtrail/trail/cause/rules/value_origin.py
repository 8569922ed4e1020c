"""Where a suspect value first came into the program: an answer, a file, a variable, an argument.

What a program computes from good input is not wrong because it was read somewhere; so this weighs
little for files, more for services, and most for a model whose answer holds a value that nothing
before it held, or for a value that came with the type that the failure complains of.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding
from backtrail.trail.cause.forms import PIECED
from backtrail.trail.cause.kinds import kind_of
from backtrail.trail.cause.suspects import Suspect

BASES: dict[str, float] = {
    "llm.called": 0.5, "http.called": 0.5, "environment.read": 0.5, "process.started": 0.55,
    "subprocess.ended": 0.45, "file.opened": 0.36, "clock.read": 0.4, "state.changed": 0.4,
}  # fmt: skip
WEIGHT_MIN = 0.3
INVENTED, TYPED, ECHOED = 0.35, 0.4, 0.4


def find(case: Case) -> Iterator[Finding]:
    """Yield the event by which each suspect value came in."""
    for suspect in case.suspects.values:
        if suspect.weight < WEIGHT_MIN:
            continue
        seen = case.holding(suspect)
        sources = [
            (fact, level, text)
            for fact, level, text, is_in in seen
            if is_in and fact.kind in BASES and fact.body.get("mode", "read") == "read"
        ]
        if sources:
            fact, level, text = sources[0]
            earlier = [found for found, *_ in seen if found.at < fact.at and found.kind in BASES]
            later = [found for found, *_ in seen if found.at > fact.at]
            yield _finding(case, suspect, fact, level=level, text=text, around=(earlier, later))


def _finding(
    case: Case,
    suspect: Suspect,
    fact: Fact,
    *,
    level: float,
    text: str,
    around: tuple[list[Fact], list[Fact]],
) -> Finding:
    earlier, later = around
    base = BASES[fact.kind]
    evidence = [_first_seen(suspect, text, level)]
    against: list[str] = []
    if fact.kind == "llm.called" and not earlier and not _is_asked_with(fact, text):
        base += INVENTED
        evidence.append("nothing that the program had before holds it: the model made it up")
    if _has_its_type(case, suspect, text):
        base += TYPED
        evidence.append(f"it came as text, and the failure is about the type of `{suspect.name}`")
    if earlier:
        base *= ECHOED
        against.append("the program itself had sent the value before")
    elif level < PIECED:
        against.append("only a part of the value stands in it")
    if fact.kind == "file.opened":
        against.append("a value that stands in a file may be right")
    return Finding(
        kind=kind_of(fact),
        fact=fact,
        score=min(0.95, base) * min(1.0, suspect.weight * 1.1) * level,
        evidence=evidence,
        against=against,
        between=later,
        suspect=suspect,
    )


def _first_seen(suspect: Suspect, text: str, level: float) -> str:
    where = f"`{suspect.name}` of the failure" if suspect.role != "message" else "the message"
    if level == 1.0:
        return f"{suspect.value!r}, {where}, first appears here"
    return f"{suspect.value!r}, {where}, first appears here, as {text[:200]!r}"


def _is_asked_with(fact: Fact, text: str) -> bool:
    return any(text and text in sent for _, sent in fact.went_out)


def _has_its_type(case: Case, suspect: Suspect, text: str) -> bool:
    """Tell whether a text that should have been a number, or the like, came in as that text."""
    is_operand = suspect.role in {"operand", "key", "message"}
    return (
        case.suspects.has_wrong_type
        and is_operand
        and suspect.kind == "str"
        and text == suspect.value
    )
