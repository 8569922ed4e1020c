"""Where the time went: by name of span, by sort of call, and along the critical path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event
from backtrail.model.limits.reading import SPANS_ON_PATH_MAX
from backtrail.trail.views.timing.calls import Call, call_of
from backtrail.trail.views.timing.critical_path import CriticalPath, critical_path
from backtrail.trail.views.timing.names import Names, NameTime, SortTime
from backtrail.trail.views.timing.self_time import SpanTimes, TimedSpan
from backtrail.trail.views.timing.usage import Usage, UsageReader
from backtrail.trail.views.timing.waterfall import Bar, Longest

KINDS = frozenset(
    {
        "http.called", "llm.called", "lock.acquired", "lock.timed_out", "operation.measured",
        "process.ended", "process.started", "rate.limited", "run.ended", "run.started",
        "span.ended", "span.started", "sql.executed", "subprocess.ended",
    }
)  # fmt: skip
"""Kinds that say where time went, and those that say when a program began and ended."""


class Bottleneck(Struct, frozen=True, kw_only=True):
    """What took most of the time."""

    name: str
    sort: str
    took_ms: float
    share: float | None


class Performance(Struct, frozen=True, kw_only=True):
    """Where the time of a trace went."""

    took_ms: float
    spans: list[NameTime]
    """By name, the one with most time of its own first."""
    calls: list[NameTime]
    """By name, the one that took most first."""
    sorts: list[SortTime]
    """By sort of call, the one that took most first."""
    bottleneck: Bottleneck | None
    critical_path: CriticalPath
    bars: list[Bar]
    """The longest spans and calls, in reading order."""
    bars_cut: int
    """Shorter spans and calls."""
    measured: list[Usage]
    """Processor, memory and pauses of operations, as far as they were measured."""
    span_count: int
    call_count: int
    notes: list[str]
    """What is left out of all this."""


class PerformanceReader:
    """Takes the events of a trace in the order of time, and tells where the time went."""

    kinds = KINDS

    def __init__(self) -> None:
        self._times = SpanTimes()
        self._usage = UsageReader()
        self._names = Names()
        self._longest = Longest()
        self._start: int | None = None
        self._last: Event | None = None

    def take(self, event: Event) -> None:
        """Look at one event."""
        if self._start is None:
            self._start = event.time_unix_ns
        if self._last is None or event.time_unix_ns >= self._last.time_unix_ns:
            self._last = event
        span = self._times.take(event)
        if span is not None:
            self._take_span(span)
        elif (call := call_of(event)) is not None:
            self._take_call(call)
        else:
            self._usage.take(event)

    def view(self) -> Performance:
        """Return what the events so far tell; to be asked once, at their end."""
        end = self._last.time_unix_ns if self._last else 0
        if self._last is not None:
            for span in self._times.unfinished(self._last):
                self._take_span(span)
        begun = [time for time in (self._start, self._longest.start_unix_ns()) if time is not None]
        start = min(begun, default=end)
        took_ms = (end - start) / NS_PER_MS
        spans, calls = self._names.spans(took_ms), self._names.calls(took_ms)
        bars, bars_cut = self._longest.bars(start)
        return Performance(
            took_ms=took_ms,
            spans=spans,
            calls=calls,
            sorts=self._names.sorts(took_ms),
            bottleneck=bottleneck(spans, calls),
            critical_path=critical_path(self._longest.spans, start_ns=start, end_ns=end),
            bars=bars,
            bars_cut=bars_cut,
            measured=self._usage.view(),
            span_count=self._names.span_count,
            call_count=self._names.call_count,
            notes=list(self._notes()),
        )

    def _take_span(self, span: TimedSpan) -> None:
        self._longest.add_span(span)
        self._names.add_span(span)

    def _take_call(self, call: Call) -> None:
        self._longest.add_call(call)
        self._names.add_call(call)
        self._times.add_call(call.span_id, int(call.took_ms * NS_PER_MS))

    def _notes(self) -> Iterator[str]:
        if self._times.cut:
            yield f"{self._times.cut:,} spans are left out: too many were open at once"
        if cut := self._names.cut + self._usage.cut:
            yield f"{cut:,} spans, calls and measures are left out: too many different names"
        if self._longest.cut:
            yield f"the critical path is that of the {SPANS_ON_PATH_MAX:,} longest spans"


def performance(events: Iterable[Event]) -> Performance:
    """Return where the time went among these events, which come in the order of time."""
    reader = PerformanceReader()
    for event in events:
        reader.take(event)
    return reader.view()


def bottleneck(spans: Sequence[NameTime], calls: Sequence[NameTime]) -> Bottleneck | None:
    """Return the span or the call, by name, that took most of the time.

    A span counts with what the program itself did in it, since its children and its calls stand for
    themselves.
    """
    took = [(one.own_ms, one) for one in spans] + [(one.total_ms, one) for one in calls]
    most_ms, most = max(took, key=lambda pair: pair[0], default=(0.0, None))
    if most is None or most_ms <= 0:
        return None
    share = most.share * most_ms / most.self_ms if most.share and most.self_ms else None
    return Bottleneck(name=most.name, sort=most.sort, took_ms=most_ms, share=share)
