"""Answers about traces, events and errors, out of the catalogue alone.

`indexer.refresh` the catalogue first to see what was just recorded.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Collection, Iterator
from itertools import islice

import msgspec

from backtrail.model.errors import NotFoundError, StoreError
from backtrail.model.event import Event
from backtrail.model.limits.reading import GREP_BYTES_MAX, PAGE_ROWS_MAX
from backtrail.store import blocks, lookup
from backtrail.store.answers import (
    ErrorFilter,
    ErrorSummary,
    Found,
    FoundErrors,
    Hole,
    RecordedError,
    TraceFilter,
    TraceSummary,
    error_of,
    summary_of,
)
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.packing.dictionaries import needed
from backtrail.store.query import finding, lines


def traces(catalog: Catalog, wanted: TraceFilter | None = None) -> list[TraceSummary]:
    """Return the traces that a filter lets through, newest first."""
    return find(catalog, wanted or TraceFilter()).traces


def find(catalog: Catalog, wanted: TraceFilter, *, bytes_max: int = GREP_BYTES_MAX) -> Found:
    """Return the traces that a filter lets through, newest first, and whether all were looked at.

    Where events must be searched, for a text or an attribute, the search stops when it has the
    traces that were asked for or has read `bytes_max`; the answer says at which time it stopped.

    Raises:
        UsageError: its cursor is damaged, or of another list.
    """
    return finding.find_traces(catalog, wanted, bytes_max=bytes_max)


def find_errors(
    catalog: Catalog, wanted: ErrorFilter, *, bytes_max: int = GREP_BYTES_MAX
) -> FoundErrors:
    """Return the errors that a filter lets through, newest first; see `find`."""
    return finding.find_errors(catalog, wanted, bytes_max=bytes_max)


text_matcher = lines.text_matcher
"""Returns a test whether event lines hold a text, in either case."""


def trace_summary(catalog: Catalog, trace_id: str) -> TraceSummary:
    """Return one trace, by its full id.

    Raises:
        NotFoundError: there is none of that id.
    """
    row = catalog.row("trace", trace_id=trace_id)
    if row is None:
        raise lookup.unknown_trace(catalog, trace_id)
    return summary_of(row)


def resolve_trace(catalog: Catalog, text: str) -> str:
    """Return the full id of the trace that a text names.

    A text is a trace id, plain or dashed, a unique prefix of one, `latest`, or the id of an
    error, a run, a span, a process, an event or a session, which leads to its trace.

    Raises:
        NotFoundError: it names none, or several; the hint lists the nearest.
    """
    return lookup.resolve_trace(catalog, text)


def resolve_error(catalog: Catalog, text: str) -> str:
    """Return the full id of the error that a text names: id, unique prefix or `latest`.

    The id of a trace with exactly one error names that error.

    Raises:
        NotFoundError: it names none, or several; the hint lists the nearest.
    """
    return lookup.resolve_error(catalog, text)


def events(
    catalog: Catalog,
    trace_id: str,
    *,
    kinds: Collection[str] | None = None,
    after: str | None = None,
    limit: int | None = None,
    wanted: blocks.Wanted | None = None,
) -> Iterator[Event]:
    """Yield the events of a trace: each process's in its own order, merged by time.

    Where `wanted` is given, it is asked of each event's line, and says whether it is read at all.
    Only some kinds are read when `kinds` names them. To read on behind a page, pass the last
    `event_id` as `after`; with an event that is not there, nothing follows.
    """
    processes = _blocks_by_process(catalog, trace_id, kinds).values()
    streams = [_stream(catalog, rows, kinds, wanted) for rows in processes]
    merged: Iterator[Event] = heapq.merge(*streams, key=_order)
    if after is not None:
        merged = _behind(merged, after)
    return islice(merged, limit)


def last_events(
    catalog: Catalog, trace_id: str, count: int, *, kinds: Collection[str] | None = None
) -> list[Event]:
    """Return the last events of a trace, oldest first, reading no more than is needed."""
    ends: list[list[Event]] = []
    for rows in _blocks_by_process(catalog, trace_id, kinds).values():
        end: list[Event] = []
        for row in reversed(rows):
            if len(end) >= count:
                break
            end = [*_block_events(catalog, row, kinds), *end]
        ends.append(end[-count:] if count else [])
    merged = list(heapq.merge(*ends, key=_order))
    return merged[-count:] if count else []


def errors(
    catalog: Catalog,
    *,
    trace_id: str | None = None,
    since_unix_ns: int | None = None,
    fingerprint: str | None = None,
    limit: int = 100,
) -> list[ErrorSummary]:
    """Return errors, newest first: of one trace, or of all."""
    if trace_id is None:
        wanted = ErrorFilter(since_unix_ns=since_unix_ns, fingerprint=fingerprint, limit=limit)
        return find_errors(catalog, wanted).errors
    rows_max = max(0, min(limit, PAGE_ROWS_MAX))
    rows = catalog.rows("errors_of_trace", trace_id=trace_id, limit=rows_max)
    return [error_of(row) for row in rows]


def error(catalog: Catalog, error_id: str) -> RecordedError:
    """Return one error in full, by its full id; one block is read.

    Raises:
        NotFoundError: there is none of that id.
    """
    row = catalog.row("error", error_id=error_id)
    if row is None:
        raise lookup.unknown_error(catalog, error_id)
    found = event(catalog, row["trace_id"], process=row["process"], seq=row["seq"])
    if found is None:
        raise NotFoundError(
            f"the event of error {error_id} is not in the store",
            hint="backtrail index --rebuild",
        )
    return RecordedError(summary=error_of(row), event=found, body=found.body)


def event(catalog: Catalog, trace_id: str, *, process: str, seq: int) -> Event | None:
    """Return one event of a trace by its place, or `None`."""
    row = catalog.row("block_at", trace_id=trace_id, process=process, seq=seq)
    if row is None:
        return None
    return next((event for event in _unpacked(catalog, row) if event.seq == seq), None)


def event_named(catalog: Catalog, text: str) -> Event:
    """Return the event that an id names: its process, or a beginning of that, and its number.

    Raises:
        NotFoundError: it names none, or several.
    """
    trace_id, process, seq = lookup.resolve_event(catalog, text)
    found = event(catalog, trace_id, process=process, seq=seq)
    assert found is not None, text
    return found


def holes(catalog: Catalog, process: str) -> list[Hole]:
    """Return what is missing between the first and the last event of a process, by its full id."""
    found: list[Hole] = []
    expected: int | None = None
    for row in catalog.rows("segments_of_process", process=process):
        missing = row["seq_first"] - expected if expected is not None else 0
        if missing > 0:
            found.append(
                Hole(process=process, seq=row["seq_first"] - missing, count=missing, is_torn=False)
            )
        if row["torn"]:
            found.append(
                Hole(process=process, seq=row["seq_first"], count=row["torn"], is_torn=True)
            )
        expected = row["seq_next"] + row["torn"]
    return found


def traces_beside(catalog: Catalog, process: str, *, limit: int) -> list[str]:
    """Return the ids of traces that a process told of, by its full id."""
    rows = catalog.rows("traces_of_process", process=process, limit=max(0, limit))
    return [row["trace_id"] for row in rows]


def counters(catalog: Catalog) -> dict[str, int]:
    """Return what was lost or cut, by reason, as the recording programs and we counted it."""
    found = {row["reason"]: row["count"] for row in catalog.rows("losses")}
    torn = catalog.row("torn_lines")
    if torn is not None and torn[0]:
        found["torn_line"] = torn[0]
    return found


def partly_indexed(catalog: Catalog) -> int:
    """Return how many traces have more attributes than are indexed.

    Nothing is lost of them: a query for an attribute looks at their events.
    """
    row = catalog.row("cut_traits")
    return 0 if row is None else int(row["count"])


def _blocks_by_process(
    catalog: Catalog, trace_id: str, kinds: Collection[str] | None
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in catalog.rows("blocks_of_trace", trace_id=trace_id):
        if kinds is None or not set(kinds).isdisjoint(row["kinds"].split(" ")):
            found.setdefault(row["process"], []).append(row)
    return found


def _stream(
    catalog: Catalog,
    rows: list[Row],
    kinds: Collection[str] | None,
    wanted: blocks.Wanted | None,
) -> Iterator[Event]:
    for row in rows:
        yield from _block_events(catalog, row, kinds, wanted)


def _block_events(
    catalog: Catalog,
    row: Row,
    kinds: Collection[str] | None,
    wanted: blocks.Wanted | None = None,
) -> Iterator[Event]:
    block = catalog.row("block", block_id=row["block_id"])
    if block is None:
        return
    for event in _unpacked(catalog, block, wanted):
        if kinds is None or event.kind in kinds:
            yield event


def _unpacked(catalog: Catalog, block: Row, wanted: blocks.Wanted | None = None) -> Iterator[Event]:
    try:
        yield from blocks.events(
            block["payload"],
            process=block["process"],
            offset_ns=block["offset_ns"],
            wanted=wanted,
            dictionary=needed(catalog, block["payload"]),
        )
    except (zlib.error, msgspec.DecodeError) as error:
        raise StoreError(
            f"block {block['block_id']} of the catalogue is damaged",
            hint="backtrail index --rebuild",
        ) from error


def _order(event: Event) -> tuple[int, str, int]:
    return (event.time_unix_ns, event.process, event.seq)


def _behind(events: Iterator[Event], event_id: str) -> Iterator[Event]:
    for event in events:
        if event.event_id == event_id:
            return events
    return iter(())
