"""Computes all summaries again from the blocks."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.store import segments
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.packing.dictionaries import unpacked
from backtrail.store.spans.trace_row import FROM_KIND, OPENED_BY_EVENT, Place, Trace
from backtrail.store.summaries import SPECIAL, Summaries

DUE = "summaries"
"""Name in `meta` that stands there while the summaries of an older format are to be computed."""
SAVE_BLOCKS = 1_000
"""Blocks after which the summaries in memory are written."""


def bring_up(catalog: Catalog) -> None:
    """Compute the summaries of a catalogue whose format was older, unless that is done."""
    if catalog.row("meta", name=DUE) is not None:
        rebuild_summaries(catalog)


def rebuild_summaries(catalog: Catalog) -> None:
    """Drop every table that is computed from blocks, and compute it again."""
    with catalog.writing():
        catalog.run("drop_meta", name=DUE)
        catalog.remake_summaries()
        summaries = Summaries(catalog)
        for number, block in enumerate(all_blocks(catalog), start=1):
            _fold(catalog, summaries, block)
            if number % SAVE_BLOCKS == 0:
                summaries.save()
        summaries.save()


def all_blocks(catalog: Catalog) -> Iterator[Row]:
    """Yield every block, the first one first."""
    block_id = -1
    while (block := catalog.row("block_after", block_id=block_id)) is not None:
        yield block
        block_id = block["block_id"]


def _fold(catalog: Catalog, summaries: Summaries, block: Row) -> None:
    trace: Trace | None = None
    for seq, raw in zip(*unpacked(catalog, block), strict=True):
        line = segments.parse_line(raw)
        if line is None:
            continue
        place = Place(process=block["process"], seq=seq, time_unix_ns=line.t + block["offset_ns"])
        if trace is None:
            trace = summaries.trace(
                line.trace, line=line, process=place.process, time_unix_ns=place.time_unix_ns
            )
            trace.name_it(line.kind, FROM_KIND, place.time_unix_ns)
            trace.open_it(place.process, OPENED_BY_EVENT, place.time_unix_ns)
        summaries.note(trace, raw)
        if line.kind in SPECIAL:
            summaries.add(trace, line, raw, place)
    if trace is not None:
        trace.add_block(
            events=block["events"],
            time_min_ns=block["time_min_ns"],
            time_max_ns=block["time_max_ns"],
            stored_bytes=len(block["payload"]),
            line_bytes=block["line_bytes"],
        )
