"""Connections to PostgreSQL: made, kept for the next one, and what they say put into our words."""

from __future__ import annotations

import atexit
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import psycopg
from psycopg import adapt, errors, pq
from psycopg.types.numeric import Int8Dumper, NumericBinaryLoader

from backtrail.model.errors import DamagedCatalogError, StoreError
from backtrail.model.limits.reading import CONNECT_S_MAX, CONNECTIONS_IDLE_MAX
from backtrail.store.engines.address import Address
from backtrail.store.engines.texts import given_back


class NamedRow:
    """A row whose columns have names and numbers."""

    __slots__ = ("_index", "_values")

    def __init__(self, values: Sequence[Any], index: dict[str, int]) -> None:
        self._values = values
        self._index = index

    def __getitem__(self, key: int | str, /) -> Any:  # noqa: ANN401 - as SQL has it
        return self._values[key if isinstance(key, int) else self._index[key]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        """Return the names of the columns."""
        return list(self._index)


Connection = psycopg.Connection[NamedRow]

_idle: dict[tuple[int, Address, str], list[Connection]] = {}
_idle_lock = Lock()


def taken(address: Address, schema: str) -> Connection | None:
    """Return a connection that was let go of and still works."""
    with _idle_lock:
        found = _idle.get((os.getpid(), address, schema), [])
        while found:
            connection = found.pop()
            with suppress(psycopg.Error):
                connection.execute("SELECT 1")
                return connection
            connection.close()
    return None


def made(address: Address, schema: str) -> Connection:
    """Connect.

    Raises:
        StoreError: the server cannot be reached, or does not let us in.
    """
    options = f'-c search_path="{schema}",pg_catalog -c jit=off'
    parameters: dict[str, Any] = {
        "connect_timeout": CONNECT_S_MAX,
        **dict(address.parameters),
        "password": address.password,
        "options": options,
        "client_encoding": "utf8",
        "application_name": f"backtrail, process {os.getpid()}",
    }
    with translated(address, None, schema):
        connection: Connection = psycopg.connect(
            **parameters,
            autocommit=True,
            row_factory=_named,
        )
    adapters = connection.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_loader("text", _Text)
    adapters.register_loader("text", _BinaryText)
    adapters.register_loader("numeric", _Whole)
    return connection


def let_go(connection: Connection, address: Address, schema: str) -> None:
    """Keep a connection for the next one that needs it, unless there are enough."""
    is_idle = connection.info.transaction_status == pq.TransactionStatus.IDLE
    with _idle_lock:
        kept = _idle.setdefault((os.getpid(), address, schema), [])
        if is_idle and not connection.closed and len(kept) < CONNECTIONS_IDLE_MAX:
            kept.append(connection)
            return
    connection.close()


@atexit.register
def close_idle() -> None:
    """Close all that nobody uses."""
    with _idle_lock:
        for (process, _, _), kept in _idle.items():
            for connection in kept if process == os.getpid() else ():
                connection.close()
        _idle.clear()


def lock_number(schema: str) -> int:
    """Return the number of the lock that the writers of a schema take turns by."""
    digest = hashlib.sha256(f"backtrail {schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@contextmanager
def translated(address: Address, connection: Connection | None, schema: str) -> Iterator[None]:
    """Turn what PostgreSQL says into what the user can do; a password is in none of it."""
    try:
        yield
    except psycopg.Error as error:
        said = address.hidden(" ".join(str(error).split()))
        state = error.sqlstate or ""
        where = address.shown
        if state.startswith(_DAMAGE):
            raise DamagedCatalogError(
                f"the catalogue in {where} is damaged: {said}", hint="backtrail index --rebuild"
            ) from error
        if isinstance(error, errors.LockNotAvailable):
            writer = _writer(connection, schema)
            raise StoreError(
                f"{where} is being written by {writer}: {said}", hint="try again in a moment"
            ) from error
        for prefix, (says, hint) in _CAUSES.items():
            if state.startswith(prefix):
                raise StoreError(f"{where} {says}: {said}", hint=hint) from None
        if isinstance(error, psycopg.OperationalError) and not state:
            raise StoreError(f"{where} cannot be opened: {said}", hint=_UNREACHED) from None
        raise


def _writer(connection: Connection | None, schema: str) -> str:
    """Return in words who holds the lock of a schema."""
    number = lock_number(schema) & 0xFFFFFFFFFFFFFFFF
    halves = {"high": number >> 32, "low": number & 0xFFFFFFFF}
    if connection is not None:
        with suppress(psycopg.Error):
            # Whoever waited in vain is in a transaction that only can be given up.
            connection.execute("ROLLBACK")
            row = connection.execute(_HOLDER, halves, binary=True).fetchone()
            if row is not None:
                return f"{row['name']} from {row['host']}"
    return "another program"


def _named(cursor: psycopg.Cursor[Any]) -> Any:  # noqa: ANN401 - a maker of rows
    index = {column.name: n for n, column in enumerate(cursor.description or ())}
    return lambda values: NamedRow(values, index)


class _Text(adapt.Loader):
    def load(self, data: Any) -> str:  # noqa: ANN401 - bytes in some form
        return given_back(bytes(data).decode())


class _BinaryText(_Text):
    format = pq.Format.BINARY


class _Whole(NumericBinaryLoader):
    """PostgreSQL's sums of whole numbers are of a type that may have a fraction."""

    def load(self, data: Any) -> Any:  # noqa: ANN401 - bytes in some form
        number = super().load(data)
        return int(number) if number == number.to_integral_value() else float(number)


_HOLDER = """
SELECT coalesce(nullif(a.application_name, ''), 'a program')::text AS name,
       coalesce(host(a.client_addr), 'the same machine')::text AS host
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.classid = %(high)s::bigint AND l.objid = %(low)s::bigint
"""
_UNREACHED = (
    "start the server, mend the setting (`backtrail config store`), "
    "or put the password into ~/.pgpass"
)
_DAMAGE = ("XX001", "XX002")
_CAUSES: dict[str, tuple[str, str]] = {
    "42501": ("may not be used so", "grant this user CREATE on the database"),
    "53100": ("cannot grow", "free space on the server's disk, or run `backtrail gc`"),
    "53300": ("takes no more connections", "raise max_connections, or stop other programs"),
    "53": ("has too little of what it needs", "look at the server's log"),
    "57014": ("broke off a statement", "look at the server's statement_timeout"),
    "57P": ("is stopping or starting", _UNREACHED),
    "08": ("cannot be reached", _UNREACHED),
    "25006": ("cannot be written", "name the primary server, not a standby"),
    "40": ("had to break off", "try again in a moment"),
}
