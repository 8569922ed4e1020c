"""The aspects of a trace on the page of its story: a few lines each, with the command for more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backtrail.cli.failure_text import Page, short_path
from backtrail.cli.layout.state_text import edit_text
from backtrail.cli.text import clock_text, counted, cut, tone, wrap
from backtrail.model.event import Place
from backtrail.trail.moment import duration_text
from backtrail.trail.views.gaps import Gap
from backtrail.trail.views.http_calls import HttpCall
from backtrail.trail.views.http_calls import is_failed as is_request_failed
from backtrail.trail.views.lock_timeline import LockTimeline
from backtrail.trail.views.related import RelatedTrace, SameError
from backtrail.trail.views.state_history import StateHistory
from backtrail.trail.views.swallowed import Swallowed
from backtrail.trail.views.transcripts import LlmCall, is_failed
from backtrail.trail.whole import Trail

ROWS_MAX = 4
"""Lines of each section below its heading."""
ID_SHOWN = 16


def section_lines(trail: Trail, page: Page) -> Iterator[str]:
    """Yield the sections of which the trace has something to tell."""
    short = trail.trace_id[:ID_SHOWN]
    yield from _call_lines(trail, page, short)
    yield from _swallowed_lines(trail.swallowed, page)
    yield from _state_lines(trail.state, page, short)
    yield from _lock_lines(trail.locks, page, short)
    yield from _gap_lines(trail.gaps, page)
    yield from _same_lines(trail.same_errors, page)
    yield from _related_lines(trail.related, page)
    for note in trail.notes:
        yield from (tone(line, "warn") for line in wrap(note, page.width, 3))
    if trail.notes:
        yield ""


def _heading(text: str, command: str = "") -> str:
    shown = f"  {tone(command, 'code')}" if command else ""
    return tone(text, "heading") + shown


def _call_lines(trail: Trail, page: Page, short: str) -> Iterator[str]:
    calls: list[LlmCall | HttpCall] = [*trail.llm.calls, *trail.http.calls]
    if not calls:
        return
    sorts = [
        f"{number:,} {what}"
        for number, what in ((trail.llm.count, "to models"), (trail.http.count, "over HTTP"))
        if number
    ]
    command = f"backtrail llm {short}" if trail.llm.count else f"backtrail perf {short}"
    yield _heading(f"calls ({', '.join(sorts)})", command)
    calls.sort(key=lambda call: call.time_unix_ns)
    for call in calls[-ROWS_MAX:]:
        if isinstance(call, LlmCall):
            text, has_failed = " ".join(_llm_words(call)), is_failed(call)
        else:
            text, has_failed = " ".join(_http_words(call)), is_request_failed(call)
        line = cut(text, page.width - 16)
        at = tone(clock_text(call.time_unix_ns), "quiet")
        yield f"  {at}  {tone(line, 'bad') if has_failed else line}"
    yield ""


def _llm_words(call: LlmCall) -> Iterator[str]:
    yield call.model or "a model"
    if call.error or not call.is_complete:
        yield f"failed: {call.error}" if call.error else "was not read to its end"
    took = [duration_text(call.took_ms)] if call.took_ms is not None else []
    if facts := [*([",".join(call.finish_reasons)] if call.finish_reasons else []), *took]:
        yield f"({', '.join(facts)})"
    if call.tool_calls:
        yield f"calls {', '.join(call.tool_calls)}"
    if call.text:
        yield call.text


def _http_words(call: HttpCall) -> Iterator[str]:
    yield f"{call.method} {call.url}"
    yield call.error or (f"answered {call.status}" if call.status else "")
    if call.attempt > 1:
        yield f"(attempt {call.attempt})"
    if call.took_ms is not None:
        yield f"({duration_text(call.took_ms)})"


def _swallowed_lines(swallowed: Swallowed, page: Page) -> Iterator[str]:
    if not swallowed.count:
        return
    yield _heading(f"swallowed exceptions ({swallowed.count:,})")
    for one in swallowed.places[-ROWS_MAX:]:
        times = f"  {one.count:,} times" if one.count > 1 else ""
        message = f"{one.type}: {one.message}" if one.message else one.type
        where = f"  raised in {_place(one.raised, page)}" if one.raised else ""
        taken = f", taken in {_place(one.handler, page)}" if one.handler else ""
        yield "  " + cut(f"{message}{where}{taken}{times}", page.width - 2)
    yield ""


def _state_lines(state: StateHistory, page: Page, short: str) -> Iterator[str]:
    if not state.count:
        return
    yield _heading(f"state changes ({state.count:,})", f"backtrail state {short}")
    for change in state.changes[-ROWS_MAX:]:
        edits = "; ".join(edit_text(edit) for edit in change.edits[:ROWS_MAX])
        line = cut(f"{change.name}  {edits}", page.width - 16)
        yield f"  {tone(clock_text(change.time_unix_ns), 'quiet')}  {line}"
    yield ""


def _lock_lines(locks: LockTimeline, page: Page, short: str) -> Iterator[str]:
    waited = [lock for lock in locks.locks if lock.contended or lock.timed_out]
    real = [one for one in locks.inversions if not (one.guarded_by or one.is_one_owner)]
    if not waited and not real:
        return
    yield _heading(f"locks ({len(locks.locks):,})", f"backtrail locks {short}")
    for inversion in real[:ROWS_MAX]:
        names = ", ".join(inversion.locks)
        yield "  " + tone(cut(f"taken in conflicting orders: {names}", page.width - 2), "bad")
    for lock in waited[: ROWS_MAX - len(real[:ROWS_MAX])]:
        gave_up = f", {lock.timed_out:,} gave up" if lock.timed_out else ""
        text = (
            f"{lock.lock}: waited for {counted(lock.contended, 'time')}, "
            f"{duration_text(lock.wait_ms)} in all{gave_up}"
        )
        yield "  " + cut(text, page.width - 2)
    yield ""


def _gap_lines(gaps: Sequence[Gap], page: Page) -> Iterator[str]:
    shown = [gap for gap in gaps if gap.what != "killed"]
    if not shown:
        return
    yield _heading(f"gaps ({len(shown):,})")
    for gap in shown[-ROWS_MAX:]:
        at = clock_text(gap.time_unix_ns) if gap.time_unix_ns is not None else "-" * 12
        yield f"  {tone(at, 'quiet')}  {tone(cut(gap.text, page.width - 16), 'warn')}"
    yield ""


def _same_lines(same: Sequence[SameError], page: Page) -> Iterator[str]:
    if not same:
        return
    traces = len({error.trace_id for error in same})
    yield _heading(f"the same error in {counted(traces, 'other trace')}")
    latest = same[0]
    text = f"{latest.time}  {latest.trace_id}  {latest.type}: {latest.message}"
    yield "  " + cut(text, page.width - 2)
    yield ""


def _related_lines(related: Sequence[RelatedTrace], page: Page) -> Iterator[str]:
    shown = [other for other in related if not other.is_named]
    if not shown:
        return
    yield _heading(f"traces that name this one ({len(shown):,})")
    for other in shown[:ROWS_MAX]:
        text = f"{other.trace_id}  {other.relation} this  {other.name or ''}  {other.status or ''}"
        yield "  " + cut(text.rstrip(), page.width - 2)
    yield ""


def _place(place: Place, page: Page) -> str:
    return f"{short_path(place.file, page)}:{place.line} {place.function}"
