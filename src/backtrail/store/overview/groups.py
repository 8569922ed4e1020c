"""Groups of errors: those that share a fingerprint, and when they happened."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import LIST_ROWS, LIST_ROWS_MAX, TREND_BUCKETS
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.query import cursor as cursors

_DAY_NS = 24 * 3_600 * NS_PER_S
_ALWAYS = -(1 << 63)


class ErrorGroup(Struct, frozen=True, kw_only=True):
    """Errors that share a fingerprint."""

    fingerprint: str
    type: str
    message: str
    """Of the last one, as are the type and the place."""
    file: str | None
    line: int | None
    function: str | None
    count: int
    """How often it happened in the time that was asked for, with what was only counted."""
    traces: int
    """In how many traces it happened in that time."""
    first_unix_ns: int
    """When it first happened at all."""
    last_unix_ns: int
    last_error_id: str
    last_trace_id: str
    trend: list[int]
    """Recorded errors in `TREND_BUCKETS` equal stretches of the time that was asked for, else of
    the last day, the oldest first."""


class ErrorGroups(Struct, frozen=True, kw_only=True):
    """A page of groups, the last seen first."""

    groups: list[ErrorGroup]
    next_cursor: str | None = None


def error_groups(
    catalog: Catalog,
    *,
    now_unix_ns: int,
    since_unix_ns: int | None = None,
    limit: int = LIST_ROWS,
    cursor: str | None = None,
) -> ErrorGroups:
    """Return the groups of errors of which one happened since a time, the last seen first.

    Raises:
        UsageError: the cursor is damaged, or of another list.
    """
    position = cursors.read("groups", cursor)
    rows_max = max(1, min(limit, LIST_ROWS_MAX))
    since = _ALWAYS if since_unix_ns is None else since_unix_ns
    rows = catalog.rows(
        "error_groups",
        since_unix_ns=since,
        time_unix_ns=position.time_unix_ns,
        id=position.id,
        limit=rows_max + 1,
    )
    trend_from = now_unix_ns - _DAY_NS if since_unix_ns is None else since_unix_ns
    groups = [
        _group(catalog, row, since_unix_ns=since, trend_from=trend_from, now_unix_ns=now_unix_ns)
        for row in rows[:rows_max]
    ]
    next_cursor = None
    if len(rows) > rows_max:
        last = groups[-1]
        next_cursor = cursors.written("groups", last.last_unix_ns, last.fingerprint)
    return ErrorGroups(groups=groups, next_cursor=next_cursor)


def _group(
    catalog: Catalog, row: Row, *, since_unix_ns: int, trend_from: int, now_unix_ns: int
) -> ErrorGroup:
    fingerprint = row["fingerprint"]
    (told,) = catalog.rows("error_group", fingerprint=fingerprint, since_unix_ns=since_unix_ns)
    (first,) = catalog.rows("first_of_group", fingerprint=fingerprint)
    (last,) = catalog.rows("last_of_group", fingerprint=fingerprint)
    (more,) = catalog.rows("repeats_of_group", fingerprint=fingerprint, since_unix_ns=since_unix_ns)
    return ErrorGroup(
        fingerprint=fingerprint,
        type=last["type"],
        message=last["message"],
        file=last["file"],
        line=last["line"],
        function=last["function"],
        count=told["count"] + more["repeats"],
        traces=told["traces"],
        first_unix_ns=first["first_unix_ns"],
        last_unix_ns=row["last_unix_ns"],
        last_error_id=last["error_id"],
        last_trace_id=last["trace_id"],
        trend=_trend(catalog, fingerprint, from_unix_ns=trend_from, until_unix_ns=now_unix_ns),
    )


def _trend(
    catalog: Catalog, fingerprint: str, *, from_unix_ns: int, until_unix_ns: int
) -> list[int]:
    bucket_ns = max(1, -(-(until_unix_ns - from_unix_ns) // TREND_BUCKETS))
    trend = [0] * TREND_BUCKETS
    for row in catalog.rows(
        "trend_of_group",
        fingerprint=fingerprint,
        from_unix_ns=from_unix_ns,
        bucket_ns=bucket_ns,
    ):
        # What happens while the page is made, or by a clock that is ahead, belongs to the end.
        trend[min(row["bucket"], TREND_BUCKETS - 1)] += row["count"]
    return trend
