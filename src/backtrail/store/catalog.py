"""The catalogue: answers questions about the events of a journal.

It can be dropped at any time: `store.rebuild` makes it anew. Where it is kept is an engine's
affair (`store.engines`): one SQLite file, or a schema of a PostgreSQL database. All SQL stands in
the files of `sql/`, by name.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from backtrail.model.errors import NotFoundError, StoreError
from backtrail.store.engines import sqlite
from backtrail.store.engines.choosing import place_of
from backtrail.store.engines.protocol import Engine, Format, Row
from backtrail.store.engines.sqlite import CATALOG_NAME
from backtrail.store.engines.statements import statements

SCHEMA_VERSION = 3

Steps = Mapping[int, str]
"""SQL that takes a catalogue from each version to the one after it."""

QUERIES = statements().queries
"""Every statement by its name."""
FRAMES = statements().frames
"""Statements that lack their conditions."""
CLAUSES = statements().clauses
"""Conditions of a frame."""
MIGRATIONS: Steps = {1: QUERIES["migrate_from_1"], 2: QUERIES["migrate_from_2"]}


class Catalog:
    """An open catalogue. Use it in a `with` statement, or close it."""

    def __init__(self, home: Path, engine: Engine) -> None:
        self.home = home
        self.path = home / CATALOG_NAME
        """Where the catalogue's file is, or would be."""
        self.journal = home / "journal"
        self.engine = engine

    @classmethod
    def open(
        cls,
        home: str | os.PathLike[str],
        *,
        must_exist: bool = True,
        store: str | None = None,
    ) -> Self:
        """Open the catalogue of a `.backtrail` directory, and make it where there is none.

        Where the directory cannot be written, a catalogue in it is copied into memory: reading
        works all the same, `note` says so, and what is indexed is forgotten at the end.

        Args:
            home: the directory.
            must_exist: make no directory where there is none.
            store: the setting of that name, which says where the catalogue is kept.

        Raises:
            NotFoundError: there is no such directory, and `must_exist`.
            NewerFormatError: a later version of Backtrail wrote it.
            StoreError: it is damaged, locked, out of reach or no catalogue at all.
        """
        folder = Path(home)
        if not folder.is_dir():
            _make_home(folder, must_exist=must_exist)
        return cls(folder, place_of(folder, store, catalog_format()).open())

    @property
    def note(self) -> str | None:
        """Why the catalogue is only held in memory; `None` when it is kept."""
        return self.engine.note

    @property
    def clauses(self) -> Mapping[str, str]:
        """Conditions of a frame, by name, as its engine understands them."""
        return self.engine.clauses

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, query: str, **parameters: Any) -> list[Row]:  # noqa: ANN401 - as SQL has it
        """Return all rows that a named query gives."""
        return self.engine.rows(query, parameters)

    def row(self, query: str, **parameters: Any) -> Row | None:  # noqa: ANN401 - as SQL has it
        """Return the first row that a named query gives."""
        return self.engine.row(query, parameters)

    def search(
        self,
        frame: str,
        *,
        where: str,
        leaves: Sequence[str] = (),
        parameters: Mapping[str, Any],
    ) -> list[Row]:
        """Return the rows of a frame that meet a condition, with each leaf's answer in `leaf_N`."""
        return self.engine.search(frame, where=where, leaves=leaves, parameters=parameters)

    def run(self, statement: str, **parameters: Any) -> int:  # noqa: ANN401 - as SQL has it
        """Run a named statement and return how many rows it changed."""
        return self.engine.run(statement, parameters)

    def run_many(self, statement: str, parameters: Iterable[Any]) -> None:
        """Run a named statement once for each set of parameters."""
        self.engine.run_many(statement, parameters)

    def remake_summaries(self) -> None:
        """Drop and make every table that is computed from blocks, inside of `writing`."""
        self.engine.remake_summaries()

    def give_back(self) -> None:
        """Return to the disk the space of what was deleted."""
        self.engine.give_back()

    def damage(self) -> str | None:
        """Return what the engine finds wrong with what it keeps; `None` when it is sound."""
        return self.engine.damage()

    def size_bytes(self) -> int:
        """Return what the catalogue takes on the disk, wherever that is."""
        return self.engine.size_bytes()

    def take_over(self, other: Catalog) -> None:
        """Become a copy of another catalogue, at once or not at all, whoever has this one open."""
        self.engine.take_over(other.engine)

    def writing(self) -> AbstractContextManager[None]:
        """Make all that is written inside take effect at once, or not at all.

        No other program writes meanwhile; what was read before may be out of date, so read it
        again inside.
        """
        return self.engine.writing()


def catalog_format() -> Format:
    """Return what a catalogue of this program looks like."""
    return Format(version=SCHEMA_VERSION, steps=MIGRATIONS)


def connect(path: Path) -> sqlite3.Connection:
    """Open a catalogue file by itself; one that is not there is made complete."""
    return sqlite.connect(path, catalog_format())


def migrate(
    connection: sqlite3.Connection,
    *,
    path: Path,
    steps: Steps = MIGRATIONS,
    version: int = SCHEMA_VERSION,
) -> None:
    """Bring a catalogue file to a version; see `engines.sqlite.migrate`."""
    sqlite.migrate(connection, Format(version=version, steps=steps), path=path)


def _make_home(folder: Path, *, must_exist: bool) -> None:
    # Another thread or program may make it at the same moment, here and below.
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder} is not a directory", hint="set BACKTRAIL_DIR to a directory")
    if must_exist and not folder.is_dir():
        raise NotFoundError(
            f"there is no recording at {folder}",
            hint="record one with `backtrail run -- python app.py`",
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be made: {error.strerror}", hint="set BACKTRAIL_DIR to another place"
        ) from error


Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""
