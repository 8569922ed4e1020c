from __future__ import annotations

import random
import sqlite3
import zlib
from pathlib import Path

import msgspec
import pytest

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import (
    DICTIONARY_BLOCKS,
    DICTIONARY_BLOCKS_MIN,
    DICTIONARY_BYTES_MAX,
)
from backtrail.store import blocks, reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.packing.dictionaries import LATEST, current, names, needed, unpacked
from backtrail.store.rebuild import rebuild, rebuild_summaries
from builders import line, process_id, trace_id, write_segment

TRACES = [trace_id(number) for number in range(DICTIONARY_BLOCKS_MIN + 10)]
"""One more batch of all of them is packed against what the first one said."""


def say_much(home: Path, *, process: int = 1, seed: int = 1) -> dict[str, list[bytes]]:
    """Write enough lines for a dictionary; return them by their trace."""
    lot = random.Random(seed)
    letters = random.Random(0)
    words = ["".join(letters.choices("abcdefghijklm", k=6)) for _ in range(500)]
    said: dict[str, list[bytes]] = {trace: [] for trace in TRACES}
    everything = []
    for number in range(4 * len(TRACES)):
        trace = TRACES[number % len(TRACES)]
        text = " ".join(lot.choices(words, k=90))
        raw = line("debug.recorded", trace, t=number, action="said", data={"text": text})
        said[trace].append(raw.rstrip(b"\n"))
        everything.append(raw)
    write_segment(home, process_id(process), everything)
    return said


def filled(home: Path) -> dict[str, list[bytes]]:
    """Make a store with a dictionary, and blocks that need it; return what those say."""
    say_much(home)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        said = say_much(home, process=2, seed=2)
        refresh(catalog)
    return said


def number_of_latest(catalog: Catalog) -> int:
    row = catalog.row("meta", name=LATEST)
    assert row is not None
    return int(row["value"].split()[0], 16)


def payloads(home: Path) -> list[bytes]:
    connection = sqlite3.connect(home / "catalog.db")
    found = [row[0] for row in connection.execute("SELECT payload FROM block ORDER BY block_id")]
    connection.close()
    return found


def test_blocks_of_a_large_store_are_compressed_against_a_dictionary(home: Path) -> None:
    said = filled(home)
    with Catalog.open(home) as catalog:
        packed = payloads(home)[len(TRACES) :]
        alone = sum(len(blocks.pack([0, 4], lines)) for lines in said.values())
        assert sum(map(len, packed)) < 0.9 * alone
        assert {blocks.dictionary_of(payload) for payload in packed} == {number_of_latest(catalog)}
        assert 0 < len(needed(catalog, packed[0])) <= DICTIONARY_BYTES_MAX
        for trace, lines in said.items():
            row = catalog.rows("blocks_of_trace", trace_id=trace)[-1]
            block = catalog.row("block", block_id=row["block_id"])
            assert block is not None
            assert unpacked(catalog, block)[1] == lines
            texts = [msgspec.json.decode(raw)["data"]["text"] for raw in lines]
            events = reading.events(catalog, trace)
            told = [e.body["data"]["text"] for e in events if e.process == process_id(2)]
            assert told == texts


def test_a_store_of_little_has_blocks_that_stand_alone(home: Path) -> None:
    for process in (1, 2):
        few = [line("debug.recorded", trace, t=1, action="a") for trace in TRACES]
        write_segment(home, process_id(process), few)
        with Catalog.open(home) as catalog:
            refresh(catalog)
            assert catalog.row("meta", name=LATEST) is None
            assert {needed(catalog, payload) for payload in payloads(home)} == {b""}


def test_payloads_of_plain_zlib_go_on_being_read(home: Path) -> None:
    lines = [b'{"t":1,"trace":"a","kind":"k"}', b'{"t":2,"trace":"a","kind":"k"}']
    for level in (1, 3, 9):
        payload = zlib.compress(b"\n".join([b"[4,2]", *lines]), level)
        assert blocks.dictionary_of(payload) is None
        assert blocks.unpack(payload) == ([4, 5], lines)
    with Catalog.open(home) as catalog:
        assert needed(catalog, payload) == b""


def test_a_later_refresh_packs_against_the_same_dictionary(home: Path) -> None:
    filled(home)
    with Catalog.open(home) as catalog:
        first = number_of_latest(catalog)
    say_much(home, process=3, seed=3)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert number_of_latest(catalog) == first
        assert {blocks.dictionary_of(each) for each in payloads(home)} == {None, first}


def test_another_dictionary_is_made_once_there_are_many_more_blocks(home: Path) -> None:
    filled(home)
    with Catalog.open(home) as catalog:
        first = number_of_latest(catalog)
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute(
        f"INSERT INTO block SELECT {DICTIONARY_BLOCKS}, trace_id, 'x', 0, 0, time_min_ns, "
        "time_max_ns, offset_ns, events, line_bytes, kinds, payload FROM block LIMIT 1"
    )
    connection.commit()
    connection.close()
    say_much(home, process=3, seed=3)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        assert number_of_latest(catalog) != first
        assert {blocks.dictionary_of(each) for each in payloads(home)} == {
            None, first, number_of_latest(catalog),
        }  # fmt: skip
        assert all(list(reading.events(catalog, trace)) for trace in TRACES)


@pytest.mark.parametrize("lost", [0, 1])
def test_one_of_two_copies_is_enough(home: Path, lost: int) -> None:
    filled(home)
    with Catalog.open(home) as catalog:
        number = number_of_latest(catalog)
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute("UPDATE meta SET value = 'x' WHERE name = ?", [names(number)[lost]])
    connection.commit()
    connection.close()
    with Catalog.open(home) as catalog:
        assert len(list(reading.events(catalog, TRACES[0]))) == 8


def test_a_store_without_its_dictionary_says_that_it_is_damaged(home: Path) -> None:
    filled(home)
    connection = sqlite3.connect(home / "catalog.db")
    connection.execute("DELETE FROM meta WHERE name LIKE 'dictionary:%'")
    connection.commit()
    connection.close()
    with Catalog.open(home) as catalog:
        with pytest.raises(StoreError, match="is damaged") as raised:
            list(reading.events(catalog, TRACES[0]))
        assert raised.value.hint == "backtrail index --rebuild"


def test_a_rebuild_reads_with_the_old_dictionary(home: Path) -> None:
    said = filled(home)
    for path in (home / "journal").iterdir():
        path.unlink()
    done = rebuild(home)
    assert done.events_from_blocks == 2 * sum(map(len, said.values()))
    with Catalog.open(home) as catalog:
        before = reading.traces(catalog)
        rebuild_summaries(catalog)
        assert reading.traces(catalog) == before
        assert len(list(reading.events(catalog, TRACES[3]))) == 2 * len(said[TRACES[3]])


def test_a_dictionary_holds_text_whatever_the_lines_hold(home: Path) -> None:
    odd = [line("debug.recorded", trace, t=1, action="ü" * 1_500, data="\0") for trace in TRACES]
    write_segment(home, process_id(1), odd)
    with Catalog.open(home) as catalog:
        refresh(catalog)
        with catalog.writing():
            dictionary = current(catalog)
        payload = blocks.pack([0, 1], [b"line"], dictionary)
        assert dictionary
        assert blocks.unpack(payload, needed(catalog, payload)) == ([0], [b"line"])
        with pytest.raises(zlib.error):
            blocks.unpack(payload, b"another")
        with pytest.raises(zlib.error):
            blocks.unpack(payload)
        with pytest.raises(zlib.error):
            blocks.unpack(payload[:-3], dictionary)
