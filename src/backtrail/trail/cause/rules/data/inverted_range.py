"""Two ends of a range that came in the wrong way round: a first day behind the last one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding
from backtrail.trail.cause.forms import Sought
from backtrail.trail.cause.kinds import kind_of
from backtrail.trail.cause.values import words_of

ENDS = {
    "first": "last", "start": "end", "from": "to", "since": "until", "begin": "end", "low": "high",
    "lower": "upper", "min": "max", "minimum": "maximum", "earliest": "latest", "floor": "ceiling",
}  # fmt: skip
SCORE = 0.82
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?\Z")
_CARRIERS = ("process.started", "environment.read", "http.called", "llm.called", "file.opened")


def find(case: Case) -> Iterator[Finding]:
    """Yield the event that brought both ends of a range which the failure holds inverted."""
    held = dict(case.suspects.held)
    for name, low in held.items():
        other = _other_end(name)
        high = held.get(other) if other else None
        if other is None or high is None or not _is_behind(low, high):
            continue
        fact = _brought_by(case, low, high)
        if fact is not None:
            yield Finding(
                kind=kind_of(fact),
                fact=fact,
                score=SCORE,
                evidence=[f"`{name}` is {low}, which lies behind `{other}`, {high}"],
            )


def _other_end(name: str) -> str | None:
    """Return the name of the other end of a range, if a name is that of its beginning."""
    last = words_of(name.rpartition(".")[2])
    word = next((word for word in last if word in ENDS), None)
    if word is None:
        return None
    at = name.casefold().rfind(word)
    return f"{name[:at]}{ENDS[word]}{name[at + len(word) :]}"


def _is_behind(low: str, high: str) -> bool:
    if _DATE.match(low) and _DATE.match(high):
        return low > high
    try:
        return float(low) > float(high)
    except ValueError:
        return False


def _brought_by(case: Case, low: str, high: str) -> Fact | None:
    one, other = Sought(low), Sought(high)
    for fact in case.facts.of(*_CARRIERS):
        texts = [text for _, text in fact.came_in]
        if any(one.level(text) for text in texts) and any(other.level(text) for text in texts):
            return fact
    return None
