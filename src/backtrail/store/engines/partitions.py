"""Months of events in PostgreSQL: each is a table of its own, made when it is needed.

What lies outside of `YEARS` is in one table together: a clock that runs wrong makes no tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product

from backtrail.model.clock import NS_PER_S
from backtrail.store.engines.connections import Connection

YEARS = range(2000, 2100)
"""Events of these years are divided by month; twelve tables a year at the most."""
_MONTHS = 12


def make(connection: Connection, times_ns: Iterable[int]) -> None:
    """Make the tables that blocks need which begin at some times, inside of a transaction."""
    wanted = {found for time_ns in times_ns if (found := month_of(time_ns)) is not None}
    known = set(names(connection)) if wanted else set()
    for year, month in sorted(wanted):
        table = name_of(year, month)
        if table not in known:
            after = (year, month + 1) if month < _MONTHS else (year + 1, 1)
            bounds = f"FROM ({start_ns(year, month)}) TO ({start_ns(*after)})"
            command = f"CREATE TABLE {table} PARTITION OF block FOR VALUES {bounds}"
            connection.execute(command.encode())


def drop_empty(connection: Connection) -> None:
    """Drop the months that hold no events any more, inside of a transaction."""
    months = {name_of(year, month) for year, month in product(YEARS, range(1, _MONTHS + 1))}
    for table in names(connection):
        if table in months:
            found = connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode())  # noqa: S608 - our own names
            if found.fetchone() is None:
                connection.execute(f"DROP TABLE {table}".encode())


def names(connection: Connection) -> list[str]:
    """Return the names of all tables of events."""
    rows = connection.execute(_NAMES, binary=True).fetchall()
    return [row["name"] for row in rows]


def month_of(time_ns: int) -> tuple[int, int] | None:
    """Return year and month of a time; `None` when it lies far off."""
    if not start_ns(YEARS.start, 1) <= time_ns < start_ns(YEARS.stop, 1):
        return None
    moment = datetime.fromtimestamp(time_ns // NS_PER_S, UTC)
    return moment.year, moment.month


def start_ns(year: int, month: int) -> int:
    """Return when a month begins."""
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * NS_PER_S


def name_of(year: int, month: int) -> str:
    """Return the name of a month's table."""
    return f"block_{year}_{month:02}"


_NAMES = """
SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = to_regclass('block') ORDER BY 1
"""
