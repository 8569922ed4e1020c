from __future__ import annotations

import inspect
import sqlite3

from backtrail.store.engines.connections import NamedRow
from backtrail.store.engines.postgres import PostgresEngine
from backtrail.store.engines.protocol import Engine, EnginePlace
from backtrail.store.engines.schemas import PostgresPlace
from backtrail.store.engines.sqlite import SqliteEngine, SqlitePlace


def asked(protocol: type) -> dict[str, list[str]]:
    """Return what a protocol asks for, with the names of the parameters."""
    methods = inspect.getmembers(protocol, inspect.isfunction)
    return {
        name: list(inspect.signature(method).parameters)
        for name, method in methods
        if not name.startswith("_")
    }


def test_every_engine_answers_to_the_same_calls() -> None:
    for protocol, classes in (
        (Engine, (SqliteEngine, PostgresEngine)),
        (EnginePlace, (SqlitePlace, PostgresPlace)),
    ):
        assert asked(protocol)
        for one in classes:
            for name, parameters in asked(protocol).items():
                assert list(inspect.signature(getattr(one, name)).parameters) == parameters


def test_rows_of_every_engine_are_read_by_name_and_by_number() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    for row in (
        connection.execute("SELECT 1 AS a, 'x' AS b").fetchone(),
        NamedRow((1, "x"), {"a": 0, "b": 1}),
    ):
        assert (row["a"], row[1], len(row), row.keys()) == (1, "x", 2, ["a", "b"])
        assert tuple(row) == (1, "x")
        first, *others = row
        assert (first, others) == (1, ["x"])
    connection.close()
