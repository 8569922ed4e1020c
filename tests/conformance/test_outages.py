from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import BacktrailError, StoreError
from backtrail.serve.journal.indexing import Indexing
from backtrail.store import reading
from backtrail.store.catalog import connect
from backtrail.store.indexer import refresh
from builders import debugs, process_id, trace_id, write_segment
from kept_stores import Kept
from postgres_server import PASSWORD, PostgresServer, postgres_server
from running import until

SERVER = process_id(1)


class Outage:
    """An engine that can be taken away and given back."""

    def __init__(self, home: Path, server: PostgresServer | None) -> None:
        self.kept = Kept(home, None if server is None else server.url())
        self.server = server
        self._holder: sqlite3.Connection | None = None

    def down(self) -> None:
        """Stop the server; of a file: hold its lock for longer than anybody waits."""
        if self.server is not None:
            self.server.stop()
        else:
            self._holder = connect(self.kept.home / "catalog.db")
            self._holder.execute("BEGIN IMMEDIATE")

    def up(self) -> None:
        """Start it again."""
        if self.server is not None:
            self.server.start()
        else:
            assert self._holder is not None
            self._holder.close()


@pytest.fixture(params=("sqlite", "postgresql"))
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    """Give an engine of this test's own."""
    home = tmp_path / ".backtrail"
    home.mkdir()
    if request.param == "sqlite":
        yield Outage(home, None)
    else:
        with postgres_server() as server:
            yield Outage(home, server)


def write(home: Path, number: int) -> None:
    lines = debugs(trace_id(number), 50, t=number * 1_000_000)
    write_segment(home, SERVER, lines, segment=number + 1, seq=number * 50)


def count(kept: Kept) -> int:
    with kept.open() as catalog:
        return len(reading.traces(catalog))


def test_what_comes_while_an_engine_is_down_is_there_when_it_is_back(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtrail.store.engines.sqlite.CATALOG_WAIT_S", 0.1)
    kept = outage.kept
    index = Indexing(kept.home, {SERVER}, clock=SYSTEM_CLOCK, store=kept.store)
    write(kept.home, 0)
    index.start()
    try:
        until(lambda: count(kept) == 1)
        outage.down()
        for number in range(1, 6):
            write(kept.home, number)
            index.nudge(1)
        until(lambda: index.failures > 1)
        assert isinstance(index.trouble, StoreError)
        if outage.server is not None:
            with pytest.raises(StoreError):
                count(kept)
        outage.up()
        until(lambda: index.failures == 0 and count(kept) == 6)
    finally:
        index.close()
    with kept.open() as catalog:
        for number in range(6):
            events = list(reading.events(catalog, trace_id(number)))
            assert [event.seq for event in events] == list(range(number * 50, number * 50 + 50))


def test_a_server_that_goes_in_the_middle_leaves_nothing_half(tmp_path: Path) -> None:
    home = tmp_path / ".backtrail"
    home.mkdir()
    write(home, 0)
    with postgres_server() as server:
        kept = Kept(home, server.url())
        with kept.indexed():
            pass
        catalog = kept.open()

        def broken_off() -> None:
            with catalog.writing():
                catalog.run("drop_trace", trace_id=trace_id(0))
                server.stop()
                server.start()
                catalog.run("set_meta", name="half", value="done")

        with pytest.raises(StoreError, match="postgresql://tester@"):
            broken_off()
        catalog.close()
        write(home, 1)
        with kept.open() as again:
            assert again.row("meta", name="half") is None
            refresh(again)
            assert len(reading.traces(again)) == 2


def test_what_goes_wrong_is_told_with_what_to_do_and_without_the_password(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    home = tmp_path / ".backtrail"
    home.mkdir()
    right = postgres.url(password=PASSWORD)
    with Kept(home, right).open() as catalog:
        assert PASSWORD not in catalog.engine.place
        assert catalog.engine.place == f"postgresql://tester@127.0.0.1:{postgres.port}/postgres"
    secret = "s3cret-%40-word"
    wrong = {
        postgres.url(password=secret): "password authentication failed",
        postgres.url("absent", password=PASSWORD): "absent.* does not exist",
        right.replace(str(postgres.port), "1"): "cannot be opened",
        right.replace("127.0.0.1", "nowhere.invalid"): "cannot be opened",
        f"{right}?sslmode=certainly": "sslmode",
    }
    for store, says in wrong.items():
        with pytest.raises(BacktrailError, match=says) as raised:
            Kept(home, store).open()
        told = f"{raised.value.message} {raised.value.hint} {raised.value.__cause__}"
        assert raised.value.hint
        for word in (PASSWORD, secret, "s3cret-@-word"):
            assert word not in told
