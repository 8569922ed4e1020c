from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

import builders
from backtrail.model.errors import RefusedError
from backtrail.model.event import Header
from backtrail.model.limits.reading import INGEST_PACE_S_MAX
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.journal.unit import Unit
from backtrail.serve.shipping.parcel import Stretch
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from running import until

TRACE = "0199c8a5" * 4
SPAN = "a1" * 8
LINES = (
    f'{{"t":1,"trace":"{TRACE}","span":"{SPAN}","kind":"span.started","name":"checkout"}}\n'
    f'{{"t":2,"trace":"{TRACE}","span":"{SPAN}","kind":"span.ended","status":"error"}}\n'
)
UNIT = Unit(key=bytes.fromhex(TRACE + SPAN), lines=LINES.encode())


def found(home: Path) -> int:
    with Catalog.open(home) as catalog:
        return sum(trace.spans for trace in reading.traces(catalog))


def test_what_is_handed_in_is_found_by_a_query_and_known_by_the_next_server(
    tmp_path: Path,
) -> None:
    home = tmp_path / ".backtrail"
    for repeated in (0, 1):
        ingest = Ingest(home)
        ingest.start()
        accepted = ingest.submit([UNIT]).result(5)
        assert (accepted.written, accepted.repeated) == (1 - repeated, repeated)
        until(lambda: found(home) == 1)
        ingest.close()
    with Catalog.open(home) as catalog:
        summary = reading.trace_summary(catalog, TRACE)
    assert (summary.name, summary.status, summary.spans) == ("checkout", "error", 1)


def test_a_request_waits_while_the_catalogue_is_behind_but_not_for_ever(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path / ".backtrail")
    ingest.start()
    assert ingest.indexing is not None
    began = time.monotonic()
    asyncio.run(ingest.pace())
    assert time.monotonic() - began < 0.5
    ingest.indexing.is_behind = lambda: True  # type: ignore[method-assign]
    asyncio.run(ingest.pace())
    assert time.monotonic() - began >= INGEST_PACE_S_MAX * 0.9
    ingest.close()


def test_a_store_that_has_a_server_takes_no_second_one(tmp_path: Path) -> None:
    first, second = Ingest(tmp_path / ".backtrail"), Ingest(tmp_path / ".backtrail")
    first.start()
    with pytest.raises(RefusedError):
        second.start()
    second.close()
    assert first.indexing is not None
    assert first.indexing.trouble is None
    first.close()


def test_what_another_machine_recorded_is_found_by_a_query_too(tmp_path: Path) -> None:
    process = builders.process_id(1)
    header = msgspec.json.decode(builders.header(process), type=Header)
    lines = [Raw(line) for line in LINES.encode().splitlines()]
    ingest = Ingest(tmp_path / ".backtrail")
    ingest.start()
    told = ingest.submit_parcels([Stretch(header=header, lines=lines)], len(LINES)).result(5)
    assert told[process].next_seq == 2
    until(lambda: found(ingest.home) == 1)
    ingest.close()
