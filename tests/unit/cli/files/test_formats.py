from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pyarrow import parquet

from backtrail.cli.files.formats import BINARY, FORMATS
from backtrail.serve.otlp.request import json_form, protobuf
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from sample_store import FAILED, WELL, write_store


def test_each_format_writes_all_traces_that_are_named(tmp_path: Path) -> None:
    home = write_store(tmp_path)
    done: list[tuple[int, int]] = []
    written: dict[str, bytes] = {}
    with Catalog.open(home) as catalog:
        refresh(catalog)
        for name, write in FORMATS.items():
            target = BytesIO()
            report = None if done else lambda *at: done.append(at)
            assert write(catalog, [FAILED, WELL], target, report) == 12
            target.flush()
            written[name] = target.getvalue() if not target.closed else b""
    assert done == [(1, 2), (2, 2)]
    assert set(FORMATS) >= BINARY
    for read in (
        json_form.read_traces(written["otlp-json"]),
        protobuf.read_traces(written["otlp-proto"]),
    ):
        assert {span.trace_id for span in read.spans} == {FAILED, WELL}
    traces = parquet.read_table(BytesIO(written["parquet"])).column("trace_id").to_pylist()
    assert set(traces) == {FAILED, WELL}


def test_no_trace_is_a_file_all_the_same(tmp_path: Path) -> None:
    with Catalog.open(write_store(tmp_path)) as catalog:
        refresh(catalog)
        target = BytesIO()
        FORMATS["otlp-json"](catalog, [], target, None)
    assert json_form.read_traces(target.getvalue()).spans == []
