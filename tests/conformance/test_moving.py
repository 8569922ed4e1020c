from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backtrail.model.errors import StoreError
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.engines.moving import move
from backtrail.store.indexer import refresh
from backtrail.store.retention import exclusive
from builders import debugs, process_id, segment_path, trace_id, write_segment
from kept_stores import Kept
from mixed_store import COUNT, everything, write_mixed
from postgres_server import PostgresServer


@pytest.fixture(params=["to postgresql", "to sqlite"])
def ends(request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer) -> list[Kept]:
    """Return where a catalogue is, and where it is to be."""
    home = tmp_path / ".backtrail"
    home.mkdir()
    found = [Kept(home, None), Kept(home, postgres.url())]
    return found if request.param == "to postgresql" else found[::-1]


def write_many(home: Path) -> None:
    """Write more blocks than are copied at once."""
    for n in range(700):
        write_segment(home, process_id(1_000 + n), debugs(trace_id(1_000 + n), 3, t=n * 10**6))


def test_a_catalogue_says_the_same_where_it_was_taken_to(ends: list[Kept]) -> None:
    source, target = ends
    write_mixed(source.home)
    with source.indexed() as catalog:
        before = everything(catalog)
    for path in (segment_path(source.home, process_id(n)) for n in range(COUNT)):
        # What is in blocks alone goes too.
        path.unlink()
    seen: list[tuple[int, int]] = []
    done = move(
        source.home,
        source=source.store,
        target=target.store,
        progress=lambda done, total: seen.append((done, total)),
    )
    events = sum(map(len, before["events"].values()))
    assert (done.events, done.traces, done.resumed_at) == (events, len(before["traces"]), 0)
    assert seen[-1] == (events, events)
    with target.open() as catalog:
        assert everything(catalog) == before
        assert refresh(catalog).events == 0
    again = move(source.home, source=source.store, target=target.store)
    assert (again.events, again.checksum) == (done.events, done.checksum)
    with target.open() as catalog, source.open() as other:
        assert everything(catalog) == everything(other)
        assert catalog.row("meta", name="moving") is None


def test_what_is_recorded_afterwards_is_indexed_where_it_is(ends: list[Kept]) -> None:
    source, target = ends
    path = segment_path(source.home, process_id(1))
    write_segment(source.home, process_id(1), debugs(trace_id(1), 5))
    with source.indexed():
        pass
    move(source.home, source=source.store, target=target.store)
    lines = debugs(trace_id(1), 5, t=10**6)
    write_segment(source.home, process_id(1), lines, segment=2, seq=5)
    with target.indexed() as catalog:
        assert [event.seq for event in reading.events(catalog, trace_id(1))] == list(range(10))
    assert path.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from backtrail.store.engines.moving import move

def told(done, total):
    if done * 2 > total:
        os.kill(os.getpid(), signal.SIGKILL)

move(Path(sys.argv[1]), source=sys.argv[2] or None, target=sys.argv[3] or None, progress=told)
"""


def test_one_that_is_killed_changes_nothing_and_goes_on_when_it_is_called_again(
    ends: list[Kept],
) -> None:
    source, target = ends
    write_many(source.home)
    with source.indexed() as catalog:
        before = everything(catalog)
    command = [sys.executable, "-c", KILLED, str(source.home), source.store or ""]
    killed = subprocess.run([*command, target.store or ""], check=False)
    assert killed.returncode == -9
    with target.open() as catalog:
        assert reading.traces(catalog) == []
    done = move(source.home, source=source.store, target=target.store)
    assert 0 < done.resumed_at < done.blocks == 700
    with target.open() as catalog:
        assert everything(catalog) == before


def test_a_copy_that_is_not_the_same_does_not_take_the_place(
    ends: list[Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = ends
    write_mixed(source.home)
    with source.indexed():
        pass
    kept = Catalog.run

    def run(catalog: Catalog, statement: str, **parameters: object) -> int:
        if statement == "add_block" and parameters["trace_id"] == trace_id(7):
            parameters["payload"] = parameters["payload"][:-1]  # type: ignore[index]
        return kept(catalog, statement, **parameters)

    monkeypatch.setattr(Catalog, "run", run)
    with pytest.raises(StoreError, match="is not what it was made from"):
        move(source.home, source=source.store, target=target.store)
    monkeypatch.undo()
    with target.open() as catalog:
        assert reading.traces(catalog) == []
    assert move(source.home, source=source.store, target=target.store).resumed_at == 0


def test_what_only_the_target_has_is_not_lost(ends: list[Kept]) -> None:
    source, target = ends
    path = write_segment(source.home, process_id(1), debugs(trace_id(1), 5))
    with target.indexed():
        pass
    path.unlink()
    write_segment(source.home, process_id(2), debugs(trace_id(2), 5))
    with source.indexed():
        pass
    with pytest.raises(StoreError, match="holds 1 traces that") as raised:
        move(source.home, source=source.store, target=target.store)
    assert trace_id(1) in raised.value.message
    with target.open() as catalog:
        assert [trace.trace_id for trace in reading.traces(catalog)] == [trace_id(1)]


def test_it_keeps_out_what_removes_blocks(ends: list[Kept]) -> None:
    source, target = ends
    with exclusive(source.home), pytest.raises(StoreError, match="cleaning up or rebuilding"):
        move(source.home, source=source.store, target=target.store)
    with pytest.raises(StoreError, match="the catalogue is in") as raised:
        move(source.home, source=source.store, target=source.store)
    assert raised.value.hint == "name another place"
