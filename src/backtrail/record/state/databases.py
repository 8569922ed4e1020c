"""SQLite databases as states: their rows by primary key.

They are read over a connection of our own that can only read, so that the program's transactions
are none of ours: what is seen is what was committed. Of a database in memory, which no other
connection can see, a copy is read.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from backtrail.model.limits import (
    DIGEST_BYTES_MAX,
    TRACKED_COUNTED_MAX,
    TRACKED_ROWS_MAX,
    TRACKED_TABLES_MAX,
)
from backtrail.record.capture.redact import MARKER, clean_text, is_secret_name
from backtrail.record.capture.values.shapes import derives
from backtrail.record.state.whole import Look, named, secret

Json = Any

MAGIC = b"SQLite format 3\0"
MAGIC_BYTES = 20
_WAL = b"\2\2"
"""Bytes 18 and 19 of a database that writes ahead to a log."""
SUFFIXES = (".db", ".sqlite", ".sqlite3", ".db3")
"""How the names of databases end that have nothing in them yet, or cannot be read as files."""
_ESCAPES = str.maketrans({"%": "%25", "?": "%3f", "#": "%23"})
_BUSY_S = 0.25
"""Seconds that a reader waits for a writer to be done."""


def is_database(path: str, head: bytes | None) -> bool:
    """Whether a file is a database, by its beginning."""
    if head is None:
        return path.endswith(SUFFIXES)
    return head.startswith(MAGIC)


def is_connection(kind: type) -> bool:
    """Whether values of a type are connections to SQLite."""
    connection = getattr(sys.modules.get("sqlite3"), "Connection", None)
    return connection is not None and derives(kind, connection)


def fault() -> type[Exception]:
    """Return the class of what reading a database may raise."""
    found: type[Exception] = getattr(sys.modules.get("sqlite3"), "Error", OSError)
    return found


def state_of_file(path: str, head: bytes | None, tables: tuple[str, ...], look: Look) -> Json:
    """Return the rows of a database in a file."""
    sqlite3: Any = importlib.import_module("sqlite3")  # only programs with a database need it
    uri = f"file:{path.translate(_ESCAPES)}?mode=ro"
    if head is not None and head[-2:] == _WAL and not os.path.exists(f"{path}-wal"):
        # All is in the file itself; opened in the usual way it would leave a log beside it.
        uri += "&immutable=1"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        return _tables(connection, tables, look)
    finally:
        connection.close()


def path_of_connection(connection: Any) -> str:
    """Return the file that a connection is to; an empty text for a database in memory.

    Nothing that the program set on its connection is used: neither its cursors nor its rows.
    """
    own = sys.modules["sqlite3"].Connection
    for row in _plain_cursor(connection, own).execute("PRAGMA database_list"):
        name, path = (part.decode() if type(part) is bytes else part for part in row[1:3])
        if name == "main":
            return path or ""
    return ""


def state_of_memory(connection: Any, tables: tuple[str, ...], look: Look) -> Json:
    """Return the rows of a database in memory."""
    sqlite3 = sys.modules["sqlite3"]
    own = sqlite3.Connection
    cursor = _plain_cursor(connection, own)
    pages, page_bytes = (
        cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
    )
    if pages * page_bytes > DIGEST_BYTES_MAX:
        look.cuts += 1
        return {"$type": "database", "size": pages * page_bytes}
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        if pages:
            copy.deserialize(own.serialize(connection))
        return _tables(copy, tables, look)
    finally:
        copy.close()


def _plain_cursor(connection: Any, own: Any) -> Any:
    cursor = own.cursor(connection, sys.modules["sqlite3"].Cursor)
    cursor.row_factory = None
    return cursor


def _tables(connection: Any, wanted: tuple[str, ...], look: Look) -> Json:
    """Read tables at one moment."""
    connection.text_factory = _text
    connection.execute("BEGIN")
    there = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
            "ESCAPE '~' ORDER BY name"
        )
    ]
    names = list(wanted) or there
    if len(names) > TRACKED_TABLES_MAX:
        look.cuts += 1
    return {
        clean_text(name): _rows(connection, name, look) if name in there else None
        for name in names[:TRACKED_TABLES_MAX]
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _rows(connection: Any, table: str, look: Look) -> Json:
    """Return the rows of a table by their primary key, or by where they are stored."""
    quoted = _quoted(table)
    try:
        described = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
        keys = [name for _, name in sorted((row[5], row[1]) for row in described if row[5])]
        key = ", ".join(map(_quoted, keys)) or "rowid"
        width = len(keys) or 1
        rows = connection.execute(
            f"SELECT {key}, * FROM {quoted} ORDER BY {key} LIMIT ?",  # noqa: S608 - names are quoted
            (TRACKED_ROWS_MAX + 1,),
        ).fetchall()
    except sys.modules["sqlite3"].Error as error:
        look.cuts += 1
        return {"$type": "table", "$unreadable": type(error).__name__}
    columns = [row[1] for row in described]
    is_key_secret = any(map(is_secret_name, keys))
    shown: dict[str, Json] = {}
    for number, row in enumerate(rows[:TRACKED_ROWS_MAX]):
        name = ", ".join(clean_text(str(part)) for part in row[:width])
        shown[f"{MARKER} {number}" if is_key_secret else name] = _row(
            zip(columns, row[width:], strict=True), look, is_secret=is_secret_name(table)
        )
    if len(rows) > TRACKED_ROWS_MAX:
        look.cuts += 1
        shown["$cut"] = _left(connection, quoted)
    return shown


def _left(connection: Any, table: str) -> int:
    """Count the rows of a table beyond those that are kept."""
    counted = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT ?)"  # noqa: S608 - the name is quoted
    (rows,) = connection.execute(counted, (TRACKED_ROWS_MAX + TRACKED_COUNTED_MAX,)).fetchone()
    return int(rows) - TRACKED_ROWS_MAX


def _row(pairs: Any, look: Look, *, is_secret: bool) -> dict[str, Json]:
    """Show a row; in a table of secrets each text is one."""
    return {
        clean_text(name): secret(value, look)
        if is_secret and type(value) in {str, bytes}
        else named(name, value, look)
        for name, value in pairs
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
