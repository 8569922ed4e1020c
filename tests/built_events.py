"""Builds events as a store gives them back, for tests of what is made of them."""

from __future__ import annotations

from typing import Any

import builders
from backtrail.model.event import Event

MS = 1_000_000
TRACE = builders.trace_id(1)


class Recorded:
    """The events of one process, one after the other, by its own clocks."""

    def __init__(self, number: int = 1, *, wall_ms: float = 0.0, boot_ms: float = 0.0) -> None:
        """Begin a process.

        Args:
            number: tells processes apart.
            wall_ms: how far its wall clock goes before the others'.
            boot_ms: what its machine's clock since boot shows more than the others'.
        """
        self.process = builders.process_id(number)
        self.seq = 0
        self._wall_ns = int(wall_ms * MS)
        self._boot_ns = int(boot_ms * MS)

    def event(
        self,
        kind: str,
        at_ms: float,
        *,
        span: str | None = None,
        thread: str | None = None,
        task: str | None = None,
        trace: str = TRACE,
        **body: Any,
    ) -> Event:
        """Return its next event, at a time that is the same for all processes."""
        built = Event(
            kind=kind,
            trace_id=trace,
            span_id=span,
            seq=self.seq,
            time_unix_ns=builders.START_UNIX_NS + int(at_ms * MS) + self._wall_ns,
            monotonic_ns=int(at_ms * MS) + self._boot_ns,
            process=self.process,
            thread=thread,
            task=task,
            body=body,
        )
        self.seq += 1
        return built


def texts(events: list[Event]) -> list[str]:
    """Return the `name` of each event, or its kind."""
    return [str(event.body.get("name", event.kind)) for event in events]
