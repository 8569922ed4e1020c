"""Where the time went over many traces, by name."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.store import reading
from backtrail.store.answers import TraceFilter, TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.trail.views.performance import KINDS
from backtrail.trail.views.timing.calls import call_of
from backtrail.trail.views.timing.names import Names, NameTime, TimeOf
from backtrail.trail.views.timing.self_time import SpanTimes
from backtrail.trail.wording import trace_name


class RecentPerformance(Struct, frozen=True, kw_only=True):
    """The time of the last traces."""

    traces: list[NameTime]
    """By name, the one that took most first; `slowest` is the id of the slowest."""
    spans: list[NameTime]
    """By name, the one with most time of its own first."""
    calls: list[NameTime]
    """By name, the one that took most first."""
    trace_count: int
    notes: list[str]


def recent_performance(catalog: Catalog, wanted: TraceFilter) -> RecentPerformance:
    """Return where the time went in the traces that a filter lets through, the last ones."""
    names = Names()
    traces: dict[str, TimeOf] = {}
    found = reading.traces(catalog, wanted)
    cut = 0
    for trace in found:
        _add_trace(traces, trace)
        times = SpanTimes()
        for event in reading.events(catalog, trace.trace_id, kinds=KINDS):
            span = times.take(event)
            if span is not None:
                names.add_span(span)
            elif (call := call_of(event)) is not None:
                times.add_call(call.span_id, int(call.took_ms * NS_PER_MS))
                names.add_call(call)
        cut += times.cut
    notes = [f"{cut:,} spans are left out: too many were open at once"] if cut else []
    if names.cut:
        notes.append(f"{names.cut:,} spans and calls are left out: too many different names")
    told = [one.told("trace", name, None) for name, one in traces.items()]
    return RecentPerformance(
        traces=sorted(told, key=lambda one: (-one.total_ms, one.name)),
        spans=names.spans(None),
        calls=names.calls(None),
        trace_count=len(found),
        notes=notes,
    )


def _add_trace(traces: dict[str, TimeOf], trace: TraceSummary) -> None:
    name = trace_name(trace.name, trace.command)
    traces.setdefault(name, TimeOf()).add(
        trace.took_ms,
        self_ms=trace.took_ms,
        own_ms=trace.took_ms,
        event_id=trace.trace_id,
        is_failed=trace.status == "error",
    )
