from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.journal.numbers import IngestNumbers
from backtrail.serve.journal.room import BusyError
from backtrail.serve.journal.unit import Unit
from running import until

TRACE, SPAN = "0199c8a5" * 4, "a1" * 8
LINE = f'{{"t":1,"trace":"{TRACE}","span":"{SPAN}","kind":"span.started","name":"fire"}}\n'
UNIT = Unit(key=bytes.fromhex(TRACE + SPAN), lines=LINE.encode())


def test_only_what_waits_and_can_be_indexed_is_being_indexed() -> None:
    assert IngestNumbers(behind_bytes=1).is_being_indexed
    assert not IngestNumbers(behind_bytes=0).is_being_indexed
    assert not IngestNumbers(behind_bytes=1, index_failures=1).is_being_indexed


def test_what_is_taken_repeated_and_refused_is_counted(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path / ".backtrail")
    assert ingest.numbers() == IngestNumbers()
    ingest.start()
    for _ in range(2):
        ingest.submit([UNIT]).result(10)
    with ingest.room.share() as share:
        share.grow(70)
        with pytest.raises(BusyError):
            ingest.room.take(ingest.room.most)
        counted = ingest.numbers()
        assert (counted.waiting_bytes, counted.refused_requests) == (70, 1)
    until(lambda: ingest.numbers().behind_bytes == 0)
    counted = ingest.numbers()
    ingest.close()
    assert (counted.written_units, counted.repeated_units, counted.commits) == (1, 1, 1)
    assert counted.written_bytes >= len(LINE)
    assert (counted.waiting_bytes, counted.index_failures, counted.failed_commits) == (0, 0, 0)
