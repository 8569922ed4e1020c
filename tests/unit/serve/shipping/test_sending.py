from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

import builders
from backtrail.model.errors import StoreError, UnreachableError
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.shipping.parcel import Answer, Stretch, decoded
from backtrail.serve.shipping.positions import Positions, read_positions, write_positions
from backtrail.serve.shipping.requests import Patience, Server
from backtrail.serve.shipping.sending import Sender
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from http_servers import Asked, Reply, serving

ONE, TWO, TRACE = builders.process_id(1), builders.process_id(2), builders.trace_id(1)
PATIENCE = Patience(pause=lambda _seconds: None, jitter=lambda: 1.0, tries_max=2)


class Station:
    """A server that takes journals into a store of its own, and notes what it is sent."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sent: list[list[tuple[str, int, int]]] = []
        self.is_down = False

    @contextmanager
    def running(self) -> Iterator[str]:
        """Take what is sent until the end of the `with` statement."""
        ingest = Ingest(self.home)
        self.home.mkdir(exist_ok=True)
        ingest.start()
        with serving(self._answering(ingest)) as url:
            yield url
        ingest.close()

    def _answering(self, ingest: Ingest) -> Callable[[Asked], Reply]:
        def answer(asked: Asked) -> Reply:
            if self.is_down:
                return Reply(b"", 503)
            parcels = decoded(gzip.decompress(asked.body))
            self.sent.append(
                [
                    (each.header.process, each.header.seq, len(each.lines))
                    for each in parcels
                    if isinstance(each, Stretch)
                ]
            )
            told = ingest.submit_parcels(parcels, 1).result(10)
            return Reply(msgspec.json.encode(Answer(processes=told)))

        return answer


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "server")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / ".backtrail"
    builders.write_segment(home, ONE, builders.debugs(TRACE, 3))
    builders.write_segment(home, ONE, builders.debugs(TRACE, 2), segment=2, seq=3)
    builders.write_segment(home, TWO, builders.debugs(TRACE, 1))
    return home


def send(home: Path, url: str) -> Sender:
    with Server(url, None, PATIENCE) as server:
        sender = Sender(home, server)
        sender.send()
    return sender


def kept(home: Path) -> list[tuple[str, int, bytes]]:
    with Catalog.open(home) as catalog:
        refresh(catalog)
        return sorted(
            (event.process, event.seq, msgspec.json.encode(event))
            for row in reading.traces(catalog)
            for event in reading.events(catalog, row.trace_id)
        )


def test_what_is_here_is_then_there_event_by_event(home: Path, station: Station) -> None:
    with station.running() as url:
        sent = send(home, url).sent
        assert (sent.events, sent.processes, sent.requests, sent.refused) == (6, 2, 1, {})
        again = send(home, url).sent
        assert (again.events, again.requests) == (0, 0)
    assert kept(station.home) == kept(home)
    assert read_positions(home, url).processes[ONE].seq == 5


def test_what_is_recorded_later_is_sent_later(home: Path, station: Station) -> None:
    with station.running() as url, Server(url, None, PATIENCE) as server:
        sender = Sender(home, server)
        assert sender.send() == 6
        builders.write_segment(home, TWO, builders.debugs(TRACE, 2), segment=2, seq=1)
        assert sender.send() == 2
    assert kept(station.home) == kept(home)


def test_a_place_that_was_not_kept_costs_only_time(home: Path, station: Station) -> None:
    with station.running() as url:
        send(home, url)
        for path in (home / "sent").iterdir():
            path.unlink()
        assert send(home, url).sent.events == 6
    assert kept(station.home) == kept(home)


@pytest.mark.parametrize("lost", ["12", "2"])
def test_a_server_that_has_lost_something_gets_it_again(
    home: Path, station: Station, lost: str
) -> None:
    later = builders.segment_path(home, ONE, 2).rename(home / "later")
    with station.running() as url:
        send(home, url)
    later.rename(builders.segment_path(home, ONE, 2))
    with station.running() as url:
        send(home, url)
        place = read_positions(home, url).processes[ONE]
    # As when a backup is put back.
    for path in [*station.home.glob(f"journal/{ONE}.000[{lost}]*"), station.home / "catalog.db"]:
        path.unlink()
    builders.write_segment(home, ONE, builders.debugs(TRACE, 1), segment=3, seq=5)
    with station.running() as url:
        write_positions(home, Positions(server=url, processes={ONE: place}))
        assert send(home, url).sent.refused == {}
    assert kept(station.home) == kept(home)


def test_what_is_gone_from_here_is_done_without(home: Path, station: Station) -> None:
    builders.write_segment(home, ONE, builders.debugs(TRACE, 2), segment=3, seq=5)
    with station.running() as url:
        (home / "journal" / f"{ONE}.0002.jsonl").unlink()
        sent = send(home, url).sent
    assert sent.events == 6
    assert [seq for process, seq, _ in kept(station.home) if process == ONE] == [0, 1, 2, 5, 6]


def test_payloads_come_before_the_lines_that_name_them(home: Path, station: Station) -> None:
    name = sha256(b"[1]").hexdigest()
    path = home / "blobs" / name[:2] / f"{name}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"[1]")
    line = builders.line("state.changed", TRACE, t=1, name="x", how="tracked", after_blob=name)
    builders.write_segment(home, builders.process_id(3), [line, line])
    with station.running() as url:
        assert send(home, url).sent.payloads == 1
    assert (station.home / path.relative_to(home)).read_bytes() == b"[1]"


def test_a_server_that_is_down_is_told_and_nothing_counts_as_sent(
    home: Path, station: Station
) -> None:
    station.is_down = True
    with station.running() as url:
        with pytest.raises(UnreachableError):
            send(home, url)
        assert read_positions(home, url).processes == {}
        station.is_down = False
        assert send(home, url).sent.events == 6


def test_what_the_server_records_itself_is_refused_and_told(home: Path, station: Station) -> None:
    builders.write_segment(station.home, ONE, builders.debugs(TRACE, 3))
    with station.running() as url:
        sent = send(home, url).sent
    assert sent.refused.keys() == {ONE}
    assert sent.processes == 1


def test_a_place_that_cannot_be_kept_is_told(home: Path, station: Station) -> None:
    (home / "sent").write_bytes(b"")
    with station.running() as url, pytest.raises(StoreError, match="sent cannot be written"):
        send(home, url)
