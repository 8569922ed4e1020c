"""PostgreSQL: the catalogue is a schema of a database, one for each `.backtrail` directory.

What is written together is written under a lock of the schema's own, as SQLite has one of the
file. Blocks wait in memory until a statement could miss them, and go in by COPY.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.pq import TransactionStatus

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import CATALOG_WAIT_S, COPY_BYTES_MAX, COPY_ROWS_MAX
from backtrail.store.engines import connections, partitions
from backtrail.store.engines.address import Address
from backtrail.store.engines.connections import Connection, lock_number, translated
from backtrail.store.engines.protocol import Row
from backtrail.store.engines.statements import statements
from backtrail.store.engines.texts import held

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_TARGET = re.compile(r"(\w+)\s*\(([^)]*)\)")
_ADDS = re.compile(r"INSERT INTO (\w+)\s*\(([^()]*)\)\s*VALUES\s*\(([^()]*)\)\s*([^:]*);\Z")
_COPIED_FROM = 32
"""Rows from which on it is quicker to copy them than to send each."""
_SQL = statements("postgres")
_LOOKS_AT_BLOCKS = re.compile(r"\bblock\b")
_BLOCKS = "block"
_WASTE = 1.2
"""A table that takes more than so many times what is in it is written anew."""
_ROW_BYTES = 300
"""What a row of the blocks takes beside its payload, with its places in indexes."""
_SMALL_BYTES = 1 << 20


class PostgresEngine:
    """An open catalogue in a schema."""

    name = "PostgreSQL"
    note: str | None = None
    clauses: Mapping[str, str] = _SQL.clauses

    def __init__(self, connection: Connection, *, address: Address, schema: str) -> None:
        self.place = address.shown
        self.schema = schema
        self._address = address
        self._connection: Connection | None = connection
        self._waiting: list[Sequence[Any]] = []
        self._waiting_bytes = 0

    def close(self) -> None:
        """Let go of the connection."""
        self._forget()
        connection, self._connection = self._connection, None
        if connection is not None:
            # Another one may use it from here on.
            connections.let_go(connection, self._address, self.schema)

    @property
    def _db(self) -> Connection:
        if self._connection is None:
            raise StoreError(f"{self.place} is closed", hint="open it again")
        return self._connection

    def rows(self, query: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return all rows that a named query gives."""
        return self._answered(_SQL.queries[query], parameters)

    def row(self, query: str, parameters: Mapping[str, Any]) -> Row | None:
        """Return the first row that a named query gives."""
        return next(iter(self._answered(_SQL.queries[query], parameters)), None)

    def search(
        self, frame: str, *, where: str, leaves: Sequence[str], parameters: Mapping[str, Any]
    ) -> list[Row]:
        """Return the rows of a frame that meet a condition, with each leaf's answer in `leaf_N`."""
        columns = [f", ({leaf}) IS TRUE AS leaf_{n}" for n, leaf in enumerate(leaves)]
        sql = _SQL.frames[frame].format(where=where, leaves="".join(columns))
        return self._answered(sql, parameters)

    def _answered(self, sql: str, parameters: Mapping[str, Any]) -> list[Row]:
        self._write_waiting(sql)
        with self._translated():
            found: list[Row] = []
            found += self._db.execute(_placed(sql), _sent(parameters), binary=True).fetchall()
            return found

    def run(self, statement: str, parameters: Mapping[str, Any]) -> int:
        """Run a named statement and return how many rows it changed."""
        if not self._is_writing():
            with self.writing():
                return self.run(statement, parameters)
        if statement in _SQL.copies:
            _, columns = _target(_SQL.copies[statement])
            self._hold([parameters[column] for column in columns])
            return 1
        sql = _SQL.queries[statement]
        self._write_waiting(sql)
        with self._translated():
            return self._db.execute(_placed(sql), _sent(parameters)).rowcount

    def run_many(self, statement: str, parameters: Iterable[Any]) -> None:
        """Run a named statement once for each set of parameters."""
        if not self._is_writing():
            with self.writing():
                return self.run_many(statement, parameters)
        sql = _SQL.queries[statement]
        self._write_waiting(sql)
        rows = list(parameters)
        insert = _insert(sql)
        if insert is not None and len(rows) >= _COPIED_FROM:
            return self._merge(insert, rows)
        with self._translated(), self._db.cursor() as cursor:
            cursor.executemany(_placed(sql), map(_sent, rows))
        return None

    def run_script(self, sql: str) -> None:
        """Run statements one after the other."""
        self._write_waiting(sql)
        with self._translated():
            self._db.execute(sql.encode())

    def remake_summaries(self) -> None:
        """Drop and make every table that is computed from blocks."""
        self.run_script(_SQL.queries["drop_summaries"])
        self.run_script(_SQL.summaries)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make all that is written inside take effect at once, or not at all."""
        wait_ms = int(CATALOG_WAIT_S * 1_000)
        begin = f"BEGIN; SET LOCAL lock_timeout = {wait_ms}; SELECT pg_advisory_xact_lock("
        try:
            with self._translated():
                self._db.execute(f"{begin}{lock_number(self.schema)})".encode())
            yield
            self._write_waiting(_BLOCKS)
            with self._translated():
                self._db.execute("COMMIT")
        except BaseException:
            self._forget()
            if self._is_writing():
                # A connection that is gone has given up its transaction by itself.
                with suppress(psycopg.Error):
                    self._db.execute("ROLLBACK")
            raise

    def give_back(self) -> None:
        """Drop months without events, and write anew what has become much smaller."""
        with self.writing(), self._translated():
            partitions.drop_empty(self._db)
        with self._translated():
            for table in self._wasteful():
                self._db.execute(f'VACUUM (FULL) "{table}"'.encode())
            self._db.execute("VACUUM (ANALYZE)")

    def _wasteful(self) -> Iterator[str]:
        for table in partitions.names(self._db):
            row = self._db.execute(
                f"SELECT pg_total_relation_size('\"{table}\"') AS taken,"  # noqa: S608 - our own names
                f" coalesce(sum(pg_column_size(payload)), 0) + count(*) * {_ROW_BYTES} AS needed"
                f' FROM "{table}"'.encode(),
                binary=True,
            ).fetchone()
            if row is not None and row["taken"] > row["needed"] * _WASTE + _SMALL_BYTES:
                yield table

    def damage(self) -> str | None:
        """Return nothing: PostgreSQL says itself what it cannot read."""
        return None

    def size_bytes(self) -> int:
        """Return what the tables of the schema take on the server's disk."""
        with self._translated():
            row = self._db.execute(_SIZE, binary=True).fetchone()
            return int(row[0]) if row else 0

    def take_over(self, other: PostgresEngine) -> None:
        """Become what another schema holds, at once or not at all, whoever has this one open."""
        other.close()
        with self.writing():
            self.run_script(
                f'DROP SCHEMA "{self.schema}" CASCADE;'
                f'ALTER SCHEMA "{other.schema}" RENAME TO "{self.schema}"'
            )

    def _hold(self, row: list[Any]) -> None:
        self._waiting.append(row)
        self._waiting_bytes += sum(len(value) for value in row if isinstance(value, bytes))
        if len(self._waiting) >= COPY_ROWS_MAX or self._waiting_bytes >= COPY_BYTES_MAX:
            self._write_waiting(_BLOCKS)

    def _write_waiting(self, sql: str) -> None:
        """Write the blocks that wait, if a statement might look for them."""
        if self._waiting and _LOOKS_AT_BLOCKS.search(sql):
            rows = self._waiting
            self._forget()
            table, columns = _target(_SQL.copies["add_block"])
            at = columns.index("time_min_ns")
            with self._translated():
                partitions.make(self._db, {row[at] for row in rows})
                self._copy(table, columns, rows)

    def _forget(self) -> None:
        self._waiting, self._waiting_bytes = [], 0

    def _merge(self, insert: _Insert, rows: list[Mapping[str, Any]]) -> None:
        """Copy rows beside a table, and take them into it as the statement says."""
        table, columns = insert.table, insert.columns
        listed = ", ".join(columns)
        incoming = f"incoming_{table}"
        with self._translated():
            self._db.execute(
                f"CREATE TEMP TABLE IF NOT EXISTS {incoming} (LIKE {table}) ON COMMIT DELETE ROWS;"
                f"TRUNCATE {incoming}".encode()
            )
            self._copy(incoming, columns, ([row[name] for name in columns] for row in rows))
            self._db.execute(
                f"INSERT INTO {table} ({listed})"  # noqa: S608 - our own names
                f" SELECT {listed} FROM {incoming} {insert.otherwise}".encode()
            )

    def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        types = {
            row["name"]: row["type"]
            for row in self._db.execute(_TYPES, {"table": table}, binary=True)
        }
        command = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
        with self._db.cursor() as cursor, cursor.copy(command.encode()) as copy:
            copy.set_types([types[column] for column in columns])
            for row in rows:
                copy.write_row([_value(value) for value in row])

    def _is_writing(self) -> bool:
        return self._db.info.transaction_status in {
            TransactionStatus.INTRANS,
            TransactionStatus.INERROR,
        }

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with translated(self._address, self._db, self.schema):
            yield


@lru_cache(maxsize=512)
def _placed(sql: str) -> bytes:
    """Return a statement with its parameters as psycopg has them."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()


@lru_cache
def _target(text: str) -> tuple[str, tuple[str, ...]]:
    match = _TARGET.match(text)
    assert match is not None, text
    return match[1], tuple(column.strip() for column in match[2].split(","))


class _Insert(Struct, frozen=True, kw_only=True):
    """A statement that adds a row of which each column is a parameter."""

    table: str
    columns: tuple[str, ...]
    otherwise: str
    """What it says of a row that is there."""


@lru_cache
def _insert(sql: str) -> _Insert | None:
    match = _ADDS.match(sql)
    if match is None:
        return None
    table, columns, values, otherwise = match.groups()
    names = tuple(name.strip() for name in columns.split(","))
    if [value.strip() for value in values.split(",")] != [f":{name}" for name in names]:
        return None
    return _Insert(table=table, columns=names, otherwise=otherwise)


def _sent(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in parameters.items()}


def _value(value: Any) -> Any:  # noqa: ANN401 - as SQL has it
    if isinstance(value, str):
        return held(value)
    return int(value) if isinstance(value, bool) else value


_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0)
  FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
"""
_TYPES = """
SELECT a.attname::text AS name, t.typname::text AS type
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
 WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0
"""
