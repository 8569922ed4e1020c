"""Searches the events themselves for a text: newest block first, up to a bound."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator

import msgspec

from backtrail.model.errors import StoreError
from backtrail.model.limits import GREP_BYTES_MAX
from backtrail.store import blocks
from backtrail.store.answers import Found, TraceFilter, TraceSummary, since, summary_of
from backtrail.store.catalog import Catalog

_PAGE_BLOCKS = 256


def find(
    catalog: Catalog, wanted: TraceFilter, text: str, *, bytes_max: int = GREP_BYTES_MAX
) -> Found:
    """Return traces of which an event holds the text, in either case; newest first.

    The most recently written events are searched first, and the search stops when it has the
    traces that were asked for or has read `bytes_max`; the answer says at which time it stopped.
    """
    has_text = matcher(text)
    found: list[TraceSummary] = []
    decided: set[str] = set()
    searched = 0
    stopped_at: int | None = None
    for row in _newest_first(catalog, since(wanted.since_unix_ns)):
        if row["trace_id"] in decided:
            continue
        if searched >= bytes_max or len(found) > wanted.rows_max:
            stopped_at = row["time_max_ns"]
            break
        searched += row["line_bytes"]
        if not has_text(_text(catalog, row["block_id"])):
            continue
        decided.add(row["trace_id"])
        trace = catalog.row("trace", trace_id=row["trace_id"])
        if trace is not None and wanted.lets_through(summary := summary_of(trace)):
            found.append(summary)
    is_complete = stopped_at is None and len(found) <= wanted.rows_max
    found = found[: wanted.rows_max]
    found.sort(key=lambda trace: trace.start_unix_ns, reverse=True)
    return Found(traces=found, is_complete=is_complete, stopped_at_unix_ns=stopped_at)


def matcher(text: str) -> Callable[[bytes], bool]:
    """Return a test whether event lines hold a text, in either case.

    The text is looked for as JSON writes it, so that a quote or a line break in it is found.
    """
    needle = msgspec.json.encode(text)[1:-1]
    if needle.isascii():
        lowered = needle.lower()
        return lambda lines: lowered in lines.lower()
    folded = needle.decode().casefold()
    return lambda lines: folded in lines.decode(errors="replace").casefold()


def _newest_first(catalog: Catalog, since_unix_ns: int) -> Iterator[sqlite3.Row]:
    time_max_ns, block_id = (1 << 63) - 1, 0
    while True:
        page = catalog.rows(
            "blocks_before",
            time_max_ns=time_max_ns,
            block_id=block_id,
            since_unix_ns=since_unix_ns,
            limit=_PAGE_BLOCKS,
        )
        yield from page
        if len(page) < _PAGE_BLOCKS:
            return
        time_max_ns, block_id = page[-1]["time_max_ns"], page[-1]["block_id"]


def _text(catalog: Catalog, block_id: int) -> bytes:
    block = catalog.row("block", block_id=block_id)
    if block is None:
        return b""
    try:
        return blocks.text(block["payload"])
    except zlib.error as error:
        raise StoreError(
            f"block {block_id} of the catalogue is damaged", hint="backtrail index --rebuild"
        ) from error
