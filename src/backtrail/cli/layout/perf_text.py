"""Where the time went, as text: tables by name, a waterfall, the critical path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backtrail.cli.failure_text import Page
from backtrail.cli.layout.bars import (
    BAR_WIDTH_MIN,
    bar,
    beside,
    share_bar,
    share_text,
)
from backtrail.cli.layout.looked import Looked, left_out
from backtrail.cli.text import STATUS_TONES, bytes_text, clock_text, counted, cut, table, tone
from backtrail.trail.moment import duration_text
from backtrail.trail.views.performance import Bottleneck, Performance
from backtrail.trail.views.recent_performance import RecentPerformance
from backtrail.trail.views.timing.critical_path import CriticalPath
from backtrail.trail.views.timing.names import NameTime
from backtrail.trail.views.timing.one_name import OneName
from backtrail.trail.views.timing.usage import Usage
from backtrail.trail.views.timing.waterfall import Bar

ROWS_MAX = 15
BARS_SHOWN = 30
TIMES_SHOWN = 25
PATH_MAX = 12
NAME_CHARS_MIN, NAME_CHARS_MAX = 20, 44
NUMBER_COLUMNS = 72
"""Columns of a page that numbers may take beside a name."""
SHARE_WIDTH = 10
MARK = "◀ most"


def perf_lines(told: Performance, seen: Looked, page: Page) -> Iterator[str]:
    """Yield the page of one trace: the bottleneck, times by name, the waterfall, the path."""
    yield seen.title(
        f"{duration_text(told.took_ms)}, {counted(told.span_count, 'span')}, "
        f"{counted(told.call_count, 'call')}"
    )
    if told.bottleneck is None:
        yield tone("nothing in it says where the time went: it has no spans and no calls", "quiet")
        yield from _usage_lines(told.measured, page)
        return
    yield _bottleneck_text(told.bottleneck, page)
    yield ""
    yield from _name_table("spans", told.spans, told.bottleneck, page)
    yield from _name_table("calls", told.calls, told.bottleneck, page)
    yield from _sort_line(told)
    yield from _bar_lines(told, page)
    yield from _path_lines(told.critical_path, page)
    yield from _usage_lines(told.measured, page)
    for note in told.notes:
        yield tone(note, "warn")


def recent_lines(told: RecentPerformance, page: Page) -> Iterator[str]:
    """Yield the page of many traces: times by name."""
    if not told.trace_count:
        yield tone("no trace is like that", "quiet")
        return
    yield tone(f"the last {counted(told.trace_count, 'trace')}", "heading")
    yield ""
    yield from _name_table("traces", told.traces, None, page)
    yield from _name_table("spans", told.spans, None, page)
    yield from _name_table("calls", told.calls, None, page)
    for note in told.notes:
        yield tone(note, "warn")
    yield tone("backtrail perf latest", "code") + tone("  the latest one by itself", "quiet")


def name_lines(told: OneName, seen: Looked, page: Page) -> Iterator[str]:
    """Yield the page of one name: its spread, what is inside, each time."""
    time = told.time
    assert time is not None, told.name
    yield f"{tone(time.name, 'heading')}: {counted(time.count, time.sort)} in {_trace(seen)}"
    spread = time.spread
    if spread is not None:
        yield (
            f"  shortest {duration_text(spread.min)}, median {duration_text(spread.p50)}, "
            f"95 % within {duration_text(spread.p95)}, longest {duration_text(spread.max)}"
        )
    yield f"  together {duration_text(time.total_ms)}" + (
        f", of which its own {duration_text(time.own_ms)}, in calls "
        f"{duration_text(time.self_ms - time.own_ms)}, in spans inside "
        f"{duration_text(time.total_ms - time.self_ms)}"
        if time.sort == "span"
        else ""
    )
    yield ""
    yield from _name_table("inside", told.inside, None, page)
    longest = max((once.took_ms for once in told.times), default=0.0)
    shown = told.times[-TIMES_SHOWN:]
    yield from left_out(told.cut + len(told.times) - len(shown), "time", where=" before them")
    cells = [
        [seen.event_id(one.event_id), clock_text(one.start_unix_ns), duration_text(one.took_ms)]
        for one in shown
    ]
    width = max(BAR_WIDTH_MIN, page.width - 2 - sum(max(map(len, c)) + 2 for c in zip(*cells)))  # noqa: B905
    bars = [bar(0.0, one.took_ms, longest, width=width) for one in shown]
    moods = [STATUS_TONES.get(one.status, "warn") for one in shown]
    yield from beside(cells, bars, right=frozenset({2}), moods=moods)


def _short(name: str, page: Page) -> str:
    return cut(name, max(NAME_CHARS_MIN, min(NAME_CHARS_MAX, page.width - NUMBER_COLUMNS)))


def _trace(seen: Looked) -> str:
    return f"trace {seen.summary.trace_id}"


def _bottleneck_text(found: Bottleneck, page: Page) -> str:
    share = f", {share_text(found.share)} of the time" if found.share is not None else ""
    what = "own work of span" if found.sort == "span" else found.sort
    took = f": {duration_text(found.took_ms)}{share}"
    text = cut(f"{what} {found.name}", page.width - 14 - len(took))
    return f"  {tone('bottleneck', 'warn')}  {text}{took}"


def _name_table(
    heading: str, rows: Sequence[NameTime], found: Bottleneck | None, page: Page
) -> Iterator[str]:
    if not rows:
        return
    shown = rows[:ROWS_MAX]
    cells = [_name_cells(one, found, page) for one in shown]
    heads = [heading, "", "times", "failed", "total", "self", "p50", "p95", "max", "share", ""]
    head, *lines = table(cells, heads=heads, width=page.width, right=frozenset(range(2, 10)))
    yield head
    for one, line in zip(shown, lines, strict=True):
        yield tone(line, "warn") if _is_bottleneck(one, found) else line
    yield from left_out(len(rows) - len(shown), "further name")
    yield ""


def _name_cells(one: NameTime, found: Bottleneck | None, page: Page) -> list[str]:
    spread = one.spread
    parts = (spread.p50, spread.p95, spread.max) if spread and one.count > 1 else ()
    p50, p95, longest = [duration_text(part) for part in parts] or ["", "", ""]
    is_apart = abs(one.self_ms - one.total_ms) > 0.001  # noqa: PLR2004 - a microsecond
    return [
        _short(one.name, page),
        "" if one.sort in {"span", "trace"} else one.sort,
        f"{one.count:,}",
        f"{one.failed:,}" if one.failed else "",
        duration_text(one.total_ms),
        duration_text(one.self_ms) if is_apart else "",
        p50,
        p95,
        longest,
        share_text(one.share),
        MARK if _is_bottleneck(one, found) else share_bar(one.share, width=SHARE_WIDTH),
    ]


def _is_bottleneck(one: NameTime, found: Bottleneck | None) -> bool:
    return found is not None and (one.sort, one.name) == (found.sort, found.name)


def _sort_line(told: Performance) -> Iterator[str]:
    if len(told.sorts) < 2:  # noqa: PLR2004 - of one sort the table above says it all
        return
    parts = [
        f"{one.sort} {duration_text(one.total_ms)}"
        + (f" ({share_text(one.share)})" if one.share is not None else "")
        for one in told.sorts
    ]
    yield f"{tone('by sort', 'heading')}  {', '.join(parts)}"
    yield ""


def _bar_lines(told: Performance, page: Page) -> Iterator[str]:
    shown = _longest(told.bars, BARS_SHOWN)
    if not shown:
        return
    cells = [[_short(_indented(one), page), duration_text(one.took_ms)] for one in shown]
    used = 2 + sum(max(map(len, column)) + 2 for column in zip(*cells, strict=True))
    width = max(BAR_WIDTH_MIN, page.width - used)
    bars = [bar(one.after_ms, one.took_ms, told.took_ms, width=width) for one in shown]
    moods = [_mood(one) for one in shown]
    yield tone("waterfall", "heading") + tone(f"  over {duration_text(told.took_ms)}", "quiet")
    yield from beside(cells, bars, right=frozenset({1}), moods=moods)
    yield from left_out(told.bars_cut + len(told.bars) - len(shown), "shorter one")
    yield ""


def _longest(bars: Sequence[Bar], number: int) -> list[Bar]:
    """Return the longest bars, in the order in which they came."""
    longest = sorted(range(len(bars)), key=lambda index: -bars[index].took_ms)[:number]
    return [bars[index] for index in sorted(longest)]


def _indented(one: Bar) -> str:
    sort = "" if one.sort == "span" else f"{one.sort} "
    return f"{'  ' * one.depth}{sort}{one.name}"


def _mood(one: Bar) -> str:
    if one.status not in {"ok", "cancelled"}:
        return STATUS_TONES.get(one.status, "warn")
    return "good" if one.sort == "span" else "code"


def _path_lines(path: CriticalPath, page: Page) -> Iterator[str]:
    longest = sorted(path.steps, key=lambda step: -step.on_path_ms)[:PATH_MAX]
    steps = [step for step in path.steps if step in longest]
    if len(steps) < 2:  # noqa: PLR2004 - a path of one step says nothing
        return
    yield tone("critical path", "heading") + tone(
        "  what the trace waited for; the rest ran beside it", "quiet"
    )
    cells = [
        [_short("  " * step.depth + step.name, page), duration_text(step.on_path_ms)]
        for step in steps
    ]
    shares = [step.on_path_ms / path.took_ms if path.took_ms else None for step in steps]
    width = max(BAR_WIDTH_MIN, page.width - 24 - max(len(cell[0]) for cell in cells))
    bars = [f"{share_text(share):>4} {share_bar(share, width=width)}" for share in shares]
    yield from beside(cells, bars, right=frozenset({1}), moods=["code"] * len(bars))
    yield from left_out(path.steps_cut + len(path.steps) - len(steps), "shorter step")
    yield ""


def _usage_lines(measured: Sequence[Usage], page: Page) -> Iterator[str]:
    if not measured:
        return
    cells = [
        [
            _short(one.name.rpartition("/")[2] or one.name, page),
            f"{one.count:,}",
            duration_text(one.took_ms),
            duration_text(one.cpu_ms) if one.cpu_ms is not None else "",
            bytes_text(one.peak_memory_bytes) if one.peak_memory_bytes is not None else "",
            f"{one.gc_pauses:,}" if one.gc_pauses else "",
            duration_text(one.gc_pause_ms) if one.gc_pause_ms else "",
        ]
        for one in measured[:ROWS_MAX]
    ]
    heads = ["measured", "times", "took", "cpu", "peak memory", "gc pauses", "in gc"]
    yield from table(cells, heads=heads, width=page.width, right=frozenset(range(1, 7)))
    yield from left_out(len(measured) - ROWS_MAX, "further name")
    yield ""
