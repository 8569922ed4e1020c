from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import INGEST_BEHIND_BYTES_MAX
from backtrail.serve.journal import indexing
from backtrail.serve.journal.indexing import Indexing
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.query.patterns import literal
from backtrail.store.rebuild import rebuild
from backtrail.store.text.index import NAME, PART_BLOCKS, narrowed
from builders import header, process_id
from running import until

NOW = 1_760_000_000_000_000_000
SERVER = process_id(1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".backtrail" / "journal").mkdir(parents=True)
    return tmp_path / ".backtrail"


def trace(number: int) -> str:
    return f"{number + 1:032x}"


def write(home: Path, number: int, process: str = SERVER) -> Path:
    path = home / "journal" / f"{process}.{number + 1:04d}.jsonl"
    line = f'{{"t":{NOW},"trace":"{trace(number)}","span":"{"a1" * 8}","kind":"span.started"}}\n'
    path.write_bytes(header(process, segment=number + 1, seq=number) + line.encode())
    return path


def count(home: Path) -> int:
    with Catalog.open(home) as catalog:
        return len(reading.traces(catalog))


def started(home: Path, keep: int = 2) -> Indexing:
    made = Indexing(home, {SERVER}, clock=SYSTEM_CLOCK, keep=keep)
    made.start()
    return made


def test_what_comes_in_is_indexed_when_it_is_told_of_and_when_it_ends(home: Path) -> None:
    write(home, 0)
    index = started(home)
    until(lambda: count(home) == 1)
    write(home, 1)
    index.nudge()
    until(lambda: count(home) == 2)
    write(home, 2)
    index.close()
    assert count(home) == 3


def test_segments_of_servers_go_once_they_are_indexed_and_the_last_ones_stay(home: Path) -> None:
    for number in range(6):
        write(home, number)
    other = write(home, 9, process_id(2))
    started(home).close()
    left = sorted(path.name for path in (home / "journal").glob("*.jsonl"))
    assert left == [f"{SERVER}.0005.jsonl", f"{SERVER}.0006.jsonl", other.name]
    assert count(home) == 7
    rebuild(home)
    assert count(home) == 7


def test_the_catalogue_stays_locked_when_segments_have_gone(home: Path) -> None:
    """Without that lock another program that closes the catalogue removes the log in use."""
    for number in range(6):
        write(home, number)
    index = started(home)
    until(lambda: len(list((home / "journal").glob("*.jsonl"))) == 2)
    inode = (home / "catalog.db").stat().st_ino
    locks = Path("/proc/locks").read_text().splitlines()
    own = f" {os.getpid()} "
    assert [lock for lock in locks if "POSIX" in lock and own in lock and f":{inode} " in lock]
    index.close()


def test_an_engine_that_is_down_is_tried_again_until_it_is_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "INGEST_INDEX_EVERY_S", 0.01)
    monkeypatch.setattr(indexing, "refresh", failing(StoreError("it is down", hint="wait")))
    write(home, 0)
    index = started(home)
    until(lambda: index.failures > 2)
    assert str(index.trouble) == "it is down"
    monkeypatch.undo()
    until(lambda: count(home) == 1)
    until(lambda: index.trouble is None)
    assert index.failures == 0
    index.close()


def test_it_says_when_it_is_behind_but_not_while_the_engine_is_down(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Indexing(home, {SERVER}, clock=SYSTEM_CLOCK)
    index.nudge(INGEST_BEHIND_BYTES_MAX)
    assert not index.is_behind()
    index.nudge(1)
    assert index.is_behind()
    monkeypatch.setattr(indexing, "refresh", failing(StoreError("it is down", hint="wait")))
    index.start()
    until(lambda: index.failures > 0)
    assert not index.is_behind()
    monkeypatch.undo()
    until(lambda: index.failures == 0)
    assert not index.is_behind()
    index.close()


def test_a_failure_that_nobody_foresaw_does_not_end_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "refresh", failing(ZeroDivisionError("bug")))
    write(home, 0)
    index = started(home)
    until(lambda: index.failures > 0)
    monkeypatch.undo()
    index.close()
    assert count(home) == 1


def failing(error: Exception) -> Callable[[Catalog], None]:
    def refresh(_catalog: Catalog) -> None:
        raise error

    return refresh


def test_words_are_indexed_once_there_is_nothing_more_urgent(home: Path) -> None:
    for number in range(PART_BLOCKS):
        write(home, number)
    index = started(home)
    until((home / NAME).exists)

    def is_known() -> bool:
        with Catalog.open(home) as catalog:
            narrow = narrowed(catalog, literal("started"))
            return narrow is not None and narrow.behind == PART_BLOCKS

    until(is_known)
    index.close()
