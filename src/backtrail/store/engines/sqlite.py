"""SQLite: the catalogue is one file in the `.backtrail` directory."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from typing import Any

import msgspec

from backtrail.model.errors import (
    BacktrailError,
    DamagedCatalogError,
    NewerFormatError,
    StoreError,
)
from backtrail.model.limits.reading import CATALOG_WAIT_S
from backtrail.model.version import __version__
from backtrail.store.engines.protocol import Format, Row
from backtrail.store.engines.statements import statements
from backtrail.store.segments import holders_text

CATALOG_NAME = "catalog.db"
_DRAFT = f"{CATALOG_NAME}.building"
_COMPANIONS = ("", "-wal", "-shm")
_CACHE_KIB = 32_768
_SQL = statements()


class SqliteEngine:
    """An open catalogue file, or a copy of one in memory."""

    name = "SQLite"
    clauses: Mapping[str, str] = _SQL.clauses

    def __init__(self, path: Path, connection: sqlite3.Connection, *, note: str | None) -> None:
        self.path = path
        self.place = str(path)
        self.note = note
        self._db = connection

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def rows(self, query: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return all rows that a named query gives."""
        return self._answered(_SQL.queries[query], parameters)

    def row(self, query: str, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row that a named query gives."""
        with translated(self.path):
            found: Row | None = self._asked(_SQL.queries[query], parameters).fetchone()
            return found

    def search(
        self, frame: str, *, where: str, leaves: Sequence[str], parameters: Mapping[str, Any]
    ) -> list[Row]:
        """Return the rows of a frame that meet a condition, with each leaf's answer in `leaf_N`."""
        columns = [f", ({leaf}) IS TRUE AS leaf_{n}" for n, leaf in enumerate(leaves)]
        sql = _SQL.frames[frame].format(where=where, leaves="".join(columns))
        return self._answered(sql, parameters)

    def _answered(self, sql: str, parameters: Mapping[str, Any]) -> list[Row]:
        with translated(self.path):
            found: list[Row] = self._asked(sql, parameters).fetchall()
            return found

    def _asked(self, sql: str, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, parameters)
        except UnicodeEncodeError:
            # Half of a pair of code units, as arguments of a program have, is in no text here.
            plain = {name: _plain(value) for name, value in parameters.items()}
            return self._db.execute(sql, plain)

    def run(self, statement: str, parameters: Mapping[str, Any]) -> int:
        """Run a named statement and return how many rows it changed."""
        with translated(self.path):
            return self._db.execute(_SQL.queries[statement], parameters).rowcount

    def run_many(self, statement: str, parameters: Iterable[Any]) -> None:
        """Run a named statement once for each set of parameters."""
        with translated(self.path):
            self._db.executemany(_SQL.queries[statement], parameters)

    def run_script(self, sql: str) -> None:
        """Run statements of the schema inside the transaction that is open."""
        with translated(self.path):
            for statement in _statements(sql):
                self._db.execute(statement)

    def remake_summaries(self) -> None:
        """Drop and make every table that is computed from blocks."""
        self.run_script(_SQL.queries["drop_summaries"])
        self.run_script(_SQL.summaries)

    def give_back(self) -> None:
        """Return to the disk the space of what was deleted."""
        with translated(self.path):
            # Only a script runs on until all pages are given back; `execute` stops after one.
            self._db.executescript("PRAGMA incremental_vacuum")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def damage(self) -> str | None:
        """Return what SQLite finds wrong with the file; `None` when it is sound."""
        with translated(self.path):
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            return None if found == "ok" else str(found)

    def size_bytes(self) -> int:
        """Return what the file and its companions take on the disk."""
        return file_bytes(self.path)

    def take_over(self, other: SqliteEngine) -> None:
        """Become a copy of another catalogue, at once or not at all, whoever has this one open."""
        with translated(self.path):
            other._db.backup(self._db)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make all that is written inside take effect at once, or not at all."""
        with translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with translated(self.path):
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


class SqlitePlace(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a `.backtrail` directory."""

    home: Path
    format: Format

    def open(self) -> SqliteEngine:
        """Open the file, and make it where there is none.

        Where the directory cannot be written, the catalogue is copied into memory.
        """
        path = self.home / CATALOG_NAME
        note = _why_in_memory(self.home, path)
        with translated(path):
            connection = _in_memory(path) if note else connect(path, self.format)
        try:
            with translated(path):
                migrate(connection, self.format, path=path)
        except BacktrailError:
            connection.close()
            raise
        return SqliteEngine(path, connection, note=note)

    def draft(self) -> SqliteEngine:
        """Make an empty file beside it."""
        path = self.home / _DRAFT
        with translated(path):
            return SqliteEngine(path, connect(path, self.format), note=None)

    def drop_draft(self) -> None:
        """Remove the file that stands beside it, if one does."""
        for companion in _COMPANIONS:
            (self.home / f"{_DRAFT}{companion}").unlink(missing_ok=True)

    def replace_damaged(self) -> str:
        """Rename the damaged file with its companions, put the draft there; return its path."""
        number = 1
        while (aside := self.home / f"{CATALOG_NAME}.damaged-{number}").exists():
            number += 1
        for companion in _COMPANIONS:
            with suppress(FileNotFoundError):
                (self.home / f"{CATALOG_NAME}{companion}").rename(f"{aside}{companion}")
        (self.home / _DRAFT).replace(self.home / CATALOG_NAME)
        return str(aside)


def connect(path: Path, wanted: Format) -> sqlite3.Connection:
    """Open a catalogue file; one that is not there is made complete before it gets its name."""
    if not path.exists():
        _make(path, wanted)
    return _configured(sqlite3.connect(path, timeout=CATALOG_WAIT_S, isolation_level=None))


def file_bytes(path: Path) -> int:
    """Return what a file and its companions take on the disk."""
    total = 0
    for file in path.parent.glob(path.name + "*"):
        with suppress(OSError):
            total += file.stat().st_blocks * 512
    return total


def may_write(path: Path) -> bool:
    """Tell whether this process may write a file, or make files in a folder."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def migrate(connection: sqlite3.Connection, wanted: Format, *, path: Path) -> None:
    """Bring a catalogue to a format, one step at a time, each of them whole.

    Raises:
        NewerFormatError: it is beyond that version.
    """
    found = _version(connection)
    if found > wanted.version:
        raise NewerFormatError(
            f"{path} has catalogue format {found}, this program reads up to {wanted.version}",
            hint=f"pip install --upgrade 'backtrail>={_writer(connection)}'",
        )
    while found < wanted.version:
        connection.execute("BEGIN IMMEDIATE")
        try:
            found = _version(connection)
            if found < wanted.version:
                _step(connection, wanted, found)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        found = _version(connection)


def _step(connection: sqlite3.Connection, wanted: Format, found: int) -> None:
    for statement in _statements(wanted.steps[found] if found else _SQL.schema + _SQL.summaries):
        connection.execute(statement)
    connection.execute(_SQL.queries["set_meta"], {"name": "writer", "value": __version__})
    reached = found + 1 if found else wanted.version
    connection.execute(f"PRAGMA user_version = {reached:d}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _writer(connection: sqlite3.Connection) -> str:
    with suppress(sqlite3.Error):
        row = connection.execute(_SQL.queries["meta"], {"name": "writer"}).fetchone()
        if row:
            return str(row[0])
    return __version__


def _plain(value: Any) -> Any:  # noqa: ANN401 - as SQL has it
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _statements(sql: str) -> Iterator[str]:
    """Split a script; a trigger's body keeps its semicolons."""
    statement = ""
    for piece in sql.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _why_in_memory(folder: Path, path: Path) -> str | None:
    if not may_write(folder):
        return f"{folder} cannot be written, so the catalogue is held in memory"
    if path.exists() and not may_write(path):
        return f"{path} cannot be written, so the catalogue is held in memory"
    return None


def _make(path: Path, wanted: Format) -> None:
    """Write an empty catalogue beside its place; it gets its name unless another came first."""
    draft = path.with_name(f"{path.name}.new-{os.getpid()}-{get_ident()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        connection = sqlite3.connect(draft, isolation_level=None)
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, wanted, path=path)
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
    # LIKE reads no further than the first NUL.
    return None if text is None else text.casefold().replace("\0", "\x01")


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
def translated(path: Path) -> Iterator[None]:
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
