"""What the store answers with, and what it can be asked for."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.event import Event
from backtrail.model.kinds import Status
from backtrail.model.limits.reading import PAGE_ROWS_MAX
from backtrail.store.engines.protocol import Row
from backtrail.store.query.patterns import literal
from backtrail.store.query.terms import EVERYTHING, Either, Leaf, Query, Term, all_of


class TraceFilter(Struct, frozen=True, kw_only=True):
    """Which traces are wanted; what is left out does not matter."""

    errors_only: bool = False
    """Traces that hold an error, handled or not, or that failed."""
    slower_than_ms: float | None = None
    name: str | None = None
    """A part of the trace's name, in either case."""
    session: str | None = None
    since_unix_ns: int | None = None
    """Traces that started at this time or later."""
    grep: str | None = None
    """A text in any of their events, in either case."""
    limit: int = 100
    """At most `PAGE_ROWS_MAX`."""

    query: Query | None = None
    """What else is asked of them, as `query.fields.read_query` reads it."""
    cursor: str | None = None
    """Go on behind a page, with its `next_cursor`."""

    @property
    def rows_max(self) -> int:
        """How many traces may be answered."""
        return max(0, min(self.limit, PAGE_ROWS_MAX))

    @property
    def terms(self) -> Query:
        """All that is wanted, as one query."""
        wanted = [self.query or EVERYTHING]
        if self.errors_only:
            some = Term(field="errors", compared=">", value=0)
            wanted.append(Either((Leaf(some), Leaf(Term(field="status", value="error")))))
        if self.slower_than_ms:
            took_ns = int(self.slower_than_ms * NS_PER_MS)
            wanted.append(Leaf(Term(field="duration", compared=">=", value=took_ns)))
        if self.name:
            wanted.append(Leaf(Term(field="name", value=literal(self.name).anywhere)))
        if self.session is not None:
            wanted.append(Leaf(Term(field="session", value=literal(self.session))))
        if self.since_unix_ns is not None:
            since = Term(field="started", compared=">=", value=self.since_unix_ns)
            wanted.append(Leaf(since))
        if self.grep:
            wanted.append(Leaf(Term(field="text", value=literal(self.grep))))
        return all_of(*wanted)


class TraceSummary(Struct, frozen=True, kw_only=True):
    """What a list shows of a trace."""

    trace_id: str
    name: str
    """What started it: the run's name or command, the operation, its first root span, the
    process's arguments, or its first action."""
    status: Status
    """`error` when it failed, `unfinished` when no ending was seen, else `ok`."""
    is_live: bool
    """No ending was seen, and its writer still runs."""
    start_unix_ns: int
    end_unix_ns: int
    """When its last event was recorded."""
    took_ms: float
    """From its first to its last event."""
    events: int
    errors: int
    """Errors raised in it, handled ones and repeats that were only counted among them."""
    spans: int
    processes: int
    dropped: int
    """Events of it that were lost while recording."""
    session: str | None = None
    run_id: str | None = None
    command: list[str] | None = None
    """What `backtrail run` started, or the arguments of its process."""
    exit_code: int | None = None
    signal: str | None = None
    stored_bytes: int = 0
    """What its events take in the catalogue."""


class Found(Struct, frozen=True, kw_only=True):
    """Traces that a filter lets through, newest first, and how far the search went."""

    traces: list[TraceSummary]
    is_complete: bool = True
    """Whether there was nothing more to look at: neither the limit nor the bound of a search in
    events was reached."""
    stopped_at_unix_ns: int | None = None
    """A search in events stopped at its bound; traces begun at this time or before were not
    searched."""
    next_cursor: str | None = None
    """What to go on with; `None` at the end."""


class ErrorSummary(Struct, frozen=True, kw_only=True):
    """What a list shows of an error."""

    error_id: str
    trace_id: str
    type: str
    message: str
    time_unix_ns: int
    file: str | None
    line: int | None
    function: str | None
    """The place: the innermost frame of the user's own code, else the innermost."""
    mechanism: str
    is_handled: bool
    fingerprint: str
    repeats: int
    """Occurrences after it that were only counted."""


class ErrorFilter(Struct, frozen=True, kw_only=True):
    """Which errors are wanted; what is left out does not matter."""

    since_unix_ns: int | None = None
    """Errors of this time or later."""
    fingerprint: str | None = None
    query: Query | None = None
    """What else is asked of them and of their traces; `started` and `since` are of the error."""
    cursor: str | None = None
    limit: int = 100
    """At most `PAGE_ROWS_MAX`."""

    @property
    def rows_max(self) -> int:
        """How many errors may be answered."""
        return max(0, min(self.limit, PAGE_ROWS_MAX))

    @property
    def terms(self) -> Query:
        """All that is wanted, as one query."""
        wanted = [self.query or EVERYTHING]
        if self.since_unix_ns is not None:
            since = Term(field="started", compared=">=", value=self.since_unix_ns)
            wanted.append(Leaf(since))
        if self.fingerprint is not None:
            wanted.append(Leaf(Term(field="fingerprint", value=literal(self.fingerprint))))
        return all_of(*wanted)


class FoundErrors(Struct, frozen=True, kw_only=True):
    """Errors that a filter lets through, newest first, and how far the search went."""

    errors: list[ErrorSummary]
    is_complete: bool = True
    stopped_at_unix_ns: int | None = None
    """A search in events stopped at its bound; older errors were not looked at."""
    next_cursor: str | None = None
    """What to go on with; `None` at the end."""


class RecordedError(Struct, frozen=True, kw_only=True):
    """An error in full."""

    summary: ErrorSummary
    event: Event
    """Its envelope."""
    body: dict[str, Any]
    """As `model.kinds.ErrorRaised` has it."""


class Hole(Struct, frozen=True, kw_only=True):
    """Events of a process that its journal should hold and does not."""

    process: str
    seq: int
    """The first number that is missing; of lines that could not be read, a number near them."""
    count: int
    is_torn: bool
    """Whether lines are there and could not be read; otherwise a file of the journal is gone."""


def summary_of(row: Row) -> TraceSummary:
    """Return a row of what `sql/events.sql` calls a summary as what it says."""
    is_finished = bool(row["is_closed"] or row["is_ended"])
    command = row["command"] or row["root_command"]
    status: Status = "ok"
    if row["has_failed"]:
        status = "error"
    elif not is_finished:
        status = "unfinished"
    return TraceSummary(
        trace_id=row["trace_id"],
        name=row["name"],
        status=status,
        is_live=not is_finished and bool(row["is_held"]),
        start_unix_ns=row["start_unix_ns"],
        end_unix_ns=row["end_unix_ns"],
        took_ms=(row["end_unix_ns"] - row["start_unix_ns"]) / NS_PER_MS,
        events=row["events"],
        errors=row["errors"],
        spans=row["spans"],
        processes=row["processes"],
        dropped=row["dropped"],
        session=row["session"] or row["root_session"],
        run_id=row["run_id"],
        command=msgspec.json.decode(command) if command else None,
        exit_code=row["exit_code"],
        signal=row["signal"],
        stored_bytes=row["stored_bytes"],
    )


def error_of(row: Row) -> ErrorSummary:
    """Return a row of the table `error` as what it says."""
    return ErrorSummary(
        error_id=row["error_id"],
        trace_id=row["trace_id"],
        type=row["type"],
        message=row["message"],
        time_unix_ns=row["time_unix_ns"],
        file=row["file"],
        line=row["line"],
        function=row["function"],
        mechanism=row["mechanism"],
        is_handled=bool(row["is_handled"]),
        fingerprint=row["fingerprint"],
        repeats=row["repeats"] or 0,
    )
