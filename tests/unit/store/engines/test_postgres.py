from __future__ import annotations

from typing import Any

import psycopg
import pytest

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import COPY_ROWS_MAX
from backtrail.store.engines.postgres import PostgresEngine
from backtrail.store.engines.schemas import PostgresPlace
from postgres_server import PostgresServer

ALWAYS: dict[str, Any] = {
    "trace_id": "0" * 32,
    "process": "p",
    "seq_max": 9,
    "time_min_ns": 1_760_000_000_000_000_000,
    "time_max_ns": 1_760_000_000_000_000_001,
    "offset_ns": 0,
    "events": 10,
    "line_bytes": 100,
    "kinds": "a b",
    "payload": b"\x00\xff\\x",
}


def add(engine: PostgresEngine, *seqs: int) -> None:
    for seq in seqs:
        engine.run("add_block", {**ALWAYS, "seq_min": seq})


def blocks(engine: PostgresEngine) -> list[int]:
    rows = engine.rows("blocks_of_trace", {"trace_id": ALWAYS["trace_id"]})
    return [row["seq_min"] for row in rows]


def test_blocks_wait_until_a_statement_could_miss_them(engine: PostgresEngine) -> None:
    with engine.writing():
        add(engine, 1, 2)
        assert engine.rows("all_segments", {}) == []
        assert blocks(engine) == [1, 2]
        add(engine, 3)
    assert blocks(engine) == [1, 2, 3]
    row = engine.row("block_after", {"block_id": -1})
    assert row is not None
    assert (row["payload"], row["kinds"]) == (b"\x00\xff\\x", "a b")


def test_not_too_many_wait(engine: PostgresEngine) -> None:
    with engine.writing():
        add(engine, *range(COPY_ROWS_MAX + 5))
        assert len(blocks(engine)) == COPY_ROWS_MAX + 5


def test_blocks_that_wait_are_given_up_with_the_rest(engine: PostgresEngine) -> None:
    def broken_off() -> None:
        with engine.writing():
            add(engine, 1)
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    with engine.writing():
        add(engine, 2)
    assert blocks(engine) == [2]


def test_a_block_is_kept_once(engine: PostgresEngine) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), engine.writing():
        add(engine, 1, 1)
    assert blocks(engine) == []


@pytest.mark.parametrize("count", [3, 100])
def test_many_rows_are_taken_in_as_the_statement_says(engine: PostgresEngine, count: int) -> None:
    rows = [{"name": f"n{n}", "value": f"a\0{n}"} for n in range(count)]
    engine.run_many("set_meta", rows)
    engine.run_many("set_meta", [{"name": f"n{n}", "value": f"b{n}"} for n in range(1, count)])
    engine.run_many("set_meta", [])
    found = {row["name"]: row["value"] for row in engine.rows("all_meta", {})}
    expected = {f"n{n}": f"b{n}" for n in range(1, count)} | {"n0": "a\0000"}
    assert expected.items() <= found.items()


def test_one_that_was_closed_says_so(engine: PostgresEngine, place: PostgresPlace) -> None:
    engine.close()
    engine.close()
    with pytest.raises(StoreError, match="is closed"):
        engine.rows("all_segments", {})
    one, other = place.open(), place.open()
    with one.writing():
        one.run("set_meta", {"name": "a", "value": "b"})
        assert other.row("meta", {"name": "a"}) is None
    one.close()
    other.close()


def test_months_without_events_leave_and_space_is_given_back(engine: PostgresEngine) -> None:
    day = 24 * 3_600 * 10**9
    noise = bytes(range(256)) * 400
    with engine.writing():
        for n in range(60):
            time_ns = ALWAYS["time_min_ns"] + n * day
            row = {**ALWAYS, "seq_min": n, "time_min_ns": time_ns, "time_max_ns": time_ns}
            engine.run("add_block", {**row, "trace_id": f"{n // 30}", "payload": noise})
    before = engine.size_bytes()
    engine.run("drop_blocks", {"trace_id": "0"})
    engine.give_back()
    assert engine.size_bytes() < before * 0.75
    with engine.writing():
        add(engine, 100)
    assert blocks(engine) == [100]


def test_the_lock_of_one_store_is_not_that_of_another(
    engine: PostgresEngine, postgres: PostgresServer
) -> None:
    with engine.writing():
        locks = postgres.run("SELECT objid FROM pg_locks WHERE locktype = 'advisory'")
        assert len(locks) >= 1
    assert engine.damage() is None
