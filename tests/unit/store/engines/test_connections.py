from __future__ import annotations

import os

import pytest

from backtrail.model.errors import DamagedCatalogError, StoreError
from backtrail.model.limits.reading import CONNECTIONS_IDLE_MAX
from backtrail.store.engines.address import Address
from backtrail.store.engines.connections import (
    close_idle,
    let_go,
    lock_number,
    made,
    taken,
    translated,
)
from postgres_server import PostgresServer


@pytest.fixture
def address(postgres: PostgresServer) -> Address:
    close_idle()
    return Address.of(postgres.url())


def test_a_connection_that_was_let_go_of_is_used_again(address: Address) -> None:
    assert taken(address, "one") is None
    connection = made(address, "one")
    let_go(connection, address, "one")
    assert taken(address, "two") is None
    assert taken(address, "one") is connection
    assert taken(address, "one") is None
    connection.close()


def test_not_too_many_are_kept_and_none_that_is_busy_or_dead(
    address: Address, postgres: PostgresServer
) -> None:
    several = [made(address, "one") for _ in range(CONNECTIONS_IDLE_MAX + 2)]
    several[0].execute("BEGIN")
    for connection in several:
        let_go(connection, address, "one")
    assert [connection.closed for connection in several].count(True) == 2
    assert several[0].closed
    pids = ", ".join(str(each.info.backend_pid) for each in several[1:-1])
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN ({pids})")
    assert taken(address, "one") is None


def test_a_connection_says_whose_it_is(address: Address) -> None:
    with made(address, "one") as connection:
        row = connection.execute("SHOW application_name").fetchone()
        assert row is not None
        assert row[0] == f"backtrail, process {os.getpid()}"


def test_a_sum_is_a_whole_number_and_a_part_is_not(address: Address) -> None:
    with made(address, "one") as connection:
        sql = "SELECT sum(n) AS s, avg(n) AS a FROM generate_series(1::bigint, 2) AS n"
        row = connection.execute(sql, binary=True).fetchone()
        assert row is not None
        assert (row["s"], row["a"], type(row["s"])) == (3, 1.5, int)


@pytest.mark.parametrize(
    ("state", "says", "error"),
    [
        ("XX001", "is damaged", DamagedCatalogError),
        ("53100", "cannot grow", StoreError),
        ("53300", "takes no more connections", StoreError),
        ("42501", "may not be used so", StoreError),
        ("25006", "cannot be written", StoreError),
        ("40P01", "had to break off", StoreError),
        ("57P01", "is stopping or starting", StoreError),
    ],
)
def test_what_a_server_says_is_told_with_what_to_do(
    address: Address, state: str, says: str, error: type[StoreError]
) -> None:
    secret = Address(parameters=address.parameters, password="secret")

    def fail() -> None:
        with made(address, "one") as connection, translated(secret, connection, "one"):
            connection.execute(
                f"DO $$ BEGIN RAISE EXCEPTION 'a secret thing' USING ERRCODE = '{state}'; END $$"
            )

    with pytest.raises(error, match=says) as raised:
        fail()
    assert "a *** thing" in raised.value.message
    assert raised.value.hint


def test_each_schema_has_a_lock_of_its_own() -> None:
    numbers = {lock_number(f"backtrail_{n}") for n in range(100)}
    assert len(numbers) == 100
    assert all(-(1 << 63) <= number < 1 << 63 for number in numbers)
