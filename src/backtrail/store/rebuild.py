"""Makes the catalogue anew: from the journal, and from old blocks where the journal is gone."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from backtrail.model.errors import DamagedCatalogError, StoreError
from backtrail.store import blocks, segments
from backtrail.store.catalog import CATALOG_NAME, QUERIES, SUMMARIES, Catalog, Progress, connect
from backtrail.store.indexer import Batch, Indexed, Totals, refresh, segment_row
from backtrail.store.retention import exclusive
from backtrail.store.summaries import (
    FROM_KIND,
    OPENED_BY_EVENT,
    SPECIAL,
    Place,
    Summaries,
    Trace,
)

_DRAFT = f"{CATALOG_NAME}.building"
_SAVE_BLOCKS = 1_000
"""Blocks after which the summaries in memory are written."""
_COMPANIONS = ("", "-wal", "-shm")


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What a rebuild did."""

    indexed: Indexed
    """From the journal."""
    events_from_blocks: int
    """From blocks whose segments are gone."""
    set_aside: str | None = None
    """Where the damaged catalogue is that was replaced."""


def rebuild(home: Path, progress: Progress | None = None) -> Rebuilt:
    """Make `catalog.db` anew from the journal and from what its old blocks hold beyond it.

    It is built in a file beside and takes its place at once: who reads meanwhile sees the old
    one, and a crash leaves the old one. A damaged one is set aside under another name, after what
    can be read of it was taken over. Pins and what was dropped do not stand in it.

    Raises:
        NewerFormatError: a later version of Backtrail wrote the catalogue.
        StoreError: it cannot be written, or another program is rebuilding it.
    """
    home = Path(home)
    with exclusive(home):
        _remove(home / _DRAFT)
        try:
            return _rebuild(home, progress)
        finally:
            _remove(home / _DRAFT)


def rebuild_summaries(catalog: Catalog) -> None:
    """Drop every table that is computed from blocks, and compute it again."""
    with catalog.writing():
        catalog.run_script(QUERIES["drop_summaries"])
        catalog.run_script(SUMMARIES)
        summaries = Summaries(catalog)
        for number, block in enumerate(_all_blocks(catalog), start=1):
            _fold(summaries, block)
            if number % _SAVE_BLOCKS == 0:
                summaries.save()
        summaries.save()


def _rebuild(home: Path, progress: Progress | None) -> Rebuilt:
    old, is_damaged = _open_old(home)
    with (
        closing(old) if old is not None else nullcontext(),
        Catalog(home, connect(home / _DRAFT), note=None) as fresh,
    ):
        indexed = refresh(fresh, progress)
        taken = 0
        if old is not None:
            taken = _take_over(old, fresh, may_be_damaged=is_damaged)
        if taken:
            rebuild_summaries(fresh)
        fresh.give_back()
        if old is not None and not is_damaged:
            old.take_over(fresh)
    if not is_damaged:
        return Rebuilt(indexed=indexed, events_from_blocks=taken)
    aside = _set_aside(home)
    (home / _DRAFT).replace(home / CATALOG_NAME)
    return Rebuilt(indexed=indexed, events_from_blocks=taken, set_aside=str(aside))


def _open_old(home: Path) -> tuple[Catalog | None, bool]:
    """Return the catalogue that is there, as far as it opens, and whether it is damaged."""
    try:
        old = Catalog.open(home)
    except DamagedCatalogError:
        return None, True
    if old.note is not None:
        old.close()
        raise StoreError(
            f"{home} cannot be written", hint="look at the directory's owner and permissions"
        )
    try:
        return old, old.damage() is not None
    except DamagedCatalogError:
        return old, True


def _take_over(old: Catalog, fresh: Catalog, *, may_be_damaged: bool) -> int:
    """Copy what the journal does not hold any more; return how many events that were."""
    covered = _Covered(fresh)
    with fresh.writing():
        batch = Batch(fresh, Totals(fresh, None))
        try:
            for number, block in enumerate(_all_blocks(old), start=1):
                batch.add_block(block, covered.test(block["process"]))
                if number % _SAVE_BLOCKS == 0:
                    batch.save()
            _take_torn(old, fresh)
        except (DamagedCatalogError, zlib.error, msgspec.DecodeError):
            if not may_be_damaged:
                raise
        batch.save()
    return batch.events


class _Covered:
    """Which seqs of a process the journal holds."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._ranges: dict[str, list[range]] = {}

    def test(self, process: str) -> Callable[[int], bool]:
        """Return a test whether a seq of a process is in the journal."""
        ranges = self._ranges.get(process)
        if ranges is None:
            rows = self._catalog.rows("segment_ranges", process=process)
            ranges = [range(row["seq_first"], row["seq_next"]) for row in rows]
            self._ranges[process] = ranges
        return lambda seq: any(seq in covered for covered in ranges)


def _take_torn(old: Catalog, fresh: Catalog) -> None:
    """Carry over the lines that were torn: what was cut off a segment is not there to count."""
    for row in old.rows("all_segments"):
        segment = segment_row(fresh, row["name"])
        if segment is not None and segment.torn < row["torn"]:
            segment.torn = row["torn"]
            fresh.run("save_segment", **msgspec.structs.asdict(segment))


def _all_blocks(catalog: Catalog) -> Iterator[sqlite3.Row]:
    block_id = -1
    while (block := catalog.row("block_after", block_id=block_id)) is not None:
        yield block
        block_id = block["block_id"]


def _fold(summaries: Summaries, block: sqlite3.Row) -> None:
    trace: Trace | None = None
    for seq, raw in zip(*blocks.unpack(block["payload"]), strict=True):
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


def _set_aside(home: Path) -> Path:
    """Rename the damaged catalogue with its companions; return its new place."""
    number = 1
    while (aside := home / f"{CATALOG_NAME}.damaged-{number}").exists():
        number += 1
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            (home / f"{CATALOG_NAME}{companion}").rename(f"{aside}{companion}")
    return aside


def _remove(path: Path) -> None:
    for companion in _COMPANIONS:
        Path(f"{path}{companion}").unlink(missing_ok=True)
