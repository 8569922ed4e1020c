from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import StoreError
from backtrail.serve.journal import writing
from backtrail.serve.journal.remembered import Remembered
from backtrail.serve.journal.unit import Unit
from backtrail.serve.journal.writing import Accepted, Writer
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.reading import events, trace_summary
from builders import process_id

TRACE = "0199c8a5" * 4
NOW = 1_760_000_000_000_000_000


def unit(number: int, *, extra: int = 0) -> Unit:
    head = f'"trace":"{TRACE}","span":"{number:016x}"'
    started = f'{{"t":{NOW + number},{head},"kind":"span.started","name":"{"x" * extra}"}}\n'
    ended = f'{{"t":{NOW + number + 1},{head},"kind":"span.ended"}}\n'
    key = bytes.fromhex(TRACE) + number.to_bytes(8, "big")
    return Unit(key=key, lines=(started + ended).encode())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".backtrail" / "journal").mkdir(parents=True)
    return tmp_path / ".backtrail"


@pytest.fixture
def writer(home: Path) -> Iterator[Writer]:
    made = a_writer(home)
    made.start()
    yield made
    made.close()


def a_writer(home: Path, number: int = 1) -> Writer:
    return Writer(
        home / "journal",
        process_id(number),
        clock=SYSTEM_CLOCK,
        remembered=Remembered(),
        told=lambda _: None,
    )


def spans(home: Path) -> int:
    with Catalog.open(home) as catalog:
        refresh(catalog)
        return trace_summary(catalog, TRACE).spans


def test_what_is_accepted_is_in_the_journal_as_any_process_writes_it(
    home: Path, writer: Writer
) -> None:
    accepted = writer.submit([unit(1), unit(2)]).result(5)
    assert accepted == Accepted(written=2, repeated=0)
    with Catalog.open(home) as catalog:
        assert refresh(catalog).torn == 0
        found = list(events(catalog, TRACE))
        assert [event.time_unix_ns for event in found[:2]] == [NOW + 1, NOW + 2]
        assert trace_summary(catalog, TRACE).is_live is False


def test_what_was_accepted_is_acknowledged_again_but_not_written(
    home: Path, writer: Writer
) -> None:
    assert writer.submit([unit(1), unit(1)]).result(5) == Accepted(written=1, repeated=1)
    assert writer.submit([unit(1), unit(2)]).result(5) == Accepted(written=1, repeated=1)
    assert spans(home) == 2


def test_what_waits_is_synced_together(
    home: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.submit([unit(0)]).result(5)
    going, go = Event(), Event()
    syncs = []
    real = os.fdatasync

    def slow(fd: int) -> None:
        syncs.append(fd)
        going.set()
        assert go.wait(5)
        real(fd)

    monkeypatch.setattr(os, "fdatasync", slow)
    first = writer.submit([unit(1)])
    assert going.wait(5)
    rest = [writer.submit([unit(number)]) for number in range(2, 50)]
    assert not first.done()
    go.set()
    for future in (first, *rest):
        future.result(5)
    assert len(syncs) == 2
    assert spans(home) == 50


def test_segments_roll_and_their_events_are_numbered_without_a_gap(
    home: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "INGEST_SEGMENT_BYTES", 4_096)
    for number in range(20):
        writer.submit([unit(number, extra=1_000)]).result(5)
    writer.submit([unit(99, extra=10_000)]).result(5)
    assert len(list((home / "journal").glob("*.jsonl"))) > 5
    with Catalog.open(home) as catalog:
        refresh(catalog)
        seqs = sorted(event.seq for event in events(catalog, TRACE))
    assert seqs == list(range(1, 43))


def test_a_disk_that_becomes_full_costs_a_request_but_no_span_twice(
    home: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.submit([unit(0)]).result(5)
    real = os.pwrite
    room = [len(unit(1).lines) + len(unit(2).lines) - 30]

    def full(fd: int, data: memoryview, offset: int) -> int:
        if room[0] <= 0:
            raise OSError(28, "No space left on device")
        count = real(fd, data[: room[0]], offset)
        room[0] -= count
        return count

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StoreError, match="No space left on device"):
        writer.submit([unit(1), unit(2), unit(3)]).result(5)
    monkeypatch.setattr(os, "pwrite", real)
    again = writer.submit([unit(1), unit(2), unit(3)]).result(5)
    assert again == Accepted(written=2, repeated=1)
    assert spans(home) == 4
    with Catalog.open(home) as catalog:
        assert [event.kind for event in events(catalog, TRACE)].count("span.ended") == 4


def test_a_journal_that_cannot_be_opened_is_told_and_tried_again(home: Path) -> None:
    writer = a_writer(home)
    writer.start()
    (home / "journal").rename(home / "aside")
    with pytest.raises(StoreError, match="cannot be written"):
        writer.submit([unit(1)]).result(5)
    (home / "aside").rename(home / "journal")
    assert writer.submit([unit(1)]).result(5).written == 1
    writer.close()


def test_an_orderly_end_writes_what_waits_and_says_that_it_is_one(home: Path) -> None:
    writer = a_writer(home)
    writer.start()
    futures: list[Future[Accepted]] = []
    sender = Thread(target=lambda: futures.extend(writer.submit([unit(n)]) for n in range(100)))
    sender.start()
    sender.join()
    writer.close()
    assert sum(future.result(0).written for future in futures) == 100
    (path,) = (home / "journal").glob("*.jsonl")
    assert msgspec.json.decode(path.read_bytes().splitlines()[-1])["kind"] == "process.ended"
    with pytest.raises(StoreError, match="the server is stopping"):
        writer.submit([unit(1)]).result(0)
