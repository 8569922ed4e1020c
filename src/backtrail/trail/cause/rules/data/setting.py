"""A variable of the environment, or a line of a settings file, that reached the failing code."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import GENERIC, Case, Finding, tied_by
from backtrail.trail.cause.forms import leaves
from backtrail.trail.cause.kinds import is_configuration, kind_of
from backtrail.trail.cause.suspects import distinctness
from backtrail.trail.cause.values import words_of

NAMED_AND_EQUAL, EQUAL, NAMED, UNSET = 0.5, 0.34, 0.34, 0.36
UNHEEDED = 0.46
"""A line of a settings file that did not arrive."""
OVERRIDES = 0.35
CONTRARY = 0.84
"""A text such as `false` that became true."""
EMPTY = 0.3
FAILING = 0.42
"""Added to one that is missing, by how near its name is to what failed."""
OWN = 0.2
"""Taken off a variable that the program set itself."""
FALSE = frozenset({"false", "no", "off", "0", "none", "null", "disabled"})
FROM_A_FILE = 0.22
"""How much less a settings file weighs than a variable: most of its lines are right."""
DISTINCT_MIN = 0.5


def find(case: Case) -> Iterator[Finding]:
    """Yield the settings whose values the frames of the error held under a like name."""
    files = [
        fact
        for fact in case.facts.of("file.opened")
        if is_configuration(str(fact.body.get("path", ""))) and fact.body.get("content")
    ]
    for fact in case.facts.of("environment.read", "environment.changed"):
        name, value = str(fact.body.get("name", "")), fact.body.get("value", fact.body.get("after"))
        if not isinstance(value, str):
            yield from _unset(case, fact, name)
            continue
        held = _contrary(case, name, value) or _held_as(case, name, value)
        if held is None:
            continue
        score, evidence = held
        if not value.strip():
            score, evidence = score + EMPTY, [*evidence, f"{name} is set, but to nothing"]
        if fact.kind == "environment.changed":
            score -= OWN
        conflict = next((shown for file in files if (shown := _other(file, name, value))), None)
        if conflict is not None:
            score += OVERRIDES
            evidence = [*evidence, f"it overrides {conflict}"]
        yield _finding(case, fact, score, evidence)
    yield from _of_files(case, files)
    for file in files:
        yield from _unheeded(case, file)


def _finding(case: Case, fact: Fact, score: float, evidence: list[str]) -> Finding:
    tie = case.tie(fact)
    return Finding(
        kind=kind_of(fact),
        fact=fact,
        score=min(0.95, score + 0.1 * tie.strength),
        evidence=[*evidence, *tied_by(tie)],
        suspect=tie.suspect,
    )


def _held_as(case: Case, name: str, value: str) -> tuple[float, list[str]] | None:
    """Return how well a setting is found again in the variables of the error's frames."""
    words = set(words_of(name))
    best: tuple[float, list[str]] | None = None
    for held_name, held in case.suspects.held:
        last = set(words_of(held_name.rpartition(".")[2])) - GENERIC
        is_named = bool(last) and last <= words
        is_equal = held == value or held.casefold() == value.strip().casefold()
        if is_named and is_equal:
            return NAMED_AND_EQUAL, [f"`{held_name}` in the failure's frames is {value!r} from it"]
        if is_equal and distinctness(value) >= DISTINCT_MIN and best is None:
            best = EQUAL, [f"`{held_name}` in the failure's frames has its value {value!r}"]
        elif is_named and len(last) > 1 and best is None:
            best = NAMED, [f"`{held_name}` in the failure's frames has its name"]
    return best


def _contrary(case: Case, name: str, value: str) -> tuple[float, list[str]] | None:
    """Tell whether a switch that says no was taken for yes, as any text that is not empty is."""
    if value.strip().casefold() not in FALSE:
        return None
    words = set(words_of(name))
    for held_name, held in case.suspects.held:
        last = set(words_of(held_name.rpartition(".")[2])) - GENERIC
        if held == "True" and last and last <= words:
            return CONTRARY, [f"{name} is {value!r}, and `{held_name}` in the failure is True"]
    return None


def _unset(case: Case, fact: Fact, name: str) -> Iterator[Finding]:
    """Yield a variable that was asked for and not there: what stood in for it may be wrong."""
    words = set(words_of(name)) - GENERIC
    nearest, shown = 0.0, ""
    for suspect in case.suspects.values:
        last = set(words_of(suspect.name.rpartition(".")[2])) - GENERIC
        if suspect.role != "message" and last and last <= words and suspect.weight > nearest:
            nearest, shown = min(1.0, suspect.weight * 1.3), suspect.name
    if case.suspects.is_none:
        none = [held for held in case.suspects.nothing if set(words_of(held)) & words]
        nearest, shown = (0.8, none[0]) if none and nearest < 0.8 else (nearest, shown)  # noqa: PLR2004 - as near as a value
    if nearest > 0:
        evidence = [f"{name} is not set, and `{shown}` of the failure has its name"]
        yield Finding(kind="env", fact=fact, score=UNSET + FAILING * nearest, evidence=evidence)


def _other(file: Fact, name: str, value: str) -> str | None:
    """Return what a settings file says otherwise under the same name."""
    words = set(words_of(name))
    for line in str(file.body.get("content")).splitlines():
        key, equals, given = line.partition("=")
        if not equals:
            key, equals, given = line.partition(":")
        said = set(words_of(key)) - GENERIC
        if equals and said and said <= words and given.strip(" \t\"',") != value:
            return f"`{line.strip()}` of {str(file.body.get('path')).rpartition('/')[2]}"
    return None


def _of_files(case: Case, files: list[Fact]) -> Iterator[Finding]:
    """Yield settings files of which a line is found again in the variables."""
    overridden = {
        word
        for fact in case.facts.of("environment.read")
        if isinstance(fact.body.get("value"), str)
        for word in words_of(str(fact.body.get("name")))
    }
    for file in files:
        for key, value in _lines(file):
            held = _held_as(case, key, value)
            if held is None or held[0] < NAMED_AND_EQUAL or set(words_of(key)) <= overridden:
                continue
            yield _finding(case, file, held[0] - FROM_A_FILE, held[1])
            break


def _unheeded(case: Case, file: Fact) -> Iterator[Finding]:
    """Yield a settings file of which a line did not reach the variable of its name."""
    given: dict[frozenset[str], list[str]] = {}
    for key, value in _lines(file):
        if value and not value.startswith(("{", "[")):
            given.setdefault(frozenset(words_of(key)) - GENERIC, []).append(value)
    for held_name, held in case.suspects.held:
        words = frozenset(words_of(held_name.rpartition(".")[2])) - GENERIC
        values = given.get(words) if words else None
        if values and not any(held.casefold() == value.casefold() for value in values):
            said = f"it says {values[0]!r} under the name of `{held_name}`, which is {held!r}"
            yield _finding(case, file, UNHEEDED, [said])
            return


def _lines(file: Fact) -> Iterator[tuple[str, str]]:
    content = str(file.body.get("content"))
    for name, text in leaves(content):
        if name:
            yield name, text
    for line in content.splitlines():
        for mark in ("=", ":"):
            key, found, given = line.partition(mark)
            if found and key.strip():
                yield key.strip(" \t\"'"), given.strip(" \t\"',")
                break
