"""Locks as text: counts, a timeline with bars, conflicting orders."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.cli.failure_text import Page
from backtrail.cli.layout.bars import BAR_WIDTH_MIN, FULL, WAITING, bar, beside
from backtrail.cli.layout.looked import Looked, last_of, left_out
from backtrail.cli.text import clock_text, counted, cut, table, tone
from backtrail.model.clock import NS_PER_MS
from backtrail.trail.moment import duration_text
from backtrail.trail.views.lock_timeline import Deadlock, LockStep, LockTimeline
from backtrail.trail.views.locking.order import Inversion

LOCKS_MAX = 20
INVERSIONS_MAX = 5
NAME_CHARS_MIN, NAME_CHARS_MAX = 14, 28
OTHER_COLUMNS = 52
"""Columns of a page beside the names of an owner and of a lock."""
OUTCOMES = {
    "acquired": "waited",
    "released": "held",
    "timed_out": "gave up",
    "cancelled": "cancelled",
    "open": "still",
}
_MOODS = {"timed_out": "bad", "cancelled": "warn", "open": "bad"}


def lock_lines(timeline: LockTimeline, seen: Looked, page: Page, *, limit: int) -> Iterator[str]:
    """Yield the page: deadlocks and conflicts first, then who waited and held."""
    if not timeline.events and not timeline.deadlocks:
        yield seen.title("no lock is on record")
        yield tone("`backtrail run --locks -- python app.py` records those of a program", "quiet")
        return
    waited_ms = sum(lock.wait_ms for lock in timeline.locks)
    yield seen.title(
        f"{counted(len(timeline.locks), 'lock')}, {counted(len(timeline.owners), 'owner')}, "
        f"{duration_text(waited_ms)} waited"
    )
    yield ""
    for deadlock in timeline.deadlocks:
        yield from _deadlock_lines(deadlock, seen, page)
    for inversion in timeline.inversions[:INVERSIONS_MAX]:
        yield from _inversion_lines(inversion, seen, page)
    yield from left_out(len(timeline.inversions) - INVERSIONS_MAX, "further conflict")
    yield from _use_lines(timeline, page)
    yield from _step_lines(timeline, page, limit=limit)
    yield from left_out(timeline.locks_cut, "event of further locks")


def _deadlock_lines(deadlock: Deadlock, seen: Looked, page: Page) -> Iterator[str]:
    yield tone(cut(f"{deadlock.mechanism}: {deadlock.message}", page.width), "bad title")
    for line in deadlock.locks:
        yield f"  {cut(line, page.width - 2)}"
    shown = f"backtrail errors show {deadlock.error_id}" if deadlock.error_id else ""
    yield "  " + tone(shown or seen.event_id(deadlock.event_id), "code")
    yield ""


def _inversion_lines(inversion: Inversion, seen: Looked, page: Page) -> Iterator[str]:
    is_harmless = bool(inversion.guarded_by) or inversion.is_one_owner
    title = f"taken in conflicting orders: {', '.join(inversion.locks)}"
    yield tone(cut(title, page.width), "quiet" if is_harmless else "bad title")
    for order in inversion.orders:
        times = f" ({order.count:,} times)" if order.count > 1 else ""
        owners = ", ".join(order.owners)
        events = ", ".join(map(seen.event_id, order.events[:1]))
        text = f"{owners} held {order.held} and asked for {order.wanted}{times}  {events}"
        yield f"  {cut(text, page.width - 2)}"
    if inversion.guarded_by:
        around = ", ".join(inversion.guarded_by)
        yield tone(f"  always under {around}, so it cannot block", "quiet")
    elif inversion.is_one_owner:
        yield tone("  by one and the same, who cannot block itself so", "quiet")
    yield ""


def _use_lines(timeline: LockTimeline, page: Page) -> Iterator[str]:
    shown = timeline.locks[:LOCKS_MAX]
    rows = [
        [
            cut(lock.lock, NAME_CHARS_MAX),
            lock.lock_type,
            f"{lock.acquired:,}",
            f"{lock.contended:,}" if lock.contended else "",
            f"{lock.timed_out:,}" if lock.timed_out else "",
            duration_text(lock.wait_ms) if lock.wait_ms else "",
            duration_text(lock.wait_ms_max) if lock.wait_ms_max else "",
            duration_text(lock.hold_ms) if lock.hold_ms else "",
            duration_text(lock.hold_ms_max) if lock.hold_ms_max else "",
            f"held by {', '.join(lock.held_by)}" if lock.held_by else "",
        ]
        for lock in shown
    ]
    if not rows:
        return
    heads = [
        "lock",
        "type",
        "taken",
        "waits",
        "gave up",
        "waited",
        "longest",
        "held",
        "longest",
        "at the end",
    ]
    yield from table(rows, heads=heads, width=page.width, right=frozenset(range(2, 9)))
    yield from left_out(len(timeline.locks) - len(shown), "further lock")
    yield ""


def _step_lines(timeline: LockTimeline, page: Page, *, limit: int) -> Iterator[str]:
    shown, hidden = last_of(timeline.steps, limit)
    if not shown:
        return
    start = shown[0].start_unix_ns
    end = max([timeline.end_unix_ns or start, *(step.end_unix_ns or start for step in shown)])
    cells = [_cells(step, start, page) for step in shown]
    used = sum(max(map(len, column)) + 2 for column in zip(*cells, strict=True)) + 2
    width = max(BAR_WIDTH_MIN, page.width - used)
    bars, moods = [], []
    for step in shown:
        after = (step.start_unix_ns - start) / NS_PER_MS
        took = ((step.end_unix_ns or end) - step.start_unix_ns) / NS_PER_MS
        fill = WAITING if step.what == "wait" else FULL
        bars.append(bar(after, took, (end - start) / NS_PER_MS, width=width, fill=fill))
        moods.append(_MOODS.get(step.outcome, "warn" if step.what == "wait" else "good"))
    yield tone("timeline", "heading") + tone(
        f"  {WAITING} waits  {FULL} holds, over {duration_text((end - start) / NS_PER_MS)}"
        f" from {clock_text(start)}",
        "quiet",
    )
    yield from left_out(hidden + timeline.cut, "step", where=" before them")
    yield from beside(cells, bars, right=frozenset({0, 4}), moods=moods)


def _cells(step: LockStep, start: int, page: Page) -> list[str]:
    width = max(NAME_CHARS_MIN, min(NAME_CHARS_MAX, (page.width - OTHER_COLUMNS) // 2))
    holder = f" (of {step.holder})" if step.holder and step.what == "wait" else ""
    what = OUTCOMES[step.outcome]
    if step.outcome == "open":
        what = "still waits" if step.what == "wait" else "still holds"
    return [
        f"+{duration_text((step.start_unix_ns - start) / NS_PER_MS)}",
        cut(step.owner, width),
        what,
        cut(f"{step.lock}{holder}", width),
        duration_text(step.took_ms) if step.took_ms is not None else "",
    ]
