"""Time by name: how often, how long, how much of it its own."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.limits.reading import SPAN_NAMES_MAX
from backtrail.trail.views.timing.calls import Call
from backtrail.trail.views.timing.durations import Durations, Spread
from backtrail.trail.views.timing.self_time import TimedSpan

Name = TypeVar("Name", bound=Hashable)


class NameTime(Struct, frozen=True, kw_only=True):
    """The time of all spans, or of all calls, of one name."""

    name: str
    sort: str
    """`span`, or the sort of call: `llm`, `http`, `sql`, `subprocess`, `lock`, `rate limit`."""
    count: int
    failed: int
    total_ms: float
    """All of them together; they may have run at the same time."""
    self_ms: float
    """Without the time in which children ran; of a call it is all of it."""
    own_ms: float
    """Of spans also without the calls made in them: what the program itself did."""
    spread: Spread | None
    slowest: str
    """The event of the slowest: the start of a span, the end of a call."""
    share: float | None
    """What `self_ms` is of the trace's time; more than 1 when several ran at once."""


class SortTime(Struct, frozen=True, kw_only=True):
    """The time of all calls of one sort."""

    sort: str
    count: int
    failed: int
    total_ms: float
    max_ms: float
    share: float | None
    """Of the trace's time; more than 1 when several ran at once."""


class TimeOf:
    """Adds up the time of one name."""

    def __init__(self) -> None:
        self.durations = Durations()
        self.failed = 0
        self.self_ms = self.own_ms = 0.0
        self.slowest = ""
        self._slowest_ms = -1.0

    def add(
        self, took_ms: float, *, self_ms: float, own_ms: float, event_id: str, is_failed: bool
    ) -> None:
        """Take one span or call."""
        self.durations.add(took_ms)
        self.self_ms += self_ms
        self.own_ms += own_ms
        self.failed += is_failed
        if took_ms > self._slowest_ms:
            self.slowest, self._slowest_ms = event_id, took_ms

    def told(self, sort: str, name: str, trace_ms: float | None) -> NameTime:
        """Return what was added up; shares are of the time of the trace."""
        return NameTime(
            name=name,
            sort=sort,
            count=self.durations.count,
            failed=self.failed,
            total_ms=self.durations.total_ms,
            self_ms=self.self_ms,
            own_ms=self.own_ms,
            spread=self.durations.spread(),
            slowest=self.slowest,
            share=self.self_ms / trace_ms if trace_ms else None,
        )


class Names:
    """Adds up the time of spans and of calls, by their names."""

    def __init__(self) -> None:
        self._spans: dict[str, TimeOf] = {}
        self._calls: dict[tuple[str, str], TimeOf] = {}
        self._sorts: dict[str, TimeOf] = {}
        self.span_count = self.call_count = 0
        self.cut = 0
        """Spans and calls whose name is one too many."""

    def add_span(self, span: TimedSpan) -> None:
        """Take a span that ended."""
        self.span_count += 1
        one = self._named(self._spans, span.name)
        if one is not None:
            one.add(
                span.took_ns / NS_PER_MS,
                self_ms=span.self_ns / NS_PER_MS,
                own_ms=max(0, span.self_ns - span.calls_ns) / NS_PER_MS,
                event_id=span.event_id,
                is_failed=span.status == "error",
            )

    def add_call(self, call: Call) -> None:
        """Take a call that ended."""
        self.call_count += 1
        for one in (
            self._named(self._calls, (call.sort, call.name)),
            self._named(self._sorts, call.sort),
        ):
            if one is not None:
                one.add(
                    call.took_ms,
                    self_ms=call.took_ms,
                    own_ms=0.0,
                    event_id=call.event_id,
                    is_failed=call.is_failed,
                )

    def spans(self, trace_ms: float | None) -> list[NameTime]:
        """Return the spans by name, the one with most time of its own first."""
        told = [one.told("span", name, trace_ms) for name, one in self._spans.items()]
        return sorted(told, key=lambda one: (-one.self_ms, one.name))

    def calls(self, trace_ms: float | None) -> list[NameTime]:
        """Return the calls by name, the one that took most first."""
        told = [one.told(sort, name, trace_ms) for (sort, name), one in self._calls.items()]
        return sorted(told, key=lambda one: (-one.total_ms, one.sort, one.name))

    def sorts(self, trace_ms: float | None) -> list[SortTime]:
        """Return the sorts of calls, the one that took most first."""
        told = [one.told(sort, sort, trace_ms) for sort, one in self._sorts.items()]
        sorts = [
            SortTime(
                sort=one.sort,
                count=one.count,
                failed=one.failed,
                total_ms=one.total_ms,
                max_ms=one.spread.max if one.spread else 0.0,
                share=one.share,
            )
            for one in told
        ]
        return sorted(sorts, key=lambda one: (-one.total_ms, one.sort))

    def _named(self, names: dict[Name, TimeOf], name: Name) -> TimeOf | None:
        one = names.get(name)
        if one is None:
            if len(names) >= SPAN_NAMES_MAX:
                self.cut += 1
                return None
            one = names[name] = TimeOf()
        return one
