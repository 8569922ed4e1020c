"""Two traces beside one another, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backtrail.cli.failure_text import Page
from backtrail.cli.text import STATUS_TONES, counted, cut, table, tone, wrap
from backtrail.model.event import Json
from backtrail.store.lookup import short_ids
from backtrail.trail.comparison.difference import (
    ChangedValue,
    Comparison,
    Divergence,
    SlowerName,
    StepShown,
    TraceBrief,
)
from backtrail.trail.comparison.values import MISSING
from backtrail.trail.moment import duration_text
from backtrail.trail.value import value_text

NAME_CHARS_MAX = 40
VALUE_LINES_MAX = 3
PARTS = {
    "missing": "the right one does not do what the left one does here",
    "extra": "the right one does what the left one does not",
    "changed": "a value differs",
}


def comparison_lines(found: Comparison, page: Page, *, limit: int) -> Iterator[str]:
    """Yield the page: both traces, where they part, then all differences by sort."""
    short = short_ids([found.left.trace_id, found.right.trace_id])
    yield from _brief_lines("left", found.left, short, page)
    yield from _brief_lines("right", found.right, short, page)
    for note in found.notes:
        for line in wrap(note, page.width, 2):
            yield tone(line, "warn")
    yield ""
    if found.first_divergence is None and not found.slower:
        steps = counted(min(found.left.steps, found.right.steps), "step")
        yield tone(f"no difference in {steps}", "good")
        return
    if found.first_divergence is not None:
        yield from _divergence_lines(found.first_divergence, page)
    yield from _changed_lines(found.changed, page, limit)
    yield from _step_lines("only in the left one", found.missing, page, limit, mark="-")
    yield from _step_lines("only in the right one", found.extra, page, limit, mark="+")
    yield from _slower_lines(found.slower, page, limit)


def _brief_lines(
    side: str, trace: TraceBrief, short: Mapping[str, str], page: Page
) -> Iterator[str]:
    ended = f"{trace.status} after {duration_text(trace.took_ms)}, {counted(trace.steps, 'step')}"
    text = cut(f"{short[trace.trace_id]}  {trace.name}", page.width - 12 - len(ended))
    yield f"{tone(side.ljust(5), 'heading')}  {text}  " + tone(
        ended, STATUS_TONES.get(trace.status, "warn")
    )
    for error in trace.errors[:1]:
        yield "       " + tone(cut(error, page.width - 7), "bad")


def _divergence_lines(first: Divergence, page: Page) -> Iterator[str]:
    alike = counted(first.steps_alike, "step")
    yield tone("first difference", "bad title") + f"  after {alike} alike: {PARTS[first.what]}"
    if first.what == "changed":
        yield from _value_lines(
            first.path or "", first.left, first.left_value, first.right_value, page
        )
    elif (step := first.left or first.right) is not None:
        yield _step_line(step, page, mark="-" if first.left else "+")
    yield ""


def _changed_lines(changed: Sequence[ChangedValue], page: Page, limit: int) -> Iterator[str]:
    if not changed:
        return
    yield tone(counted(len(changed), "changed value"), "heading")
    for value in changed[:limit]:
        yield from _value_lines(value.path, value.left, value.left_value, value.right_value, page)
    yield from _more(len(changed) - limit)
    yield ""


def _value_lines(
    path: str, step: StepShown | None, left: Json, right: Json, page: Page
) -> Iterator[str]:
    where = f"  {step.where}" if step and step.where else ""
    at = f"  {step.kind} at +{duration_text(step.after_ms)}{where}" if step else ""
    yield f"  {tone(path, 'code')}" + tone(cut(at, max(10, page.width - 2 - len(path))), "quiet")
    for value, mark, mood in ((left, "-", "bad"), (right, "+", "good")):
        for line in wrap(_text(value), page.width - 6, VALUE_LINES_MAX):
            yield tone(f"    {mark} {line}", mood)


def _step_lines(
    heading: str, listed: Sequence[StepShown], page: Page, limit: int, *, mark: str
) -> Iterator[str]:
    if not listed:
        return
    yield tone(f"{counted(len(listed), 'step')} {heading}", "heading")
    for step in listed[:limit]:
        yield _step_line(step, page, mark=mark)
    yield from _more(len(listed) - limit)
    yield ""


def _step_line(step: StepShown, page: Page, *, mark: str) -> str:
    at = f"+{duration_text(step.after_ms)}".rjust(10)
    where = f"  ({step.where})" if step.where else ""
    text = cut(f"{step.text}{where}", page.width - 16)
    return f"  {tone(mark, 'bad' if mark == '-' else 'good')} {tone(at, 'quiet')}  {text}"


def _slower_lines(slower: Sequence[SlowerName], page: Page, limit: int) -> Iterator[str]:
    if not slower:
        return
    rows = [
        [
            cut(one.name, NAME_CHARS_MAX),
            one.sort,
            duration_text(one.left_ms),
            duration_text(one.right_ms),
            f"{one.right_ms / one.left_ms:.1f}x" if one.left_ms else "",
            f"{one.left_count:,} → {one.right_count:,}",
        ]
        for one in slower[:limit]
    ]
    heads = ["slower", "", "left", "right", "ratio", "times"]
    yield from table(rows, heads=heads, width=page.width, right=frozenset({2, 3, 4}))
    yield from _more(len(slower) - limit)


def _more(number: int) -> Iterator[str]:
    if number > 0:
        yield tone(f"  … {counted(number, 'further one')} (--limit)", "quiet")


def _text(value: Json) -> str:
    return "nothing" if value == MISSING else value_text(value)
