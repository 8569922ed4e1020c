"""Takes a catalogue from one engine to another: what is the truth, block by block.

The copy grows beside the place where it is to be, each page in one transaction with the number of
its last block, so that one that was broken off goes on. It takes its place at once, when it has
been read back and its summaries are computed; the catalogue that it is made from stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import MOVE_BLOCKS
from backtrail.store.catalog import Catalog, Progress, catalog_format
from backtrail.store.engines.choosing import place_of
from backtrail.store.engines.protocol import EnginePlace, Row
from backtrail.store.kept import read_kept
from backtrail.store.retention import exclusive
from backtrail.store.spans.recount import rebuild_summaries

_MARK = "moving"
"""In the copy's `meta`: the last block that it holds, by its number in the other one."""
_OF_EACH = frozenset({_MARK, "format", "summaries", "writer"})
"""What `meta` says of the catalogue that it stands in alone."""
_NONE = -1


class Moved(Struct, frozen=True, kw_only=True):
    """What was moved."""

    blocks: int
    events: int
    traces: int
    resumed_at: int
    """How many blocks of them an earlier attempt had copied."""
    checksum: str
    """SHA-256 of all blocks, the same on both sides."""
    place: str
    """Where the catalogue is, without a password."""


class _Sum(Struct, frozen=True, kw_only=True):
    blocks: int
    events: int
    checksum: str


def move(
    home: Path, *, source: str | None, target: str | None, progress: Progress | None = None
) -> Moved:
    """Copy a catalogue to another engine, and check the copy.

    Args:
        home: the `.backtrail` directory.
        source: the setting `store` as it is.
        target: the setting as it is to be.
        progress: is told events done and events in all.

    Raises:
        StoreError: there are traces in the target that the source has not, the copy is not what it
            was made from, or one of them cannot be used; the target is as it was.
    """
    place = place_of(home, target, catalog_format())
    with (
        exclusive(home),
        Catalog.open(home, store=source) as old,
        Catalog(home, place.open()) as there,
    ):
        _check(old, there)
        with _draft(home, place) as fresh:
            resumed_at = _totals(fresh, _NONE)["blocks"]
            last = _copied(old, fresh, progress)
            with old.writing():
                # What came meanwhile; now nobody writes.
                last = _copied(old, fresh, None)
                _copy_places(old, fresh)
            told = _sum(fresh, None)
            if told != _sum(old, last):
                place.drop_draft()
                raise StoreError(
                    f"the copy in {there.engine.place} is not what it was made from",
                    hint="nothing was changed there; run it again",
                )
            rebuild_summaries(fresh)
            fresh.run("drop_meta", name=_MARK)
            fresh.give_back()
            there.take_over(fresh)
        place.drop_draft()
        row = there.row("trace_count")
        return Moved(
            blocks=told.blocks,
            events=told.events,
            traces=row[0] if row else 0,
            resumed_at=resumed_at,
            checksum=told.checksum,
            place=there.engine.place,
        )


def _check(old: Catalog, there: Catalog) -> None:
    """Refuse to lose what only the target has."""
    if old.engine.place == there.engine.place:
        raise StoreError(f"the catalogue is in {old.engine.place}", hint="name another place")
    for catalog in (old, there):
        if catalog.note is not None:
            raise StoreError(catalog.note, hint="look at the directory's owner and permissions")
    known = {row["trace_id"] for row in old.rows("trace_starts")} | set(read_kept(old.home).dropped)
    alone = [row["trace_id"] for row in there.rows("trace_starts") if row["trace_id"] not in known]
    if alone:
        raise StoreError(
            f"{there.engine.place} holds {len(alone)} traces that {old.engine.place} has not, "
            f"such as {alone[0]}",
            hint="set `store` to that place to look at them, or remove it first",
        )


def _draft(home: Path, place: EnginePlace) -> Catalog:
    """Open the copy that was begun, or begin one."""
    fresh = Catalog(home, place.draft())
    if fresh.row("meta", name=_MARK) is None:
        # What is left there of something else is of no use.
        fresh.close()
        place.drop_draft()
        fresh = Catalog(home, place.draft())
        with fresh.writing():
            fresh.run("set_meta", name=_MARK, value=str(_NONE))
    return fresh


def _copied(old: Catalog, fresh: Catalog, progress: Progress | None) -> int:
    """Copy the blocks that are not in the copy yet; return the number of the last one."""
    mark = fresh.row("meta", name=_MARK)
    assert mark is not None
    last = int(mark["value"])
    done, total = 0, _totals(old, last)["events"]
    for page in _pages(old, last):
        last = page[-1]["block_id"]
        with fresh.writing():
            for block in page:
                columns = {name: block[name] for name in block.keys()}  # noqa: SIM118 - no mapping
                del columns["block_id"]
                fresh.run("add_block", **columns)
            fresh.run("set_meta", name=_MARK, value=str(last))
        done += sum(block["events"] for block in page)
        if progress is not None:
            progress(done, total)
    return last


def _copy_places(old: Catalog, fresh: Catalog) -> None:
    """Copy how far each file of the journal has been read, and what blocks are read with."""
    with fresh.writing():
        for row in old.rows("all_segments"):
            fresh.run("save_segment", **dict(zip(row.keys(), row, strict=True)))
        for name, value in old.rows("all_meta"):
            if name not in _OF_EACH:
                fresh.run("set_meta", name=name, value=value)


def _sum(catalog: Catalog, last: int | None) -> _Sum:
    """Read all blocks, up to one that is named, and add them up."""
    count, events = 0, 0
    digest = hashlib.sha256()
    for page in _pages(catalog, _NONE):
        for block in page:
            if last is not None and block["block_id"] > last:
                continue
            _, *columns, payload = block
            digest.update(msgspec.json.encode([*columns, len(payload)]))
            digest.update(payload)
            count += 1
            events += block["events"]
    return _Sum(blocks=count, events=events, checksum=digest.hexdigest())


def _totals(catalog: Catalog, behind: int) -> Row:
    row = catalog.row("block_totals", block_id=behind)
    assert row is not None
    return row


def _pages(catalog: Catalog, behind: int) -> Iterator[list[Row]]:
    while page := catalog.rows("blocks_behind", block_id=behind, limit=MOVE_BLOCKS):
        yield page
        behind = page[-1]["block_id"]
