"""What operations used beside time: processor, memory, pauses."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.changes import OperationMeasured
from backtrail.model.event import Event, Json
from backtrail.model.limits.reading import SPAN_NAMES_MAX
from backtrail.trail.shape import body_of

MEASURED = "operation.measured"


class Usage(Struct, frozen=True, kw_only=True):
    """What all operations of one name used."""

    name: str
    count: int = 0
    took_ms: float = 0.0
    cpu_ms: float | None = None
    """Of those that say it; `None` when none does."""
    peak_memory_bytes: int | None = None
    gc_pauses: int | None = None
    gc_pause_ms: float | None = None
    allocated: list[Json] = []
    """`{"place", "bytes", "count"}` of what grew most, as the last of them has it."""


class UsageReader:
    """Takes the events of a trace one by one, and tells what its operations used."""

    def __init__(self) -> None:
        self._names: dict[str, Usage] = {}
        self.cut = 0
        """Operations whose name is one too many."""

    def take(self, event: Event) -> None:
        """Look at one event."""
        if event.kind != MEASURED or (body := body_of(event, OperationMeasured)) is None:
            return
        known = self._names.get(body.name)
        if known is None and len(self._names) >= SPAN_NAMES_MAX:
            self.cut += 1
            return
        known = known or Usage(name=body.name)
        self._names[body.name] = Usage(
            name=body.name,
            count=known.count + 1,
            took_ms=known.took_ms + body.took_ms,
            cpu_ms=_sum(body.cpu_ms, known.cpu_ms),
            peak_memory_bytes=_largest(body.peak_memory_bytes, known.peak_memory_bytes),
            gc_pauses=_count(body.gc_pauses, known.gc_pauses),
            gc_pause_ms=_sum(body.gc_pause_ms, known.gc_pause_ms),
            allocated=body.allocated or known.allocated,
        )

    def view(self) -> list[Usage]:
        """Return what was used, by name, the longest first."""
        return sorted(self._names.values(), key=lambda usage: (-usage.took_ms, usage.name))


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one + (other or 0.0)


def _count(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def _largest(one: int | None, other: int | None) -> int | None:
    return other if one is None else max(one, other or 0)
