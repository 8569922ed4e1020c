from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest

from backtrail.model.errors import StoreError
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.request.bodies import UnknownEncodingError
from backtrail.serve.otlp.request.protobuf import read_traces
from backtrail.serve.otlp.taking import take
from backtrail.store.catalog import Catalog
from otlp_sample import TRACE, a_span, traces

BODY = traces([a_span(0), a_span(1, span_id=b"short")]).SerializeToString()


def test_what_is_taken_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path / ".backtrail")
    ingest.start()
    with ingest.room.share() as share:
        rejected = asyncio.run(
            take(ingest, read_traces, gzip.compress(BODY), share, encoding="gzip")
        )
    written = b"".join(path.read_bytes() for path in ingest.home.glob("journal/*.jsonl"))
    assert TRACE.hex().encode() in written
    assert rejected.total() == 1
    ingest.close()
    with Catalog.open(ingest.home) as catalog:
        assert [row["trace_id"] for row in catalog.rows("trace_starts")] == [TRACE.hex()]


def test_what_cannot_be_taken_raises_why(tmp_path: Path) -> None:
    ingest = Ingest(tmp_path / ".backtrail")
    ingest.start()
    with ingest.room.share() as share:
        with pytest.raises(UnknownEncodingError):
            asyncio.run(take(ingest, read_traces, BODY, share, encoding="br"))
        ingest.home.joinpath("journal").rename(tmp_path / "elsewhere")
        with pytest.raises(StoreError):
            asyncio.run(take(ingest, read_traces, BODY, share))
    tmp_path.joinpath("elsewhere").rename(ingest.home / "journal")
    ingest.close()
