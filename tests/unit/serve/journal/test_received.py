from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw, structs

import builders
from backtrail.model.errors import StoreError
from backtrail.model.event import Header
from backtrail.serve.journal import received as module
from backtrail.serve.journal.received import Received
from backtrail.serve.shipping.parcel import Outcome, Parcel, Payload, Stretch
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.segments import is_writer_gone, list_segments, opened

ONE, TWO, TRACE = builders.process_id(1), builders.process_id(2), builders.trace_id(1)
LINES = [line.rstrip(b"\n") for line in builders.debugs(TRACE, 10)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / ".backtrail"
    (home / "journal").mkdir(parents=True)
    return home


@pytest.fixture
def server(home: Path) -> Iterator[Received]:
    made = Received(home, told=lambda _size: None)
    made.start()
    yield made
    made.close()


def stretch(first: int, last: int, process: str = ONE, *, offset: int = 0, **more: bool) -> Stretch:
    header = msgspec.json.decode(builders.header(process, seq=first), type=Header)
    header = structs.replace(header, time_unix_ns=header.time_unix_ns + offset)
    return Stretch(header=header, lines=[Raw(line) for line in LINES[first:last]], **more)


def give(server: Received, *parcels: Parcel) -> dict[str, Outcome]:
    return server.submit(list(parcels), 1).result(10)


def kept(home: Path, process: str = ONE) -> list[int]:
    """Return the numbers of the events in the catalogue, each with what it should be."""
    with Catalog.open(home) as catalog:
        refresh(catalog)
        found = [each for each in reading.events(catalog, TRACE) if each.process == process]
    for event in found:
        assert event.monotonic_ns == msgspec.json.decode(LINES[event.seq])["t"]
    return [event.seq for event in found]


def is_open(home: Path, process: str = ONE) -> bool:
    *_, last = [each for each in list_segments(home / "journal") if each.process == process]
    with opened(last.path) as fd:
        return not is_writer_gone(fd)


def test_lines_are_kept_as_those_of_their_process(home: Path, server: Received) -> None:
    assert give(server, stretch(0, 4), stretch(0, 2, TWO)) == {
        ONE: Outcome(next_seq=4),
        TWO: Outcome(next_seq=2),
    }
    assert give(server, stretch(4, 6), stretch(6, 7)) == {ONE: Outcome(next_seq=7)}
    assert kept(home) == list(range(7))
    assert kept(home, TWO) == [0, 1]
    with Catalog.open(home) as catalog:
        event = next(iter(reading.events(catalog, TRACE)))
    assert event.time_unix_ns == event.monotonic_ns + builders.START_UNIX_NS
    assert len(list_segments(home / "journal")) == 2


def test_what_comes_again_in_whole_or_in_part_is_kept_once(home: Path, server: Received) -> None:
    for first, last in ((0, 4), (0, 4), (2, 6), (1, 3)):
        outcome = give(server, stretch(first, last))[ONE]
    assert outcome == Outcome(next_seq=6)
    assert give(server, stretch(5, 7), stretch(6, 8)) == {ONE: Outcome(next_seq=8)}
    assert kept(home) == list(range(8))


def test_a_server_that_begins_again_goes_on_where_the_last_one_ended(home: Path) -> None:
    for first, last in ((0, 4), (2, 6)):
        server = Received(home, told=lambda _size: None)
        server.start()
        give(server, stretch(first, last))
        server.close()
        # Another program may have indexed it meanwhile, as that of a process that has ended.
        assert kept(home) == list(range(last))
    assert [each.number for each in list_segments(home / "journal")] == [1, 2]


def test_what_is_missing_is_asked_for_unless_it_is_gone_everywhere(
    home: Path, server: Received
) -> None:
    give(server, stretch(0, 2))
    assert give(server, stretch(4, 6)) == {ONE: Outcome(next_seq=2, is_gap=True)}
    assert give(server, stretch(4, 6, is_after_gap=True)) == {ONE: Outcome(next_seq=6)}
    assert kept(home) == [0, 1, 4, 5]
    assert give(server, stretch(3, 5, TWO)) == {TWO: Outcome(next_seq=0, is_gap=True)}
    assert give(server, stretch(3, 5, TWO, is_after_gap=True)) == {TWO: Outcome(next_seq=5)}


def test_a_segment_is_open_until_its_process_has_ended(home: Path, server: Received) -> None:
    give(server, stretch(0, 2))
    assert is_open(home)
    give(server, stretch(2, 2, is_ended=True))
    assert not is_open(home)
    assert kept(home) == [0, 1]
    give(server, stretch(2, 4))
    assert kept(home) == [0, 1, 2, 3]


def test_clocks_that_are_tied_anew_begin_a_segment(home: Path, server: Received) -> None:
    give(server, stretch(0, 2), stretch(2, 4, offset=5_000_000))
    give(server, stretch(4, 5, offset=5_000_000))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        offsets = [e.time_unix_ns - e.monotonic_ns for e in reading.events(catalog, TRACE)]
    assert [each - builders.START_UNIX_NS for each in offsets] == [0, 0, *[5_000_000] * 3]
    assert len(list_segments(home / "journal")) == 2


def test_a_process_that_is_recorded_here_is_refused(home: Path, server: Received) -> None:
    builders.write_segment(home, ONE, builders.debugs(TRACE, 2))
    outcomes = give(server, stretch(2, 4), stretch(0, 1, TWO))
    assert "own machine" in (outcomes[ONE].refused or "")
    assert outcomes[TWO] == Outcome(next_seq=1)
    assert kept(home) == [0, 1]


def test_a_file_that_cannot_be_read_costs_only_its_process(home: Path, server: Received) -> None:
    builders.segment_path(home, ONE).write_bytes(b"garbage\n")
    outcomes = give(server, stretch(0, 2), stretch(0, 1, TWO))
    assert outcomes[ONE].refused
    assert kept(home, TWO) == [0]


def test_payloads_are_kept_by_their_names(home: Path, server: Received) -> None:
    name = sha256(b"[1]").hexdigest()
    for _ in range(2):
        assert give(server, Payload(name=name, text="[1]")) == {}
    (path,) = [path for path in home.glob("blobs/**/*") if path.is_file()]
    assert path.relative_to(home).as_posix() == f"blobs/{name[:2]}/{name}.json"
    assert path.read_text() == "[1]"


def test_only_so_many_journals_are_open(
    home: Path, server: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECEIVED_OPEN_MAX", 2)
    monkeypatch.setattr(module, "RECEIVED_KNOWN_MAX", 3)
    for _ in range(2):
        for number in range(1, 6):
            give(server, stretch(0, 2, builders.process_id(number)))
    give(server, stretch(2, 4))
    assert is_open(home)
    assert not is_open(home, builders.process_id(2))
    assert kept(home) == [0, 1, 2, 3]


def full(home: Path, work: Callable[[Received], None]) -> None:
    """Do something in a process in which no file may become larger than 1 MiB and a little."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, ((1 << 20) - 1, 1 << 30))
            server = Received(home, told=lambda _size: None)
            server.start()
            work(server)
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_disk_that_is_full_costs_a_request_and_no_event_twice(home: Path) -> None:
    def work(server: Received) -> None:
        future = server.submit([stretch(0, 4)], 1)
        error = future.exception(10)
        assert isinstance(error, StoreError)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
        assert give(server, stretch(0, 4)) == {ONE: Outcome(next_seq=4)}

    full(home, work)
    assert kept(home) == [0, 1, 2, 3]


def test_what_is_handed_in_too_late_is_told_so(home: Path) -> None:
    server = Received(home, told=lambda _size: None)
    server.start()
    server.close()
    assert isinstance(server.submit([stretch(0, 1)], 1).exception(10), StoreError)
