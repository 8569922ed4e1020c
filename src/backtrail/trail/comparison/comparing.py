"""Compares two traces that the store holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event
from backtrail.model.limits.reading import DIFFERENCES_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.trail.comparison.alignment import Pair, aligned_twice
from backtrail.trail.comparison.difference import (
    ChangedValue,
    Comparison,
    SlowerName,
    StepShown,
    TraceBrief,
    first_divergence,
)
from backtrail.trail.comparison.steps import STEP_KINDS, Key, Lane, Step, Steps, steps
from backtrail.trail.comparison.values import differing
from backtrail.trail.moment import moment_text
from backtrail.trail.views.performance import KINDS as TIME_KINDS
from backtrail.trail.views.performance import PerformanceReader
from backtrail.trail.views.timing.names import NameTime
from backtrail.trail.wording import trace_name

ERRORS_MAX = 10
SAME_NAME_LIKENESS_MIN = 0.2
"""Likeness below which even traces of one name are taken for different operations."""
OTHER_NAME_LIKENESS_MIN = 0.6
"""Likeness from which traces of different names are taken for one operation."""
SLOWER_RATIO_MIN = 1.5
SLOWER_MS_MIN = 5.0
"""How much longer something must take to be called slower: by ratio, and at all."""


def compare(catalog: Catalog, left_id: str, right_id: str) -> Comparison:
    """Compare two traces, by their full ids; the left one is what to compare with.

    Raises:
        NotFoundError: one of them is not there.
    """
    left, right = _side(catalog, left_id), _side(catalog, right_id)
    pairs = list(_pairs(left.told, right.told))
    return _compared(left, right, pairs)


class _Side(Struct, kw_only=True):
    """One trace, read for the comparison."""

    summary: TraceSummary
    told: Steps
    times: list[NameTime]
    errors: list[str]


def _side(catalog: Catalog, trace_id: str) -> _Side:
    summary = reading.trace_summary(catalog, trace_id)
    clock = PerformanceReader()

    def watched(events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            clock.take(event)
            yield event

    told = steps(watched(reading.events(catalog, trace_id, kinds=STEP_KINDS | TIME_KINDS)))
    performance = clock.view()
    errors = reading.errors(catalog, trace_id=trace_id, limit=ERRORS_MAX)
    return _Side(
        summary=summary,
        told=told,
        times=[*performance.spans, *performance.calls],
        errors=[f"{error.type}: {error.message}".rstrip(": ") for error in errors],
    )


def _pairs(left: Steps, right: Steps) -> Iterator[tuple[Step, Step]]:
    """Pair the steps of threads and tasks that stand for one another."""
    ours, theirs = _lanes(left), _lanes(right)
    paired: list[tuple[Step, Step]] = []
    for lane, one in ours.items():
        other = theirs.get(lane, [])
        paired += [(one[at], other[to]) for at, to in _aligned(one, other)]
    yield from paired
    yield from _elsewhere(left, right, paired)


def _elsewhere(
    left: Steps, right: Steps, paired: Iterable[tuple[Step, Step]]
) -> Iterator[tuple[Step, Step]]:
    """Pair what is left and equal: workers of a pool take one another's work."""
    lefts, rights = set(), set()
    for one, other in paired:
        lefts.add(one.position)
        rights.add(other.position)
    waiting: dict[tuple[Key, bytes], list[Step]] = {}
    for step in reversed(right.steps):
        if step.position not in rights:
            waiting.setdefault(_exact(step), []).append(step)
    for step in left.steps:
        if step.position not in lefts and (equal := waiting.get(_exact(step))):
            yield step, equal.pop()


def _lanes(told: Steps) -> dict[tuple[str, int], list[Step]]:
    """Divide steps by who took them; the first thread of a name stands for the first, and so on."""
    by_lane: dict[Lane, list[Step]] = {}
    for step in told.steps:
        by_lane.setdefault(step.lane, []).append(step)
    programs = _numbered({process: told.roles.get(process, "") for process, _, _ in by_lane})
    numbers: dict[str, int] = {}
    lanes: dict[tuple[str, int], list[Step]] = {}
    for (process, thread, task), taken in by_lane.items():
        label = f"{programs[process]} {_without_numbers(thread)} {_without_numbers(task)}"
        number = numbers[label] = numbers.get(label, -1) + 1
        lanes[label, number] = taken
    return lanes


def _numbered(roles: Mapping[str, str]) -> dict[str, str]:
    """Tell processes that run one command apart, by the order in which they come."""
    numbers: dict[str, int] = {}
    told = {}
    for process, role in roles.items():
        numbers[role] = numbers.get(role, 0) + 1
        told[process] = f"{role}#{numbers[role]}"
    return told


def _without_numbers(name: str) -> str:
    return "".join("#" if char.isdigit() else char for char in name)


def _aligned(left: Sequence[Step], right: Sequence[Step]) -> list[Pair]:
    exact = ([_exact(step) for step in left], [_exact(step) for step in right])
    return aligned_twice(exact, ([step.key for step in left], [step.key for step in right]))


def _exact(step: Step) -> tuple[Key, bytes]:
    return step.key, msgspec.json.encode(step.values)


def _compared(left: _Side, right: _Side, pairs: list[tuple[Step, Step]]) -> Comparison:
    pairs.sort(key=lambda pair: pair[0].position)
    changed: list[tuple[float, ChangedValue]] = []
    alike: list[float] = []
    for one, other in pairs:
        parts = differing(one.values, other.values)
        if not parts:
            alike.append(one.position)
        changed += [
            (
                one.position,
                ChangedValue(
                    left=_shown(one),
                    right=_shown(other),
                    path=part.path,
                    left_value=part.left,
                    right_value=part.right,
                ),
            )
            for part in parts
        ]
    missing = _missing(left, pairs)
    extra = _extra(right, pairs)
    total = len(left.told.steps) + len(right.told.steps)
    likeness = 2 * len(pairs) / total if total else 1.0
    is_same = _is_same(left.summary, right.summary, likeness)
    cut = [len(part) - DIFFERENCES_MAX for part in (changed, missing, extra)]
    return Comparison(
        left=_brief(left),
        right=_brief(right),
        is_same_operation=is_same,
        likeness=likeness,
        first_divergence=first_divergence(changed, missing, extra, alike=alike),
        changed=[value for _, value in changed[:DIFFERENCES_MAX]],
        missing=[step for _, step in missing[:DIFFERENCES_MAX]],
        extra=[step for _, step in extra[:DIFFERENCES_MAX]],
        slower=_slower(left.times, right.times),
        notes=list(_notes(left, right, likeness, cut=cut, is_same=is_same)),
    )


def _missing(left: _Side, pairs: list[tuple[Step, Step]]) -> list[tuple[float, StepShown]]:
    paired = {one.position for one, _ in pairs}
    return [
        (step.position, _shown(step)) for step in left.told.steps if step.position not in paired
    ]


def _extra(right: _Side, pairs: list[tuple[Step, Step]]) -> list[tuple[float, StepShown]]:
    """Return the steps that only the right one has, where they would be in the left one."""
    places = {other.position: one.position for one, other in pairs}
    found: list[tuple[float, StepShown]] = []
    at = -1.0
    for step in right.told.steps:
        if step.position in places:
            at = max(at, places[step.position])
        else:
            found.append((at + 0.5, _shown(step)))
    return found


def _shown(step: Step) -> StepShown:
    return StepShown(
        event_id=step.event_id,
        kind=step.kind,
        text=step.text,
        where=step.where,
        after_ms=step.after_ns / NS_PER_MS,
    )


def _is_same(left: TraceSummary, right: TraceSummary, likeness: float) -> bool:
    is_named_alike = trace_name(left.name, left.command) == trace_name(right.name, right.command)
    return likeness >= (SAME_NAME_LIKENESS_MIN if is_named_alike else OTHER_NAME_LIKENESS_MIN)


def _brief(side: _Side) -> TraceBrief:
    summary = side.summary
    return TraceBrief(
        trace_id=summary.trace_id,
        name=trace_name(summary.name, summary.command),
        status=summary.status,
        time=moment_text(summary.start_unix_ns),
        took_ms=summary.took_ms,
        events=summary.events,
        errors=side.errors,
        steps=len(side.told.steps),
    )


def _slower(left: Sequence[NameTime], right: Sequence[NameTime]) -> list[SlowerName]:
    before = {(time.sort, time.name): time for time in left}
    found = []
    for time in right:
        known = before.get((time.sort, time.name))
        if known is None or known.spread is None or time.spread is None:
            continue
        was, now = known.spread.p50, time.spread.p50
        if now - was >= SLOWER_MS_MIN and now >= was * SLOWER_RATIO_MIN:
            found.append(
                SlowerName(
                    name=time.name,
                    sort=time.sort,
                    left_count=known.count,
                    right_count=time.count,
                    left_ms=was,
                    right_ms=now,
                    left_total_ms=known.total_ms,
                    right_total_ms=time.total_ms,
                )
            )
    return sorted(found, key=lambda one: (one.left_ms - one.right_ms, one.name))


def _notes(
    left: _Side, right: _Side, likeness: float, *, cut: Sequence[int], is_same: bool
) -> Iterator[str]:
    if left.summary.trace_id == right.summary.trace_id:
        yield "both are the same trace"
    elif not is_same:
        yield (
            f"these do not look like runs of one operation: {likeness:.0%} of the steps are alike; "
            "what follows compares unlike things"
        )
    yield from _doubts(left, "left")
    yield from _doubts(right, "right")
    for number, what in zip(cut, ("changed values", "missing steps", "extra steps"), strict=True):
        if number > 0:
            yield f"{number:,} further {what} are not listed"


def _doubts(side: _Side, name: str) -> Iterator[str]:
    """Say what makes a trace less than whole."""
    if side.told.cut:
        yield f"of the {name} trace {side.told.cut:,} steps were not compared: it is too long"
    if not side.told.steps:
        yield f"the {name} trace holds nothing that could be compared"
    if side.summary.dropped:
        yield f"of the {name} trace {side.summary.dropped:,} events were lost while recording"
    if side.summary.is_live:
        yield f"the {name} trace is still running"
