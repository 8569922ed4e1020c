"""Something that was not to change became another: a default, a class, a module, a folder."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by

DEFAULT, SHARED, CONSTANT, VARIABLE, ASSIGNED, TRACKED = 0.5, 0.3, 0.3, 0.18, 0.02, 0.4
"""How likely a change matters: of a default argument, which nobody means to change; of a class's
attribute; of a module's constant; of its variable, which is there to change; of an assignment,
which is what programs are made of."""
TIE, ASSIGNED_TIE = 0.45, 0.3
TAKEN_AWAY = 0.6
"""The very key that was missed was taken away."""
REORDERED = 0.4
"""Added where a list has the same items in another order: who else holds it may count on that."""
MOVED, LOST_FILE = 0.3, 0.52
MISSING_FILES = {"FileNotFoundError", "NotADirectoryError"}


def find(case: Case) -> Iterator[Finding]:
    """Yield changes of state that are tied to the failure."""
    for fact in case.facts.of("state.changed"):
        tie = case.tie(fact)
        taken = _taken_away(case, fact)
        share = ASSIGNED_TIE if fact.body.get("how") == "assigned" else TIE
        score = TAKEN_AWAY if taken else _base(fact) + share * tie.strength
        is_reordered = _is_reordered(fact)
        score += REORDERED if is_reordered else 0.0
        yield Finding(
            kind="state_change",
            fact=fact,
            score=min(0.95, score),
            evidence=[
                *([f"it took {taken!r} away"] if taken else _how(fact)),
                *(["it put the same items into another order"] if is_reordered else []),
                *tied_by(tie),
            ],
            against=[] if taken or tied_by(tie) else ["nothing ties it to the failure"],
            suspect=tie.suspect,
        )
    yield from _moves(case)


def _base(fact: Fact) -> float:
    """Return how likely a change of this sort matters, by what it is that changed."""
    how = fact.body.get("how")
    if how != "declared":
        return TRACKED if how == "tracked" else ASSIGNED
    place = fact.body.get("caller") or {}
    owner, _, name = str(fact.body.get("name", "")).rpartition(".")
    if owner.rpartition(".")[2] == str(place.get("function", "")).rpartition(".")[2]:
        return DEFAULT
    module = str(place.get("file", "")).rpartition("/")[2].partition(".")[0]
    if owner.rpartition(".")[2] != module:
        return SHARED
    return CONSTANT if name.isupper() else VARIABLE


def _is_reordered(fact: Fact) -> bool:
    """Tell whether a change only put the items of a list into another order."""
    before, after = fact.body.get("before"), fact.body.get("after")
    if not isinstance(before, list) or not isinstance(after, list) or before == after:
        return False
    return sorted(map(repr, before)) == sorted(map(repr, after))


def _taken_away(case: Case, fact: Fact) -> str | None:
    """Return the key that was missed, if a change took it away."""
    if not case.suspects.is_key_missing:
        return None
    keys = {suspect.value for suspect in case.suspects.values if suspect.role == "key"}
    for change in fact.body.get("patch") or ():
        if isinstance(change, dict) and change.get("op") == "remove":
            last = str(change.get("path", "")).rpartition("/")[2]
            if last in keys:
                return last
    return None


def _how(fact: Fact) -> list[str]:
    body = fact.body
    if body.get("how") == "declared":
        return [
            f"`{body.get('name')}` is not what the source declares: it is shared and was changed"
        ]
    return [f"`{body.get('name')}` was changed here"]


def _moves(case: Case) -> Iterator[Finding]:
    """Yield the change of the working directory that was never undone before the error."""
    is_lost = any(each.info.type in MISSING_FILES for each in case.suspects.failing)
    by_process: dict[str, list[Fact]] = {}
    for fact in case.facts.of("directory.changed"):
        by_process.setdefault(fact.event.process, []).append(fact)
    for moves in by_process.values():
        home = moves[0].body.get("before")
        back = max(
            (at for at, fact in enumerate(moves) if fact.body.get("after") == home), default=-1
        )
        if back + 1 < len(moves):
            left, later = moves[back + 1], moves[back + 2 :]
            yield Finding(
                kind="state_change",
                fact=left,
                score=MOVED + (LOST_FILE if is_lost else 0.0) + 0.1 * case.tie(left).strength,
                evidence=[
                    "the process went to another folder, and never came back",
                    *tied_by(case.tie(left)),
                ],
                against=[] if is_lost else ["the failure is not about a file that is missing"],
                between=later,
            )
    if is_lost:
        yield from _removed(case)


def _removed(case: Case) -> Iterator[Finding]:
    """Yield what took away a file that was then missed."""
    for fact in case.facts.of("file.changed"):
        tie = case.tie(fact)
        if fact.body.get("action") in {"removed", "renamed"} and tie.value > 0.3:  # noqa: PLR2004 - less is chance
            yield Finding(
                kind="state_change",
                fact=fact,
                score=0.45 + 0.45 * tie.value,
                evidence=["the file that is missing was taken away here", *tied_by(tie)],
                suspect=tie.suspect,
            )
