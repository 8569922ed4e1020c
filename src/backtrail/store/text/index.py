"""The text index: which blocks may hold a text.

It is filled in the background, some blocks after they were written, and says how far it has come:
what is behind that is looked at in any case. It says of which catalogue it is; of another one, or
when its file cannot be used, it is made anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from backtrail.model.limits.reading import (
    TEXT_PARTS_MAX,
    TEXT_PIECES_KNOWN_MAX,
    TEXT_PIECES_MAX,
    TEXT_RUNS_MAX,
)
from backtrail.store import blocks
from backtrail.store.catalog import Catalog
from backtrail.store.packing.dictionaries import needed
from backtrail.store.query.patterns import Pattern
from backtrail.store.text.pieces import pieces_of, runs_of
from backtrail.store.text.statements import STATEMENTS

NAME = "text.db"
PART_BLOCKS = 4
"""Blocks that stand together in the index: it takes half the room, and a few more are looked at."""
MARK = "text_index"
"""Name in the catalogue's `meta` of what the index of it is called."""
_COMPANIONS = ("", "-wal", "-shm")


class Narrowed(Struct, frozen=True):
    """Blocks that may hold a text."""

    block_ids: list[int]
    behind: int
    """And all from this one on."""


class TextIndex:
    """The text index of a catalogue, to be filled by one thread. Close it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._path = catalog.home / NAME
        self._known: set[bytes] = set()
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def fill(self, parts_max: int) -> int:
        """Index what is not indexed yet, up to a number of parts; return how many that were.

        A part is `PART_BLOCKS` blocks; the last ones wait until they are as many. Where the file
        cannot be written, or SQLite has no full-text search, nothing is indexed.
        """
        if self._catalog.note is not None:
            return 0
        try:
            return self._filled(parts_max)
        except sqlite3.OperationalError:
            # It is being written by another program, or the disk is full, or there is no FTS5.
            self.close()
            return 0
        except sqlite3.DatabaseError:
            self.close()
            _remove(self._path)
            return 0

    def _filled(self, parts_max: int) -> int:
        connection = self._opened()
        last = self._catalog.row("last_block")
        behind = (last["block_id"] + 1) // PART_BLOCKS if last else 0
        (_, first) = connection.execute(STATEMENTS["state"]).fetchone()
        if first >= behind:
            return 0
        with _transaction(connection):
            (_, first) = connection.execute(STATEMENTS["state"]).fetchone()
            end: int = max(first, min(behind, first + parts_max))
            for part in range(first, end):
                self._add(connection, part)
            connection.execute(STATEMENTS["advance"], {"next_part": end})
        return end - int(first)

    def _add(self, connection: sqlite3.Connection, part: int) -> None:
        low = part * PART_BLOCKS
        pieces: set[bytes] = set()
        for row in self._catalog.rows("blocks_between", low=low, high=low + PART_BLOCKS):
            payload = row["payload"]
            pieces |= pieces_of(blocks.text(payload, needed(self._catalog, payload)))
        text = b" ".join(pieces).decode()
        connection.execute(STATEMENTS["add_part"], {"part": part, "pieces": text})
        fresh = pieces - self._known
        connection.executemany(STATEMENTS["add_piece"], [(piece.decode(),) for piece in fresh])
        if len(self._known) > TEXT_PIECES_KNOWN_MAX:
            self._known.clear()
        self._known |= fresh

    def _opened(self) -> sqlite3.Connection:
        """Return the file's connection, with an index of this catalogue and no other."""
        mark = _mark(self._catalog)
        if self._db is None:
            self._known.clear()
            self._db = _made(self._path)
        found = self._db.execute(STATEMENTS["state"]).fetchone()
        if mark is not None and found is not None and found[0] == mark:
            return self._db
        self.close()
        _remove(self._path)
        self._known.clear()
        self._db = _made(self._path)
        store = f"{self._catalog.engine.name} {os.urandom(16).hex()}"
        self._db.execute(STATEMENTS["begin"], {"store": store})
        with self._catalog.writing():
            self._catalog.run("set_meta", name=MARK, value=store)
        return self._db


def narrowed(catalog: Catalog, pattern: Pattern) -> Narrowed | None:
    """Return the blocks that may hold a text; `None` where the index cannot tell, or may be many.

    A block that is not among them holds it for sure not, in either case of its letters.
    """
    runs = runs_of(pattern)[:TEXT_RUNS_MAX]
    path = catalog.home / NAME
    mark = _mark(catalog)
    if not runs or mark is None or not path.exists():
        return None
    address = path.absolute().as_uri() + "?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return _narrowed(connection, mark, runs)
    except sqlite3.Error:
        return None


def _mark(catalog: Catalog) -> str | None:
    """Return what the index of a catalogue is called; in another engine blocks have other ids."""
    row = catalog.row("meta", name=MARK)
    if row is None or not row["value"].startswith(f"{catalog.engine.name} "):
        return None
    return str(row["value"])


def _narrowed(connection: sqlite3.Connection, store: str, runs: list[str]) -> Narrowed | None:
    found = connection.execute(STATEMENTS["state"]).fetchone()
    if found is None or found[0] != store:
        return None
    behind = found[1] * PART_BLOCKS
    wanted = []
    for run in runs:
        limit = TEXT_PIECES_MAX + 1
        rows = connection.execute(STATEMENTS["pieces_with"], {"run": run, "limit": limit})
        pieces = [f'"{piece}"' for (piece,) in rows]
        if not pieces:
            return Narrowed([], behind)
        if len(pieces) < limit:
            wanted.append(f"({' OR '.join(pieces)})")
    if not wanted:
        return None
    asked = {"pieces": " AND ".join(wanted), "limit": TEXT_PARTS_MAX + 1}
    parts = [part for (part,) in connection.execute(STATEMENTS["parts_with"], asked)]
    if len(parts) > TEXT_PARTS_MAX:
        return None
    ids = [part * PART_BLOCKS + place for part in parts for place in range(PART_BLOCKS)]
    return Narrowed(ids, behind)


def remove(home: Path) -> None:
    """Delete the text index of a home, if there is one; it is made again in time."""
    _remove(home / NAME)


def _remove(path: Path) -> None:
    for companion in _COMPANIONS:
        with suppress(OSError):
            Path(f"{path}{companion}").unlink(missing_ok=True)


def _made(path: Path) -> sqlite3.Connection:
    """Open the file; one that is not there is made, for its owner alone."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with _transaction(connection):
            if connection.execute("PRAGMA user_version").fetchone()[0] != _FORMAT:
                for statement in STATEMENTS["schema"].split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_FORMAT}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


_FORMAT = 1


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
