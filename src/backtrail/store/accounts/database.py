"""The file of accounts: opened, made and brought to this program's version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.model.limits.reading import ACCOUNTS_WAIT_S
from backtrail.model.version import __version__
from backtrail.store.accounts.statements import SCHEMA, STATEMENTS

NAME = "accounts.db"
VERSION = 1


class Writing:
    """A transaction that is open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def row(self, statement: str, **parameters: Any) -> sqlite3.Row | None:  # noqa: ANN401 - as SQL has it
        """Return the first row that a named statement gives."""
        found: sqlite3.Row | None = self._db.execute(STATEMENTS[statement], parameters).fetchone()
        return found

    def number(self, statement: str, **parameters: Any) -> int:  # noqa: ANN401 - as SQL has it
        """Return the number that a named statement counts."""
        row = self.row(statement, **parameters)
        assert row is not None, statement
        return int(row["found"])

    def run(self, statement: str, **parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as SQL has it
        """Run a named statement."""
        return self._db.execute(STATEMENTS[statement], parameters)


class Accounts:
    """The accounts of a home, for many threads; the file is made by the first write.

    Readers and writers have a connection each: who reads never waits for who writes.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / NAME
        self._reading: sqlite3.Connection | None = None
        self._writing: sqlite3.Connection | None = None
        self._reads, self._writes = Lock(), Lock()

    def rows(self, statement: str, **parameters: Any) -> list[sqlite3.Row]:  # noqa: ANN401 - as SQL has it
        """Return all rows that a named statement gives; none while there is no file.

        Raises:
            NewerFormatError: a later version of Backtrail wrote it.
            StoreError: it is damaged, locked, or no such file.
        """
        with self._reads, _translated(self.path):
            if self._reading is None:
                if not self.path.exists():
                    return []
                self._reading = _connect(self.path)
            return self._reading.execute(STATEMENTS[statement], parameters).fetchall()

    def row(self, statement: str, **parameters: Any) -> sqlite3.Row | None:  # noqa: ANN401 - as SQL has it
        """Return the first row that a named statement gives."""
        found = self.rows(statement, **parameters)
        return found[0] if found else None

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Make all that is written inside take effect at once, or not at all."""
        with self._writes:
            with _translated(self.path):
                if self._writing is None:
                    self._writing = _connect(self.path)
                self._writing.execute("BEGIN IMMEDIATE")
            try:
                with _translated(self.path):
                    yield Writing(self._writing)
                    self._writing.execute("COMMIT")
            except BaseException:
                if self._writing.in_transaction:
                    self._writing.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._reads, self._writes:
            for connection in (self._reading, self._writing):
                if connection is not None:
                    connection.close()
            self._reading = self._writing = None


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        _make(path)
    connection = sqlite3.connect(
        path, timeout=ACCOUNTS_WAIT_S, isolation_level=None, check_same_thread=False
    )
    # Not even a server that is recorded itself tells its statements: they hold names and keys.
    connection.set_trace_callback(None)
    connection.row_factory = sqlite3.Row
    try:
        _refuse_other_formats(connection, path)
        # What is deleted is overwritten, and a change is on the disk when it is acknowledged.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_other_formats(connection: sqlite3.Connection, path: Path) -> None:
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > VERSION:
        writer = connection.execute(STATEMENTS["meta"], {"name": "writer"}).fetchone()
        raise NewerFormatError(
            f"{path} has accounts format {found}, this program reads up to {VERSION}",
            hint=f"pip install --upgrade 'backtrail>={writer[0] if writer else __version__}'",
        )
    if found == 0:
        raise StoreError(
            f"{path} is no file of accounts", hint="move it away, or restore it from a copy"
        )


def _make(path: Path) -> None:
    """Write an empty file beside its place; it gets its name unless another came first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new-{os.getpid()}-{get_ident()}")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        connection = sqlite3.connect(draft, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        connection.execute(STATEMENTS["set_meta"], {"name": "writer", "value": __version__})
        connection.execute(f"PRAGMA user_version = {VERSION:d}")
        connection.close()
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into what the user can do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        for prefix, hint in _HINTS.items():
            if name.startswith(prefix):
                raise StoreError(f"{path} cannot be used: {error}", hint=hint) from error
        raise
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror}",
            hint="look at the directory's owner and at the free space",
        ) from error


_HINTS = {
    "SQLITE_CORRUPT": "restore it from a copy, or move it away and add the users anew",
    "SQLITE_NOTADB": "restore it from a copy, or move it away and add the users anew",
    "SQLITE_BUSY": "try again in a moment",
    "SQLITE_LOCKED": "try again in a moment",
    "SQLITE_FULL": "free space on that disk",
    "SQLITE_IOERR": "free space on that disk, or check it",
    "SQLITE_READONLY": "look at the directory's owner and permissions",
    "SQLITE_CANTOPEN": "look at the directory's owner and permissions",
}
