from __future__ import annotations

from pathlib import Path

import sample_store
from backtrail.cli.commands.views.asking import looked
from backtrail.cli.layout.looked import last_of, left_out
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh


def test_ids_of_events_are_as_short_as_they_are_clear(tmp_path: Path) -> None:
    with Catalog.open(sample_store.write_store(tmp_path)) as catalog:
        refresh(catalog)
        seen = looked(catalog, sample_store.FAILED)
    process = "0190b6a2000070008000000000000001"
    assert seen.event_id(f"{process}:7") == "0190b6a20000:7"
    assert seen.event_id("elsewhere:7") == "elsewhere:7"
    assert seen.title("2 calls") == "\x1b[1mcheckout\x1b[0m: 2 calls"


def test_the_last_are_shown_and_the_others_counted() -> None:
    assert last_of([1, 2, 3], 2) == ([2, 3], 1)
    assert last_of([1], 5) == ([1], 0)
    assert last_of([], 5) == ([], 0)


def test_what_is_left_out_is_told_if_there_is_any() -> None:
    assert left_out(0, "call") == left_out(-3, "call") == []
    assert left_out(2, "call", where=" before them") == ["\x1b[2m… 2 calls before them\x1b[0m"]
