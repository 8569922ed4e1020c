"""The story of a trace as a page of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backtrail.cli.failure_text import (
    Page,
    assignments,
    failure_lines,
    headline,
    place_text,
    thread_text,
)
from backtrail.cli.text import (
    STATUS_TONES,
    clock_text,
    counted,
    cut,
    day_and_clock_text,
    printable,
    tone,
    wrap,
)
from backtrail.model.kinds import SHORTENED
from backtrail.trail.failure import Failure
from backtrail.trail.moment import duration_text
from backtrail.trail.outline import SpanRow
from backtrail.trail.story import EventLine, Process, Story
from backtrail.trail.wording import command_text, trace_name

NAME_WIDTH = 60
OUTLINE_ROWS_MAX = 40
OUTLINE_DEPTH = 6
ERRORS_BRIEF_MAX = 10
EVENTS_WITHOUT_ERROR = 20
"""Last events that are printed of a trace without an error."""
PROCESSES_MAX = 6
ID_SHOWN = 16
"""Digits of an id that are printed where it is short: its millisecond, and 12 random bits."""
CHOSEN = (
    "No exception ended it: it chose its exit code itself, as `sys.exit` does. "
    "What it printed is not on record."
)
UNSEEN = "No Python process of it was recorded; `backtrail doctor` says what may be in the way."
_MARKS = {"ok": "·", "error": "✗", "cancelled": "-", "unfinished": "…"}


def story_lines(
    story: Story,
    page: Page,
    *,
    depth: int = OUTLINE_DEPTH,
    has_events: bool = False,
    is_whole: bool = False,
    sections: Iterable[str] = (),
) -> Iterator[str]:
    """Yield the page: the trace, its errors, its outline, what was lost, what to try next.

    Args:
        story: what to print.
        page: what the layout depends on.
        depth: levels of the outline.
        has_events: whether to list the events; a trace without error lists them anyway.
        is_whole: whether every span is printed.
        sections: lines about further aspects of the trace.
    """
    yield from _head_lines(story, page)
    yield from _silence_lines(story, page)
    for error in story.errors[:1]:
        yield from failure_lines(error, page)
    yield from _other_errors(story, page)
    yield from sections
    if has_events or not story.errors:
        yield from event_rows(story.events, story.event_count, page)
    yield from _outline_lines(story.outline, page, depth=depth, is_whole=is_whole)
    yield from _lost_lines(story)
    yield from _next_lines(story)


def ending_text(story: Story) -> str:
    """Say in a few words how the trace ended."""
    took = "" if story.took_ms is None else f" after {duration_text(story.took_ms)}"
    errors = f" with {counted(story.error_count, 'error')}" if story.error_count else ""
    if story.is_live:
        return f"is running{errors}"
    if story.exit_code == 0:
        return f"ended with exit code 0{took}" + (f",{errors}" if errors else "")
    if story.is_timed_out:
        how = "was ended at its time limit"
    elif story.signal:
        how = f"was ended by {story.signal}"
    elif story.exit_code:
        how = f"failed with exit code {story.exit_code}"
    elif story.status == "unfinished":
        how = "stopped without an end on record"
    else:
        how = f"{'failed' if story.status == 'error' else 'ended'}{errors}"
    return how + took


def event_rows(events: Sequence[EventLine], total: int, page: Page) -> Iterator[str]:
    """Yield the events, a line each."""
    if not events:
        return
    left = total - len(events)
    before = f", {left:,} before them" if left > 0 else ""
    yield tone(f"events ({len(events):,}{before})", "heading")
    for event in events:
        yield "  " + event_row(event, page)
    yield ""


def event_row(event: EventLine, page: Page) -> str:
    """Write one event: when, what it says, and in which thread or task."""
    where = [thread_text(event.thread)] if event.thread else []
    where += [event.task] if event.task else []
    text = event.text + (f" [{', '.join(where)}]" if where else "")
    shown = cut(text, page.width - 16)
    if event.kind in {"error.raised", "error.repeated", "journal.dropped"}:
        shown = tone(shown, "bad")
    return f"{tone(clock_text(event.time_unix_ns), 'quiet')}  {shown}"


def _head_lines(story: Story, page: Page) -> Iterator[str]:
    mood = "warn" if story.is_live else STATUS_TONES.get(story.status, "warn")
    if story.exit_code or story.signal or story.is_timed_out:
        mood = "bad"
    name = cut(trace_name(story.name, story.command), NAME_WIDTH)
    yield f"{tone(name, 'heading')} {tone(ending_text(story), mood)}"
    yield f"  trace    {story.trace_id}"
    if story.command:
        yield f"  command  {cut(command_text(story.command), page.width - 11)}"
    session = f", session {printable(story.session)}" if story.session else ""
    yield f"  began    {day_and_clock_text(story.start_unix_ns)}{session}"
    yield "  holds    " + ", ".join(
        counted(number, noun)
        for number, noun in (
            (story.event_count, "event"),
            (story.span_count, "span"),
            (story.error_count, "error"),
            (len(story.processes), "process"),
        )
        if number
    )
    for link in story.links:
        yield f"  {link.relation:<8} {link.trace_id}"
    yield from _process_lines(story.processes, page)
    yield ""


def _silence_lines(story: Story, page: Page) -> Iterator[str]:
    """Say why a program that failed shows no error."""
    if story.errors or not story.exit_code or story.is_timed_out:
        return
    yield from wrap(CHOSEN if story.processes else UNSEEN, page.width, 3)
    yield ""


def _process_lines(processes: Sequence[Process], page: Page) -> Iterator[str]:
    killed = [process for process in processes if process.ending == "killed"]
    shown = processes if len(processes) > 1 else killed
    for process in shown[:PROCESSES_MAX]:
        text = f"{process.pid} {process.ending}: {command_text(process.command)}"
        yield "  process  " + tone(
            cut(text, page.width - 11), "warn" if process.ending == "killed" else "quiet"
        )
    if len(shown) > PROCESSES_MAX:
        yield tone(
            f"           … {counted(len(shown) - PROCESSES_MAX, 'further process')}", "quiet"
        )


def _other_errors(story: Story, page: Page) -> Iterator[str]:
    others = story.errors[1:]
    for repeat in story.repeats:
        text = f"{repeat.type}: {repeat.message}" if repeat.message else repeat.type
        yield cut(f"{counted(repeat.count, 'repeat')} of {text}, only counted", page.width)
    if story.repeats:
        yield ""
    if not others:
        return
    yield tone(f"other errors ({len(others)})", "heading")
    for error in others[:ERRORS_BRIEF_MAX]:
        yield from _brief(error, page)
    if len(others) > ERRORS_BRIEF_MAX:
        yield tone(f"  … {counted(len(others) - ERRORS_BRIEF_MAX, 'further error')}", "quiet")
    yield ""


def _brief(error: Failure, page: Page) -> Iterator[str]:
    for line in list(headline(error, page))[:1]:
        yield "  " + line
    where = place_text(error, page) if error.function else "place not known"
    tied = ", part of the error above" if error.part_of else ""
    state = ", handled" if error.is_handled else ""
    yield f"    {where}{tone(f'{state}{tied}, {error.error_id[:ID_SHOWN]}', 'quiet')}"


def _outline_lines(
    rows: Sequence[SpanRow], page: Page, *, depth: int, is_whole: bool
) -> Iterator[str]:
    if not rows:
        return
    visible = [row for row in rows if is_whole or row.depth < depth]
    shown = visible if is_whole else visible[:OUTLINE_ROWS_MAX]
    yield tone("outline", "heading")
    for row in shown:
        yield _outline_row(row, page)
    if hidden := len(rows) - len(shown):
        how = "--depth or --all" if len(visible) < len(rows) else "--all"
        yield tone(f"  … {counted(hidden, 'further span')} ({how} shows them)", "quiet")
    yield ""


def _outline_row(row: SpanRow, page: Page) -> str:
    took = duration_text(row.took_ms) if row.took_ms is not None else row.status
    text = "  " * row.depth + row.name
    if row.attributes:
        text += "  " + assignments(row.attributes, 6)
    if row.error:
        text += f"  {row.error}"
    mood = STATUS_TONES.get(row.status, "warn")
    shown = cut(text, page.width - 18)
    shown = tone(shown, mood) if row.status != "ok" else shown
    return f"  {tone(took.rjust(11), 'quiet')}  {tone(_MARKS.get(row.status, '?'), mood)} {shown}"


def _lost_lines(story: Story) -> Iterator[str]:
    """Yield what the page cannot show; what was shortened says so itself."""
    totals: dict[str, int] = {}
    for loss in story.lost:
        if loss.reason != SHORTENED:
            totals[loss.reason] = totals.get(loss.reason, 0) + loss.count
    if not totals:
        return
    yield tone("not on record", "heading")
    for reason, count in totals.items():
        yield f"  {count:>8,}  {tone(reason, 'warn')}"
    yield ""


def _next_lines(story: Story) -> Iterator[str]:
    short = story.trace_id[:ID_SHOWN]
    rows = [(f"backtrail show {short} --json", "all of it, for a program or an assistant")]
    if not story.errors:
        rows.append((f"backtrail show {short} --all", "every event"))
    else:
        rows.insert(0, (f"backtrail why {short}", "the likely cause, with its evidence"))
        rows.append((f"backtrail show {short} --events 50", "the last 50 events too"))
    if len(story.errors) > 1:
        other = story.errors[1].error_id[:ID_SHOWN]
        rows.append((f"backtrail errors show {other}", "the next error in full"))
    if story.is_live:
        rows.append((f"backtrail tail --trace {short}", "follow it"))
    size = max(len(command) for command, _why in rows)
    yield tone("next", "heading")
    for command, why in rows:
        yield f"  {tone(command.ljust(size), 'code')}  {tone(why, 'quiet')}"
