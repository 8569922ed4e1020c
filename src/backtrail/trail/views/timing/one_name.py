"""All spans, or calls, of one name: each with its time, and what was done in them."""

from __future__ import annotations

from collections import deque

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event
from backtrail.model.limits.reading import BARS_MAX, SPAN_NAMES_MAX
from backtrail.trail.views.timing.calls import Call, call_of
from backtrail.trail.views.timing.names import NameTime, TimeOf
from backtrail.trail.views.timing.self_time import SpanTimes, TimedSpan

KNOWN_MAX = 12
"""Names that are offered to someone who asked for one that is not there."""


class Once(Struct, frozen=True, kw_only=True):
    """One span or call of the name."""

    event_id: str
    span_id: str | None
    start_unix_ns: int
    took_ms: float
    self_ms: float
    status: str


class OneName(Struct, frozen=True, kw_only=True):
    """The time of one name in a trace."""

    name: str
    time: NameTime | None
    """`None` when nothing has that name."""
    times: list[Once]
    """The last ones, in the order in which they ended."""
    inside: list[NameTime]
    """The spans begun in it and the calls made in it, the longest first."""
    known: list[str]
    """Names that there are, the first ones, when there is none of that name."""
    cut: int
    """Times before the listed ones."""


class OneNameReader:
    """Takes the events of a trace in the order of time, and tells the time of one name."""

    kinds = frozenset(
        {
            "http.called", "llm.called", "lock.acquired", "lock.timed_out", "rate.limited",
            "span.ended", "span.started", "sql.executed", "subprocess.ended",
        }
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self._name = name
        self._times = SpanTimes()
        self._sum = TimeOf()
        self._sort = "span"
        self._inside: dict[tuple[str, str], TimeOf] = {}
        self._listed: deque[Once] = deque(maxlen=BARS_MAX)
        self._known: dict[str, None] = {}
        self._last: Event | None = None

    def take(self, event: Event) -> None:
        """Look at one event."""
        self._last = event
        span = self._times.take(event)
        if span is not None:
            self._take_span(span)
        elif (call := call_of(event)) is not None:
            self._take_call(call)

    def view(self) -> OneName:
        """Return what the events so far tell; to be asked once, at their end."""
        if self._last is not None:
            for span in self._times.unfinished(self._last):
                self._take_span(span)
        count = self._sum.durations.count
        inside = [one.told(sort, name, None) for (sort, name), one in self._inside.items()]
        return OneName(
            name=self._name,
            time=self._sum.told(self._sort, self._name, None) if count else None,
            times=list(self._listed),
            inside=sorted(inside, key=lambda one: (-one.total_ms, one.name)),
            known=[] if count else list(self._known),
            cut=count - len(self._listed),
        )

    def _take_span(self, span: TimedSpan) -> None:
        took_ms, self_ms = span.took_ns / NS_PER_MS, span.self_ns / NS_PER_MS
        is_failed = span.status == "error"
        if span.name == self._name:
            own_ms = max(0, span.self_ns - span.calls_ns) / NS_PER_MS
            self._count(span.event_id, took_ms, self_ms, own_ms, is_failed=is_failed)
            self._listed.append(
                Once(
                    event_id=span.event_id,
                    span_id=span.span_id,
                    start_unix_ns=span.start_unix_ns,
                    took_ms=took_ms,
                    self_ms=self_ms,
                    status=span.status,
                )
            )
        elif self._times.name(span.parent) == self._name:
            self._add_inside("span", span.name, took_ms, span.event_id, is_failed=is_failed)
        else:
            self._offer(span.name)

    def _take_call(self, call: Call) -> None:
        took_ns = int(call.took_ms * NS_PER_MS)
        self._times.add_call(call.span_id, took_ns)
        if call.name == self._name:
            self._sort = call.sort
            self._count(call.event_id, call.took_ms, call.took_ms, 0.0, is_failed=call.is_failed)
            self._listed.append(
                Once(
                    event_id=call.event_id,
                    span_id=call.span_id,
                    start_unix_ns=call.end_unix_ns - took_ns,
                    took_ms=call.took_ms,
                    self_ms=call.took_ms,
                    status="error" if call.is_failed else "ok",
                )
            )
        elif self._times.name(call.span_id) == self._name:
            self._add_inside(
                call.sort, call.name, call.took_ms, call.event_id, is_failed=call.is_failed
            )
        else:
            self._offer(call.name)

    def _count(
        self, event_id: str, took_ms: float, self_ms: float, own_ms: float, *, is_failed: bool
    ) -> None:
        self._sum.add(
            took_ms, self_ms=self_ms, own_ms=own_ms, event_id=event_id, is_failed=is_failed
        )

    def _add_inside(
        self, sort: str, name: str, took_ms: float, event_id: str, *, is_failed: bool
    ) -> None:
        self._offer(name)
        one = self._inside.get((sort, name))
        if one is None:
            if len(self._inside) >= SPAN_NAMES_MAX:
                return
            one = self._inside[sort, name] = TimeOf()
        one.add(took_ms, self_ms=took_ms, own_ms=0.0, event_id=event_id, is_failed=is_failed)

    def _offer(self, name: str) -> None:
        if len(self._known) < KNOWN_MAX:
            self._known.setdefault(name)
