"""The catalogue: one SQLite file that answers questions about the events of a journal.

It can be dropped at any time: `store.rebuild` makes it anew. All SQL stands in the files
of `sql/`, by name.
"""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from typing import Any, Self

import msgspec

from backtrail.model.errors import (
    BacktrailError,
    DamagedCatalogError,
    NewerFormatError,
    NotFoundError,
    StoreError,
)
from backtrail.model.limits.reading import CATALOG_WAIT_S
from backtrail.model.version import __version__
from backtrail.store.segments import holders_text

SCHEMA_VERSION = 2
CATALOG_NAME = "catalog.db"
_SQL_FOLDER = Path(__file__).with_name("sql")
_SCHEMA_FILE = _SQL_FOLDER / "schema.sql"
_CACHE_KIB = 32_768

Steps = Mapping[int, str]
"""SQL that takes a catalogue from each version to the one after it."""

_OPEN = {"where": "{where}", "leaves": "{leaves}", "op": "{op}"}
"""What is filled in with each use of a frame or a clause."""


def _named(text: str) -> dict[str, dict[str, str]]:
    pieces = re.split(r"^-- (name|part|frame|clause): (\w+)\n", text, flags=re.MULTILINE)[1:]
    found: dict[str, dict[str, str]] = {"name": {}, "part": {}, "frame": {}, "clause": {}}
    for sort, name, sql in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        found[sort][name] = re.sub(r"^--.*\n?", "", sql, flags=re.MULTILINE).strip()
    parts = found.pop("part") | _OPEN
    return {
        sort: {name: sql.format(**parts) for name, sql in named.items()}
        for sort, named in found.items()
    }


_STATEMENTS = (file for file in sorted(_SQL_FOLDER.glob("*.sql")) if file != _SCHEMA_FILE)
_SQL = _named("\n".join(file.read_text(encoding="utf-8") for file in _STATEMENTS))
QUERIES = _SQL["name"]
"""Every statement by its name."""
FRAMES = _SQL["frame"]
"""Statements that lack their conditions."""
CLAUSES = _SQL["clause"]
"""Conditions of a frame."""
MIGRATIONS: Steps = {1: QUERIES["migrate_from_1"]}


SCHEMA, SUMMARIES = _SCHEMA_FILE.read_text(encoding="utf-8").split("-- summaries --")
"""What makes an empty catalogue: the truth, and the tables that are computed from it."""


class Catalog:
    """An open catalogue. Use it in a `with` statement, or close it."""

    def __init__(self, home: Path, connection: sqlite3.Connection, *, note: str | None) -> None:
        self.home = home
        self.path = home / CATALOG_NAME
        """Where the catalogue is, or would be."""
        self.journal = home / "journal"
        self.note = note
        """Why the catalogue is only held in memory; `None` when it is the file."""
        self._db = connection

    @classmethod
    def open(cls, home: str | os.PathLike[str], *, must_exist: bool = True) -> Self:
        """Open the catalogue of a `.backtrail` directory, and make it where there is none.

        Where the directory cannot be written, the catalogue is copied into memory: reading works
        all the same, `note` says so, and what is indexed is forgotten at the end.

        Raises:
            NotFoundError: there is no such directory, and `must_exist`.
            NewerFormatError: a later version of Backtrail wrote it.
            StoreError: it is damaged, locked or no catalogue at all.
        """
        folder = Path(home)
        if not folder.is_dir():
            _make_home(folder, must_exist=must_exist)
        path = folder / CATALOG_NAME
        note = _why_in_memory(folder, path)
        with _translated(path):
            connection = _in_memory(path) if note else connect(path)
        try:
            with _translated(path):
                migrate(connection, path=path)
        except BacktrailError:
            connection.close()
            raise
        return cls(folder, connection, note=note)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, query: str, **parameters: Any) -> list[sqlite3.Row]:  # noqa: ANN401 - as SQL has it
        """Return all rows that a named query gives."""
        with _translated(self.path):
            return self._db.execute(QUERIES[query], parameters).fetchall()

    def row(self, query: str, **parameters: Any) -> sqlite3.Row | None:  # noqa: ANN401 - as SQL has it
        """Return the first row that a named query gives."""
        with _translated(self.path):
            found: sqlite3.Row | None = self._db.execute(QUERIES[query], parameters).fetchone()
            return found

    def search(
        self,
        frame: str,
        *,
        where: str,
        leaves: Sequence[str] = (),
        parameters: Mapping[str, Any],
    ) -> list[sqlite3.Row]:
        """Return the rows of a frame that meet a condition, with each leaf's answer in `leaf_N`."""
        columns = [f", ({leaf}) IS TRUE AS leaf_{n}" for n, leaf in enumerate(leaves)]
        sql = FRAMES[frame].format(where=where, leaves="".join(columns))
        with _translated(self.path):
            return self._db.execute(sql, parameters).fetchall()

    def run(self, statement: str, **parameters: Any) -> int:  # noqa: ANN401 - as SQL has it
        """Run a named statement and return how many rows it changed."""
        with _translated(self.path):
            return self._db.execute(QUERIES[statement], parameters).rowcount

    def run_many(self, statement: str, parameters: Iterable[Any]) -> None:
        """Run a named statement once for each set of parameters."""
        with _translated(self.path):
            self._db.executemany(QUERIES[statement], parameters)

    def run_script(self, sql: str) -> None:
        """Run statements of the schema inside the transaction that is open."""
        with _translated(self.path):
            for statement in _statements(sql):
                self._db.execute(statement)

    def give_back(self) -> None:
        """Return to the disk the space of what was deleted."""
        with _translated(self.path):
            # Only a script runs on until all pages are given back; `execute` stops after one.
            self._db.executescript("PRAGMA incremental_vacuum")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def damage(self) -> str | None:
        """Return what SQLite finds wrong with the file; `None` when it is sound."""
        with _translated(self.path):
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            return None if found == "ok" else str(found)

    def take_over(self, other: Catalog) -> None:
        """Become a copy of another catalogue, at once or not at all, whoever has this one open."""
        with _translated(self.path):
            other._db.backup(self._db)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make all that is written inside take effect at once, or not at all.

        No other program writes meanwhile; what was read before may be out of date, so read it
        again inside.
        """
        with _translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _translated(self.path):
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def connect(path: Path) -> sqlite3.Connection:
    """Open a catalogue file; one that is not there is made complete before it gets its name."""
    if not path.exists():
        _make(path)
    return _configured(sqlite3.connect(path, timeout=CATALOG_WAIT_S, isolation_level=None))


def may_write(path: Path) -> bool:
    """Tell whether this process may write a file, or make files in a folder."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def migrate(
    connection: sqlite3.Connection,
    *,
    path: Path,
    steps: Steps = MIGRATIONS,
    version: int = SCHEMA_VERSION,
) -> None:
    """Bring a catalogue to this program's version, one step at a time, each of them whole.

    Raises:
        NewerFormatError: it is beyond that version.
    """
    found = _version(connection)
    if found > version:
        raise NewerFormatError(
            f"{path} has catalogue format {found}, this program reads up to {version}",
            hint=f"pip install --upgrade 'backtrail>={_writer(connection)}'",
        )
    while found < version:
        connection.execute("BEGIN IMMEDIATE")
        try:
            found = _version(connection)
            if found < version:
                _step(connection, steps[found] if found else SCHEMA + SUMMARIES, found, version)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        found = _version(connection)


def _step(connection: sqlite3.Connection, sql: str, found: int, version: int) -> None:
    for statement in _statements(sql):
        connection.execute(statement)
    connection.execute(QUERIES["set_meta"], {"name": "writer", "value": __version__})
    reached = found + 1 if found else version
    connection.execute(f"PRAGMA user_version = {reached:d}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _writer(connection: sqlite3.Connection) -> str:
    with suppress(sqlite3.Error):
        row = connection.execute(QUERIES["meta"], {"name": "writer"}).fetchone()
        if row:
            return str(row[0])
    return __version__


def _statements(sql: str) -> Iterator[str]:
    """Split a script; a trigger's body keeps its semicolons."""
    statement = ""
    for piece in sql.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _make_home(folder: Path, *, must_exist: bool) -> None:
    if folder.exists():
        raise StoreError(f"{folder} is not a directory", hint="set BACKTRAIL_DIR to a directory")
    if must_exist:
        raise NotFoundError(
            f"there is no recording at {folder}",
            hint="record one with `backtrail run -- python app.py`",
        )
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be made: {error.strerror}", hint="set BACKTRAIL_DIR to another place"
        ) from error


def _why_in_memory(folder: Path, path: Path) -> str | None:
    if not may_write(folder):
        return f"{folder} cannot be written, so the catalogue is held in memory"
    if path.exists() and not may_write(path):
        return f"{path} cannot be written, so the catalogue is held in memory"
    return None


def _make(path: Path) -> None:
    """Write an empty catalogue beside its place; it gets its name unless another came first."""
    draft = path.with_name(f"{path.name}.new-{os.getpid()}-{get_ident()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        connection = sqlite3.connect(draft, isolation_level=None)
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, path=path)
        connection.close()
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _configured(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.row_factory = sqlite3.Row
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    connection.create_function("command_line", 1, _command_line, deterministic=True)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


@lru_cache(maxsize=1_000)
def _command_line(words: str | None) -> str | None:
    return None if words is None else shlex.join(msgspec.json.decode(words, type=list[str]))


def _in_memory(path: Path) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None)
    if path.exists():
        with _read_only(path) as connection:
            connection.backup(memory)
    return _configured(memory)


@contextmanager
def _read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file without writing; the log of one that cannot be locked is left aside."""
    address = path.absolute().as_uri() + "?mode=ro"
    connection = sqlite3.connect(address, uri=True)
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError:
        connection.close()
        connection = sqlite3.connect(address + "&immutable=1", uri=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into what the user can do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_DAMAGE):
            raise DamagedCatalogError(
                f"{path} is damaged: {error}", hint="backtrail index --rebuild"
            ) from error
        if name.startswith(_BUSY):
            files = (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm")))
            writer = holders_text(*files, otherwise="another program")
            raise StoreError(
                f"{path} is being written by {writer}: {error}", hint="try again in a moment"
            ) from error
        for prefix, (says, hint) in _CAUSES.items():
            if name.startswith(prefix):
                raise StoreError(f"{path} {says}: {error}", hint=hint) from error
        raise
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror}",
            hint="look at the directory's owner and at the free space",
        ) from error


_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_CAUSES: dict[str, tuple[str, str]] = {
    "SQLITE_FULL": ("cannot grow", "free space on that disk, or run `backtrail gc`"),
    "SQLITE_IOERR": ("cannot be read or written", "free space on that disk, or check it"),
    "SQLITE_READONLY": ("cannot be written", "look at the directory's owner and permissions"),
    "SQLITE_CANTOPEN": ("cannot be opened", "look at the directory's owner and permissions"),
}

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""
