"""Finds traces and errors, newest first, page by page.

What the catalogue's tables can say, SQL says. For the rest the events of those traces are looked
through that may still be meant, the newest trace first and in it the newest block, up to a bound.
A page goes on behind the last row of the one before, so that new traces move nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import GREP_BYTES_MAX
from backtrail.store import blocks
from backtrail.store.answers import (
    ErrorFilter,
    Found,
    FoundErrors,
    TraceFilter,
    error_of,
    summary_of,
)
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.packing.dictionaries import needed
from backtrail.store.query import cursor
from backtrail.store.query.plan import Of, Plan, plan
from backtrail.store.query.terms import Term, decided
from backtrail.store.spans.words import is_known
from backtrail.store.text.index import narrowed

_PAGES = (64, 256, 1024)
"""Rows looked at in the first page of candidates, the second one, and each further one."""
_DECIDED_MAX = 10_000
"""Traces of which is remembered what their events said, for the errors that share one."""


class _Page(Struct, kw_only=True):
    """Rows that were found, and where to go on."""

    rows: list[Row]
    is_complete: bool = True
    next_cursor: str | None = None
    stopped_at_unix_ns: int | None = None


def find_traces(catalog: Catalog, wanted: TraceFilter, *, bytes_max: int = GREP_BYTES_MAX) -> Found:
    """Return the traces that a filter lets through; see `reading.find`."""
    page = _page(catalog, "traces", wanted, bytes_max)
    return Found(
        traces=[summary_of(row) for row in page.rows],
        is_complete=page.is_complete,
        stopped_at_unix_ns=page.stopped_at_unix_ns,
        next_cursor=page.next_cursor,
    )


def find_errors(
    catalog: Catalog, wanted: ErrorFilter, *, bytes_max: int = GREP_BYTES_MAX
) -> FoundErrors:
    """Return the errors that a filter lets through; see `reading.find_errors`."""
    page = _page(catalog, "errors", wanted, bytes_max)
    return FoundErrors(
        errors=[error_of(row) for row in page.rows],
        is_complete=page.is_complete,
        stopped_at_unix_ns=page.stopped_at_unix_ns,
        next_cursor=page.next_cursor,
    )


def _page(catalog: Catalog, of: Of, wanted: TraceFilter | ErrorFilter, bytes_max: int) -> _Page:
    position = cursor.read(of, wanted.cursor)
    planned = plan(
        wanted.terms,
        of=of,
        texts=catalog.clauses,
        narrowed=partial(narrowed, catalog),
        has_parts=partial(is_known, catalog, "key"),
    )
    rows_max = wanted.rows_max
    if not planned.is_exact:
        found = _candidates(catalog, of, planned, position)
        return _searched(of, found, _Search(catalog, planned, bytes_max), rows_max)
    rows = catalog.search(
        f"found_{of}",
        where=planned.where.sql,
        parameters={
            **planned.where.parameters,
            "time_unix_ns": position.time_unix_ns,
            "id": position.id,
            "limit": rows_max + 1,
        },
    )
    page = _Page(rows=rows[:rows_max], is_complete=len(rows) <= rows_max)
    if page.rows and not page.is_complete:
        page.next_cursor = cursor.written(of, *_place(of, page.rows[-1]))
    return page


def _place(of: Of, row: Row) -> tuple[int, str]:
    if of == "traces":
        return row["start_unix_ns"], row["trace_id"]
    return row["time_unix_ns"], row["error_id"]


def _searched(of: Of, candidates: Iterator[Row], search: _Search, rows_max: int) -> _Page:
    """Look into the events of each candidate."""
    page = _Page(rows=[])
    last: tuple[int, str] | None = None
    for candidate in candidates:
        is_untouched = search.bytes_left == search.bytes_max
        is_met = search.is_met(candidate)
        is_full = bool(is_met) and len(page.rows) == rows_max
        if is_full or is_met is None:
            page.is_complete = False
        if is_met is None:
            page.stopped_at_unix_ns = candidate["time_unix_ns"]
        if not is_full and (is_met is not None or is_untouched):
            # Of a trace that is larger than the bound no page would come to an end.
            last = candidate["time_unix_ns"], candidate["id"]
        if not page.is_complete:
            page.next_cursor = None if last is None else cursor.written(of, *last)
            break
        if is_met:
            page.rows += _full(search.catalog, of, candidate["id"])
    return page


def _full(catalog: Catalog, of: Of, row_id: str) -> list[Row]:
    """Return a candidate's whole row; none when it was removed meanwhile."""
    if of == "traces":
        row = catalog.row("trace", trace_id=row_id)
    else:
        row = catalog.row("error", error_id=row_id)
    return [] if row is None else [row]


def _candidates(
    catalog: Catalog, of: Of, planned: Plan, position: cursor.Position
) -> Iterator[Row]:
    parameters = dict(planned.where.parameters)
    for condition in planned.columns.values():
        parameters |= condition.parameters
    time_unix_ns, row_id = position.time_unix_ns, position.id
    sizes = iter(_PAGES)
    limit = 0
    while True:
        limit = next(sizes, limit)
        rows = catalog.search(
            f"candidate_{of}",
            where=planned.where.sql,
            leaves=[condition.sql for condition in planned.columns.values()],
            parameters=parameters | {"time_unix_ns": time_unix_ns, "id": row_id, "limit": limit},
        )
        yield from rows
        if len(rows) < limit:
            return
        time_unix_ns, row_id = rows[-1]["time_unix_ns"], rows[-1]["id"]


class _Search:
    """Answers terms by the events of traces, and counts the bytes that it reads."""

    def __init__(self, catalog: Catalog, planned: Plan, bytes_max: int) -> None:
        self.catalog = catalog
        self.plan = planned
        self.bytes_max = bytes_max
        self.bytes_left = bytes_max
        self.seen: dict[str, dict[Term, bool]] = {}
        """What the events of a trace said, by its id."""

    def is_met(self, row: Row) -> bool | None:
        """Tell whether a candidate is meant; `None` when the bound does not let it be known."""
        known = {term: bool(row[f"leaf_{n}"]) for n, term in enumerate(self.plan.columns)}
        trace_id = row["trace_id"]
        known |= self.seen.get(trace_id, {})
        met = decided(self.plan.query, known)
        return self._looked(trace_id, known) if met is None else met

    def _looked(self, trace_id: str, known: dict[Term, bool]) -> bool | None:
        """Read the blocks of a trace until they say enough."""
        rows = self.catalog.rows("blocks_of_trace", trace_id=trace_id)
        for row in sorted(rows, key=lambda row: row["time_max_ns"], reverse=True):
            if self.bytes_left <= 0:
                return None
            self.bytes_left -= row["line_bytes"]
            text = self._text(row["block_id"])
            known |= {
                term: True
                for term, holds in self.plan.looks.items()
                if term not in known and holds(text)
            }
            met = decided(self.plan.query, known)
            if met is not None:
                return met
        known = dict.fromkeys(self.plan.looks, False) | known
        if len(self.seen) >= _DECIDED_MAX:
            self.seen.clear()
        self.seen[trace_id] = {term: known[term] for term in self.plan.looks}
        return decided(self.plan.query, known)

    def _text(self, block_id: int) -> bytes:
        block = self.catalog.row("block", block_id=block_id)
        if block is None:
            return b""
        try:
            payload = block["payload"]
            return blocks.text(payload, needed(self.catalog, payload))
        except zlib.error as error:
            raise StoreError(
                f"block {block_id} of the catalogue is damaged", hint="backtrail index --rebuild"
            ) from error
