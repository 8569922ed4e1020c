from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.query.fields import read_query
from backtrail.store.query.patterns import literal
from backtrail.store.rebuild import rebuild
from backtrail.store.text import index as index_module
from backtrail.store.text.index import NAME, PART_BLOCKS, TextIndex, narrowed, remove
from builders import line, process_id, trace_id, write_segment

WORDS = ("timeout", "Booking", "overbooked", "room", "Straße", "time", "out", "gate 7", "x" * 50)
TRACES = 23


def said(n: int) -> list[str]:
    return [word for place, word in enumerate(WORDS) if n % (place + 2) == 0]


def say(home: Path, first: int = 0, last: int = TRACES) -> None:
    """Write traces that say some of the words each."""
    for n in range(first, last):
        raw = line("log.emitted", trace_id(n), t=n + 1, message=f"no {n}: " + " - ".join(said(n)))
        write_segment(home, process_id(n), [raw])


def filled(catalog: Catalog) -> int:
    """Fill the index; return how many parts that were."""
    done = 0
    with closing(TextIndex(catalog)) as text:
        while more := text.fill(2):
            done += more
    return done


def found(catalog: Catalog, text: str, *, bytes_max: int = 1 << 30) -> list[str]:
    wanted = TraceFilter(query=read_query(text, now_unix_ns=0))
    answer = reading.find(catalog, wanted, bytes_max=bytes_max)
    assert answer.is_complete
    return [trace.trace_id for trace in answer.traces]


QUERIES = [
    "timeout", "TIMEOUT", "time", "imeou", "booking", "book*room", "out", '"gate 7"', '"ate 7"',
    "xxxxxxxxxxxxxxxxxxxxxx", "stra", "straße", "nowhere", "log.emitted", '"no 1"', "7", "added",
    "-timeout", "timeout or room", "not (timeout or room)", "(timeout or nowhere) events:1",
    "timeout events:>1", "nowhere or events:1", "emitted timeout",
]  # fmt: skip


@pytest.mark.parametrize("text", QUERIES)
def test_answers_are_the_same_with_and_without_the_index(home: Path, text: str) -> None:
    say(home)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        without = found(catalog, text)
        assert filled(catalog) == (TRACES + 1) // PART_BLOCKS
        assert found(catalog, text) == without
        say(home, TRACES, TRACES + 6)
        refresh(catalog)
        partly = found(catalog, text)
        assert filled(catalog) > 0
        assert found(catalog, text) == partly
        remove(home)
        assert found(catalog, text) == partly


def test_a_rare_word_is_found_without_reading_the_others(home: Path) -> None:
    say(home)
    raw = line("log.emitted", trace_id(99), t=1, message="an unheard-of zanzibarian")
    write_segment(home, process_id(99), [raw])
    say(home, TRACES, 2 * TRACES)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        filled(catalog)
        few = 3 * PART_BLOCKS * 300
        assert found(catalog, "zanzibaria", bytes_max=few) == [trace_id(99)]
        assert found(catalog, "xylophone", bytes_max=few) == []
        narrow = narrowed(catalog, literal("zanzibarian"))
        assert narrow is not None
        assert len(narrow.block_ids) == PART_BLOCKS


@settings(max_examples=25, deadline=None)
@given(rounds=st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_however_it_is_filled_no_trace_is_missed(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[int]
) -> None:
    home = tmp_path_factory.mktemp("home")
    with Catalog.open(home) as catalog, closing(TextIndex(catalog)) as text:
        written = 0
        for count in rounds:
            say(home, written, written + count)
            written += count
            refresh(catalog)
            text.fill(1)
            holding = [trace_id(n) for n in range(written) if "timeout" in said(n)]
            assert sorted(found(catalog, "timeout")) == holding


def test_an_index_of_another_catalogue_is_not_believed(home: Path) -> None:
    say(home)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        filled(catalog)
        assert narrowed(catalog, literal("timeout")) is not None
    rebuild(home)
    with Catalog.open(home) as catalog:
        assert narrowed(catalog, literal("timeout")) is None
        before = found(catalog, "timeout")
        assert filled(catalog) > 0
        assert narrowed(catalog, literal("timeout")) is not None
        assert found(catalog, "timeout") == before


def test_an_index_of_another_engine_is_not_believed(home: Path) -> None:
    say(home)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        filled(catalog)
        assert narrowed(catalog, literal("timeout")) is not None
        catalog.engine.name = "Another"
        assert narrowed(catalog, literal("timeout")) is None


def test_a_damaged_index_is_made_anew(home: Path) -> None:
    say(home)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        before = found(catalog, "timeout")
        filled(catalog)
        remove(home)
        (home / NAME).write_bytes(b"no database" * 1_000)
        assert narrowed(catalog, literal("timeout")) is None
        assert found(catalog, "timeout") == before
        with closing(TextIndex(catalog)) as text:
            assert text.fill(9) == 0
            assert text.fill(99) > 0
        assert narrowed(catalog, literal("timeout")) is not None
        assert found(catalog, "timeout") == before


def test_two_fill_it_at_once_without_doing_anything_twice(home: Path) -> None:
    say(home)
    with Catalog.open(home) as catalog, closing(TextIndex(catalog)) as one:
        refresh(catalog)
        with closing(TextIndex(catalog)) as other:
            parts = [text.fill(1) for text in (one, other) * 4]
        assert sum(parts) == (TRACES + 1) // PART_BLOCKS
        with sqlite3.connect(home / NAME) as connection:
            rows = connection.execute("SELECT rowid FROM part WHERE part MATCH 'emitted'")
            assert [row[0] for row in rows] == list(range(sum(parts)))
        connection.close()


def test_a_store_that_is_only_in_memory_has_no_index(home: Path) -> None:
    say(home, 0, 8)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        catalog.engine.note = "held in memory"
        assert filled(catalog) == 0
    assert not (home / NAME).exists()


def test_the_file_is_its_owners_alone(home: Path) -> None:
    say(home, 0, 8)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        filled(catalog)
    assert (home / NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("bound", ["TEXT_PIECES_MAX", "TEXT_PARTS_MAX"])
def test_a_text_that_is_nearly_everywhere_is_looked_for_in_the_events(
    home: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    say(home)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        filled(catalog)
        before = found(catalog, "time")
        assert narrowed(catalog, literal("time")) is not None
        monkeypatch.setattr(index_module, bound, 1)
        assert narrowed(catalog, literal("time")) is None
        assert found(catalog, "time") == before
