"""Sessions: traces that belong together for a person, added up."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.limits.reading import LIST_ROWS, LIST_ROWS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.query import cursor as cursors


class Session(Struct, frozen=True, kw_only=True):
    """Traces of one session."""

    session: str | None
    """`None` for the traces that have none."""
    traces: int
    errors: int
    """Errors in them, handled ones and counted repeats among them."""
    first_unix_ns: int
    last_unix_ns: int
    """When the last event in it was recorded."""
    last_trace_id: str
    """The trace that began last."""
    name: str
    """The name of that trace."""


class Sessions(Struct, frozen=True, kw_only=True):
    """A page of sessions, the last active first."""

    sessions: list[Session]
    next_cursor: str | None = None


def sessions(catalog: Catalog, *, limit: int = LIST_ROWS, cursor: str | None = None) -> Sessions:
    """Return the sessions, the last active first.

    A trace without a session of its own belongs to that of the process which began it.

    Raises:
        UsageError: the cursor is damaged, or of another list.
    """
    position = cursors.read("sessions", cursor)
    rows_max = max(1, min(limit, LIST_ROWS_MAX))
    rows = catalog.rows(
        "sessions", time_unix_ns=position.time_unix_ns, id=position.id, limit=rows_max + 1
    )
    newest = {row["session"]: row["trace_id"] for row in catalog.rows("last_of_sessions")}
    found = []
    for row in rows[:rows_max]:
        trace_id = newest[row["session"]]
        trace = catalog.row("trace_row", trace_id=trace_id)
        found.append(
            Session(
                session=row["session"] or None,
                traces=row["traces"],
                errors=row["errors"],
                first_unix_ns=row["first_unix_ns"],
                last_unix_ns=row["last_unix_ns"],
                last_trace_id=trace_id,
                name="" if trace is None else trace["name"],
            )
        )
    next_cursor = None
    if len(rows) > rows_max:
        last = found[-1]
        next_cursor = cursors.written("sessions", last.last_unix_ns, last.session or "")
    return Sessions(sessions=found, next_cursor=next_cursor)
