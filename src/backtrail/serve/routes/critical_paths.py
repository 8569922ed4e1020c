"""Critical paths of traces, page by page; those asked for last are kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.limits.reading import OUTLINES_KEPT_MAX
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.trail.views.timing.critical_path import PathStep, path_steps
from backtrail.trail.views.timing.span_times import span_times

SPANS = ("span.started", "span.ended")


class PathPage(Struct, frozen=True, kw_only=True):
    """The spans that a trace waited for, in the order in which they began."""

    steps: list[PathStep]
    total: int
    took_ms: float
    """Of the trace; all steps together took so long."""
    next_cursor: str | None


class CriticalPaths:
    """The critical paths that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, int], list[PathStep]] = OrderedDict()
        self._lock = Lock()

    def page(self, catalog: Catalog, trace: TraceSummary, *, start: int, limit: int) -> PathPage:
        """Return steps from a place on."""
        steps = self._steps(catalog, trace)
        end = start + limit
        return PathPage(
            steps=steps[start:end],
            total=len(steps),
            took_ms=max(0, trace.end_unix_ns - trace.start_unix_ns) / NS_PER_MS,
            next_cursor=str(end) if end < len(steps) else None,
        )

    def _steps(self, catalog: Catalog, trace: TraceSummary) -> list[PathStep]:
        key = (str(catalog.home), trace.trace_id, trace.events)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        events = reading.events(catalog, trace.trace_id, kinds=SPANS)
        spans = span_times(events, end_unix_ns=trace.end_unix_ns)
        steps = path_steps(spans, start_ns=trace.start_unix_ns, end_ns=trace.end_unix_ns)
        with self._lock:
            self._kept[key] = steps
            while len(self._kept) > OUTLINES_KEPT_MAX:
                self._kept.popitem(last=False)
        return steps
