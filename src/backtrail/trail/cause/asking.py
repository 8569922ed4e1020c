"""Asks why a trace failed: reads its events, lets every rule look, and ranks what they found.

Nothing here is learned or guessed by a model: the same trace gives the same answer, at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from backtrail.model.event import Event
from backtrail.model.kinds import ErrorRaised
from backtrail.model.limits.reading import CANDIDATES_MAX, CHAIN_STEPS_MAX, FACTS_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.trail.cause.answer import Candidate, Step, Why
from backtrail.trail.cause.facts import Fact, Facts
from backtrail.trail.cause.finding import Case, Finding, Rule
from backtrail.trail.cause.rules import all_rules
from backtrail.trail.cause.shown import as_place, event_shown, place_of, where_text
from backtrail.trail.cause.sifting import sieve
from backtrail.trail.cause.suspects import Suspects, suspects
from backtrail.trail.comparison.comparing import compare
from backtrail.trail.comparison.difference import Comparison
from backtrail.trail.failure import error_body, innermost_app_frame
from backtrail.trail.wording import describe

SCORE_MIN = 0.42
"""Less is not named: a wrong cause costs more time than none."""
BESIDE_MIN = 0.3
"""What stands behind a candidate that is named may be weaker."""
AGREED = 0.04
"""Added for each further rule that found the same event."""
COMPARED_EVENTS_MAX = 20_000
"""Traces that are longer are compared only when asked to."""
EARLIER_MAX = 50
"""Earlier traces among which one that went well is looked for."""
SAID_CHARS_MAX = 300
ERRORS_MAX = 1_000


def why(
    catalog: Catalog, trace_id: str, *, error_id: str | None = None, good_id: str | None = None
) -> Why:
    """Name the likely causes of a trace's failure, or of one of its errors.

    Args:
        catalog: the store, brought up to date.
        trace_id: a trace, by its full id.
        error_id: one of its errors, by its full id; else the one that its story begins with.
        good_id: a trace of the same operation that went well, by its full id; else the last one
            that is not too long.
    """
    errors = list(reading.events(catalog, trace_id, kinds=("error.raised",), limit=ERRORS_MAX))
    error = _chosen(errors, error_id)
    if error is None:
        return _nothing(trace_id, "the trace holds no error")
    is_long = reading.trace_summary(catalog, trace_id).events > FACTS_MAX
    wanted = sieve(suspects(error_body(error))) if is_long else None
    events = reading.events(catalog, trace_id, wanted=wanted)
    good_id = good_id or _last_good(catalog, trace_id)
    good = compare(catalog, good_id, trace_id) if good_id else None
    return ask(events, error, good=good)


def _last_good(catalog: Catalog, trace_id: str) -> str | None:
    """Return the last trace of the same name before one that ended well, if both are short."""
    failed = reading.trace_summary(catalog, trace_id)
    if failed.events > COMPARED_EVENTS_MAX:
        return None
    for trace in reading.traces(catalog, TraceFilter(name=failed.name, limit=EARLIER_MAX)):
        is_like = trace.name == failed.name and trace.trace_id != trace_id
        is_before = trace.start_unix_ns < failed.start_unix_ns
        is_good = trace.status == "ok" and not trace.errors and not trace.is_live
        if is_like and is_before and is_good and trace.events <= COMPARED_EVENTS_MAX:
            return trace.trace_id
    return None


def ask(
    events: Iterable[Event],
    error: Event,
    *,
    good: Comparison | None = None,
    rules: dict[str, Rule] | None = None,
) -> Why:
    """Name the likely causes of an error among the events of its trace, in the order of time."""
    body = error_body(error)
    sought = suspects(body)
    facts = Facts(events, error)
    case = Case(body, facts, sought, good)
    found: list[tuple[str, Finding]] = []
    for name, rule in (rules or all_rules()).items():
        found.extend((name, finding) for finding in rule(case))
    candidates = [_candidate(case, error, *merged) for merged in _ranked(found)]
    frame = innermost_app_frame(body.frames)
    notes = [] if candidates else ["nothing that was recorded before the error explains it"]
    if facts.cut:
        notes.append(f"{facts.cut:,} of {facts.read:,} events, in the middle, were not looked at")
    return Why(
        trace_id=error.trace_id,
        error_id=body.error_id,
        error=f"{body.type}: {body.message}".rstrip(": "),
        where=where_text({"file": frame.file, "function": frame.qualified}) if frame else None,
        suspects=_sought_text(sought),
        candidates=candidates,
        note="; ".join(notes) or None,
        events_read=facts.read,
        compared_with=good.left.trace_id if good else None,
    )


def _nothing(trace_id: str, note: str) -> Why:
    return Why(
        trace_id=trace_id,
        error_id=None,
        error=None,
        where=None,
        suspects=[],
        candidates=[],
        note=note,
    )


def _chosen(errors: list[Event], error_id: str | None) -> Event | None:
    """Return the error to explain: the last that nothing handled, in the process that began it."""
    if error_id is not None:
        return next((e for e in errors if e.body.get("error_id") == error_id), None)
    parts = {
        info.get("error_id")
        for error in errors
        for info in (error.body.get("chain") or [])[1:]
        if isinstance(info, dict)
    }
    whole = [error for error in errors if error.body.get("error_id") not in parts]
    ordered = sorted(
        whole or errors,
        key=lambda error: (not error.body.get("is_handled"), error.time_unix_ns),
    )
    return ordered[-1] if ordered else None


def _ranked(found: list[tuple[str, Finding]]) -> list[tuple[Finding, list[str]]]:
    """Bring findings of one event together, and order them, the best first, with their rules."""
    by_event: dict[int, list[tuple[str, Finding]]] = {}
    for name, finding in found:
        by_event.setdefault(finding.fact.at, []).append((name, finding))
    merged = []
    for group in by_event.values():
        group.sort(key=lambda pair: -pair[1].score)
        best = group[0][1]
        names = list(dict.fromkeys(name for name, _ in group))
        score = min(0.99, best.score + AGREED * (len(names) - 1))
        merged.append((score, best, names))
    merged.sort(key=lambda row: (-row[0], row[1].fact.at))
    has_one = bool(merged) and merged[0][0] >= SCORE_MIN
    named = [row for row in merged if row[0] >= BESIDE_MIN] if has_one else []
    shown = named[:CANDIDATES_MAX]
    return [(structs.replace(one, score=score), names) for score, one, names in shown]


def _candidate(case: Case, error: Event, finding: Finding, rules: list[str]) -> Candidate:
    fact = finding.fact
    place = place_of(fact, case.facts)
    said = describe(fact.kind, fact.body)[:SAID_CHARS_MAX]
    return Candidate(
        kind=finding.kind,
        event=event_shown(fact.event, error, text=finding.text),
        where=where_text(place),
        place=as_place(place),
        score=round(finding.score, 3),
        summary=finding.text[:SAID_CHARS_MAX] if finding.text else said,
        evidence=finding.evidence,
        against=finding.against,
        chain=_chain(case, finding, place),
        rules=rules,
    )


def _chain(case: Case, finding: Finding, place: dict[str, object] | None) -> list[Step]:
    """Lead from the origin to the crash: the event, what carried it on, the frame that failed."""
    first = finding.fact
    between = sorted(
        {fact.at: fact for fact in [*finding.between, *_carriers(case, finding)]}.values(),
        key=lambda fact: fact.at,
    )
    after = [fact for fact in between if fact.at > first.at][: CHAIN_STEPS_MAX - 2]
    before = [fact for fact in between if fact.at < first.at][-2:]
    steps = [_step(fact) for fact in before]
    steps.append(Step(event_id=first.event.event_id, where=where_text(place), text=_said(first)))
    steps += [_step(fact) for fact in after]
    steps.append(_crash(case.error))
    return steps


def _carriers(case: Case, finding: Finding) -> list[Fact]:
    """Return later events that show the same suspect value."""
    if finding.suspect is None:
        return []
    seen = [fact for fact, *_ in case.holding(finding.suspect) if fact.at > finding.fact.at]
    return seen[: CHAIN_STEPS_MAX // 2]


def _step(fact: Fact) -> Step:
    place = fact.calls[0] if fact.calls else None
    return Step(event_id=fact.event.event_id, where=where_text(place), text=_said(fact))


def _said(fact: Fact) -> str:
    return describe(fact.kind, fact.body)[:SAID_CHARS_MAX]


def _crash(error: ErrorRaised) -> Step:
    frame = innermost_app_frame(error.frames)
    where = where_text({"file": frame.file, "function": frame.qualified}) if frame else None
    code = f" at `{frame.code}`" if frame and frame.code else ""
    text = f"{error.type}: {error.message}".rstrip(": ")[:SAID_CHARS_MAX]
    return Step(event_id=None, where=where, text=f"{text}{code}")


def _sought_text(sought: Suspects) -> list[str]:
    return [
        f"{suspect.value[:SAID_CHARS_MAX]!r} ({suspect.name})"
        if suspect.name
        else repr(suspect.value)
        for suspect in sought.values[:10]
    ]
