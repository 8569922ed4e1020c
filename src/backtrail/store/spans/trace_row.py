"""A row of the table `trace`, while events are added to it, and where its parts come from."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from backtrail.model.limits import NAME_CHARS_MAX

FROM_RUN, FROM_START, FROM_ROOT_SPAN, FROM_PROCESS, FROM_SPAN, FROM_ACTION, FROM_KIND = range(7)
"""Where a trace's name comes from, best first; among equals the earliest counts."""
OPENED_BY_RUN, OPENED_BY_START, OPENED_BY_PROCESS, OPENED_BY_EVENT = range(4)
"""What opened a trace, best first."""


class Trace(Struct, kw_only=True):
    """A row of the table `trace`, while events are added to it."""

    trace_no: int
    trace_id: str
    start_unix_ns: int
    end_unix_ns: int
    events: int = 0
    errors: int = 0
    spans: int = 0
    dropped: int = 0
    name: str
    name_rank: int = FROM_KIND
    name_ns: int
    has_failed: int = 0
    is_closed: int = 0
    opener: str
    opener_rank: int = OPENED_BY_EVENT
    opener_ns: int
    run_id: str | None = None
    session: str | None = None
    command: str | None = None
    exit_code: int | None = None
    signal: str | None = None
    stored_bytes: int = 0
    line_bytes: int = 0

    def name_it(self, name: str, rank: int, time_ns: int) -> None:
        """Take a name, unless there is a better one."""
        if name and (rank, time_ns) < (self.name_rank, self.name_ns):
            self.name, self.name_rank, self.name_ns = name[:NAME_CHARS_MAX], rank, time_ns

    def open_it(self, process: str, rank: int, time_ns: int) -> None:
        """Take a process as the one that opened the trace, unless there is a better one."""
        if (rank, time_ns) < (self.opener_rank, self.opener_ns):
            self.opener, self.opener_rank, self.opener_ns = process, rank, time_ns

    def add_block(
        self,
        *,
        events: int,
        time_min_ns: int,
        time_max_ns: int,
        stored_bytes: int,
        line_bytes: int,
    ) -> None:
        """Count a block of events."""
        self.events += events
        self.start_unix_ns = min(self.start_unix_ns, time_min_ns)
        self.end_unix_ns = max(self.end_unix_ns, time_max_ns)
        self.stored_bytes += stored_bytes
        self.line_bytes += line_bytes


class Place(Struct, frozen=True, kw_only=True):
    """Where an event stands."""

    process: str
    seq: int
    time_unix_ns: int


Number = Annotated[int, Meta(ge=-(1 << 62), le=1 << 62)]
"""What an SQLite column can hold, with room to add."""
