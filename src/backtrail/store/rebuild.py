"""Makes the catalogue anew: from the journal, and from old blocks where the journal is gone."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import msgspec
from msgspec import Struct

from backtrail.model.errors import DamagedCatalogError, StoreError
from backtrail.store.catalog import Catalog, Progress, catalog_format
from backtrail.store.engines.choosing import place_of
from backtrail.store.engines.protocol import EnginePlace
from backtrail.store.indexer import Batch, Indexed, Totals, refresh, segment_row
from backtrail.store.packing.dictionaries import needed
from backtrail.store.retention import exclusive
from backtrail.store.spans.recount import SAVE_BLOCKS, all_blocks, rebuild_summaries

__all__ = ["Rebuilt", "rebuild", "rebuild_summaries"]


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What a rebuild did."""

    indexed: Indexed
    """From the journal."""
    events_from_blocks: int
    """From blocks whose segments are gone."""
    set_aside: str | None = None
    """Where the damaged catalogue is that was replaced."""


def rebuild(home: Path, progress: Progress | None = None, *, store: str | None = None) -> Rebuilt:
    """Make the catalogue anew from the journal and from what its old blocks hold beyond it.

    It is built beside and takes its place at once: who reads meanwhile sees the old
    one, and a crash leaves the old one. A damaged one is set aside under another name, after what
    can be read of it was taken over. Pins and what was dropped do not stand in it.

    Raises:
        NewerFormatError: a later version of Backtrail wrote the catalogue.
        StoreError: it cannot be written, or another program is rebuilding it.
    """
    home = Path(home)
    place = place_of(home, store, catalog_format())
    with exclusive(home):
        place.drop_draft()
        try:
            return _rebuild(home, place, progress)
        finally:
            place.drop_draft()


def _rebuild(home: Path, place: EnginePlace, progress: Progress | None) -> Rebuilt:
    old, is_damaged = _open_old(home, place)
    with (
        closing(old) if old is not None else nullcontext(),
        Catalog(home, place.draft()) as fresh,
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
    return Rebuilt(indexed=indexed, events_from_blocks=taken, set_aside=place.replace_damaged())


def _open_old(home: Path, place: EnginePlace) -> tuple[Catalog | None, bool]:
    """Return the catalogue that is there, as far as it opens, and whether it is damaged."""
    try:
        old = Catalog(home, place.open())
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
            for number, block in enumerate(all_blocks(old), start=1):
                against = needed(old, block["payload"])
                batch.add_block(block, covered.test(block["process"]), against)
                if number % SAVE_BLOCKS == 0:
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
