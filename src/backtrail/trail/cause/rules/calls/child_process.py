"""A program that this one started failed: what happened in it, where it was recorded too."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by
from backtrail.trail.cause.forms import pieces

INSIDE, OUTSIDE, LOOSE, TIE = 0.9, 0.8, 0.4, 0.3
KILLED = 0.5
"""A signal ended it: what it had told is not all."""
COMPLAINED = 0.45
"""It ended well, and yet wrote to its standard error."""
TELLING = {"CalledProcessError", "TimeoutExpired", "BrokenProcessPool", "ProcessError"}


def find(case: Case) -> Iterator[Finding]:
    """Yield the failure of a child: its own error where there is one, else how it ended."""
    pids = {fact.event.process: fact.body.get("pid") for fact in case.facts.of("process.started")}
    failed = [fact for fact in case.facts.of("subprocess.ended") if fact.body.get("exit_code")]
    named = _named(case, failed)
    for fact in failed:
        is_named = fact is named
        inner = _error_inside(case, pids, fact)
        base = (INSIDE if inner else OUTSIDE) if is_named else _loose(fact)
        tie = case.tie(inner or fact)
        evidence = [f"the program that was started ended with {fact.body.get('exit_code')}"]
        if inner is not None:
            evidence.append(f"in it, {inner.body.get('type')} was raised")
        if is_named:
            evidence.append("it is the one that the failure speaks of")
        yield Finding(
            kind="timeout" if fact.body.get("is_timeout") else "subprocess",
            fact=inner or fact,
            score=min(0.97, base + (0.05 if is_named else TIE * tie.strength)),
            evidence=[*evidence, *tied_by(tie)],
            against=[] if is_named else ["the failure does not speak of it"],
            between=[fact] if inner else [],
            suspect=tie.suspect,
        )
    yield from _complaints(case)
    yield from _of_workers(case, {each.at for each in failed})


def _loose(fact: Fact) -> float:
    """Return how likely a child matters that the failure does not speak of, by how it ended."""
    code = fact.body.get("exit_code")
    return KILLED if isinstance(code, int) and code < 0 else LOOSE


def _complaints(case: Case) -> Iterator[Finding]:
    """Yield children that ended with 0 and complained of something that the failure is about."""
    for fact in case.facts.of("subprocess.ended"):
        tie = case.tie(fact)
        is_about = tie.suspect is not None and tie.suspect.role != "outer"
        if fact.body.get("exit_code") == 0 and fact.body.get("stderr") and is_about:
            yield Finding(
                kind="subprocess",
                fact=fact,
                score=min(0.95, COMPLAINED + 0.5 * tie.strength),
                evidence=["it ended with 0, but wrote to its standard error", *tied_by(tie)],
                suspect=tie.suspect,
            )


def _named(case: Case, failed: list[Fact]) -> Fact | None:
    """Return the child that the error is about: the last whose command its message holds."""
    telling = [each.info for each in case.suspects.failing if each.info.type in TELLING]
    if not telling:
        return None
    said = set(pieces(" ".join(info.message for info in telling)))
    fitting = [
        fact
        for fact in failed
        if (words := pieces(" ".join(map(str, fact.body.get("command") or []))))
        and said.issuperset(words)
    ]
    return next(reversed(fitting or failed), None)


def _error_inside(case: Case, pids: dict[str, object], fact: Fact) -> Fact | None:
    """Return the error that ended a child, where the child was recorded."""
    inside = [
        error
        for error in case.facts.of("error.raised")
        if pids.get(error.event.process) == fact.body.get("pid")
        and error.event.process != fact.event.process
    ]
    unhandled = [error for error in inside if not error.body.get("is_handled")]
    return next(reversed(unhandled or inside), None)


def _of_workers(case: Case, known: set[int]) -> Iterator[Finding]:
    """Yield errors of other processes of the trace, as those of a pool are."""
    own = case.facts.error.process
    for error in case.facts.of("error.raised"):
        if error.event.process == own or error.at in known or error.body.get("is_handled"):
            continue
        tie = case.tie(error)
        yield Finding(
            kind="subprocess",
            fact=error,
            score=LOOSE + TIE * tie.strength,
            evidence=["another process of the same trace failed before", *tied_by(tie)],
            suspect=tie.suspect,
        )
