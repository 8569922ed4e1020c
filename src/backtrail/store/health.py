"""How the store is: what is in it, what was lost, and what keeps it from being read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from backtrail.model.errors import BacktrailError, DamagedCatalogError
from backtrail.store import reading, segments
from backtrail.store.catalog import Catalog
from backtrail.store.engines.protocol import Row
from backtrail.store.engines.sqlite import CATALOG_NAME, file_bytes, may_write
from backtrail.store.kept import read_kept
from backtrail.store.retention import folder_bytes
from backtrail.store.segments import Holder


class Problem(Struct, frozen=True, kw_only=True):
    """Something that is not as it should be, and what to do about it."""

    code: str
    """A short name: `newer_segment`."""
    message: str
    hint: str
    is_serious: bool = True
    """Whether something recorded cannot be read, or nothing can be recorded."""


class Contents(Struct, frozen=True, kw_only=True):
    """What the catalogue holds."""

    traces: int
    events: int
    errors: int
    oldest_unix_ns: int | None
    newest_unix_ns: int | None
    segments: int
    live_writers: int
    """Programs that record at this moment."""
    writers: list[Holder]
    """Those of them that the system tells of, by the lock that each holds on its segment."""
    losses: dict[str, int]
    """What was lost or cut, by reason; see `reading.counters`."""
    partly_indexed: int
    """Traces with more attributes than are indexed; see `reading.partly_indexed`."""


class Health(Struct, frozen=True, kw_only=True):
    """What `doctor` says of the store."""

    home: str
    engine: str | None
    """What keeps the catalogue; `None` when it cannot be opened."""
    journal_bytes: int
    """On the disk, with the space that live segments have taken in advance."""
    catalog_bytes: int
    errors_bytes: int
    pins: int
    contents: Contents | None
    """`None` when the catalogue cannot be opened."""
    problems: list[Problem]


def examine(home: Path, *, store: str | None = None) -> Health:
    """Look a store over; what is wrong with it is in the answer, nothing of it is raised.

    Args:
        home: the `.backtrail` directory.
        store: the setting of that name, which says where the catalogue is kept.
    """
    home = Path(home)
    contents: Contents | None = None
    engine: str | None = None
    catalog_bytes = 0
    problems: list[Problem] = []
    try:
        with Catalog.open(home, store=store) as catalog:
            engine, catalog_bytes = catalog.engine.name, catalog.size_bytes()
            problems += _of_catalog(catalog)
            contents = _contents(catalog)
            problems += _of_segments(catalog)
    except BacktrailError as error:
        is_damage = isinstance(error, DamagedCatalogError)
        code = "damaged_catalog" if is_damage else "closed_catalog"
        problems.append(Problem(code=code, message=error.message, hint=error.hint))
    problems += _of_files(home)
    return Health(
        home=str(home),
        engine=engine,
        journal_bytes=folder_bytes(home / "journal"),
        catalog_bytes=catalog_bytes or file_bytes(home / CATALOG_NAME),
        errors_bytes=folder_bytes(home / "errors"),
        pins=len(read_kept(home).pins),
        contents=contents,
        problems=problems,
    )


def _contents(catalog: Catalog) -> Contents:
    rows = catalog.rows("all_segments")
    totals = catalog.row("totals")
    assert totals is not None
    live = [row for row in rows if row["state"] == "live"]
    return Contents(
        traces=totals["traces"],
        events=totals["events"],
        errors=totals["errors"],
        oldest_unix_ns=totals["oldest_unix_ns"],
        newest_unix_ns=totals["newest_unix_ns"],
        segments=len(rows),
        live_writers=len({row["process"] for row in live}),
        writers=segments.holders(*(catalog.journal / row["name"] for row in live)),
        losses=reading.counters(catalog),
        partly_indexed=reading.partly_indexed(catalog),
    )


def _of_catalog(catalog: Catalog) -> Iterator[Problem]:
    if catalog.note is not None:
        yield Problem(
            code="read_only",
            message=catalog.note,
            hint="look at the directory's owner and permissions",
        )
    damage = catalog.damage()
    if damage is not None:
        yield Problem(
            code="damaged_catalog",
            message=f"{catalog.engine.place} is damaged: {damage}",
            hint="backtrail index --rebuild",
        )


_UNREADABLE = {
    "newer": ("newer_segment", "pip install --upgrade backtrail"),
    "garbage": ("garbage_segment", "it is no journal; delete it if you know it is not needed"),
    "unreadable": ("unreadable_segment", "look at the file's owner and permissions"),
}


def _of_segments(catalog: Catalog) -> Iterator[Problem]:
    rows = catalog.rows("all_segments")
    for row in rows:
        if row["state"] in _UNREADABLE:
            code, hint = _UNREADABLE[row["state"]]
            where = catalog.journal / row["name"]
            yield Problem(code=code, message=f"{where}: {row['note']}", hint=hint)
    torn = sum(row["torn"] for row in rows)
    if torn:
        yield Problem(
            code="torn_lines",
            message=f"{torn} lines of the journal could not be read",
            hint="a program died while it wrote; all other lines are there",
            is_serious=False,
        )
    yield from _gaps(rows)


def _gaps(rows: list[Row]) -> Iterator[Problem]:
    """Find segments and events that are missing between others of the same process."""
    read = [row for row in rows if row["state"] in {"live", "final"}]
    for before, after in pairwise(read):
        if before["process"] != after["process"]:
            continue
        missing = after["seq_first"] - before["seq_next"] - before["torn"]
        if missing > 0:
            yield Problem(
                code="missing_events",
                message=f"{missing} events are missing between {before['name']} "
                f"and {after['name']}",
                hint="a segment was deleted or damaged; what is left can be read",
                is_serious=False,
            )


def _of_files(home: Path) -> Iterator[Problem]:
    if not may_write(home):
        yield Problem(
            code="not_writable",
            message=f"{home} cannot be written, so nothing can be recorded there",
            hint="look at the directory's owner and permissions",
        )
    journal = home / "journal"
    if journal.exists() and not journal.is_dir():
        yield Problem(
            code="no_journal",
            message=f"{journal} is not a directory, so nothing can be recorded",
            hint=f"move {journal} out of the way",
        )
    for path in sorted(home.glob(f"{CATALOG_NAME}.damaged-*")):
        if path.name.rpartition("-")[2].isdigit():
            yield Problem(
                code="set_aside",
                message=f"{path} is a damaged catalogue that a rebuild set aside",
                hint="delete it when nothing is missed",
                is_serious=False,
            )
    for segment in segments.list_segments(home / "journal"):
        with suppress(BacktrailError, OSError), segments.opened(segment.path) as fd:
            if segments.is_writer_gone(fd) and not segments.read_header(fd, source=segment.name):
                yield Problem(
                    code="empty_segment",
                    message=f"{segment.path} is empty",
                    hint="a program died as it began to record; delete it",
                    is_serious=False,
                )
