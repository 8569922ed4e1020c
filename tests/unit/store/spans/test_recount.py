from __future__ import annotations

import sqlite3
from pathlib import Path

from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.spans.reading import shapes
from backtrail.store.spans.recount import DUE, all_blocks, bring_up
from builders import debugs, line, process_id, trace_id, write_segment

TRACE = trace_id(1)
FORMAT_2 = """
DROP TABLE word; DROP TABLE said; DROP TABLE span; DROP TABLE odd_span; DROP TABLE trait;
DROP TABLE latency;
CREATE TABLE span (
  span_id  TEXT NOT NULL,
  trace_no INTEGER NOT NULL,
  PRIMARY KEY (span_id, trace_no)
) WITHOUT ROWID;
INSERT INTO span VALUES ('abababababababab', 1);
PRAGMA user_version = 2;
"""


def test_a_catalogue_of_format_2_gets_its_rows_from_its_blocks(home: Path) -> None:
    span = line("span.started", TRACE, t=5, span="ab" * 8, name="step")
    write_segment(home, process_id(1), [span, *debugs(TRACE, 3)])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        before = shapes(catalog, TRACE)
        summary = reading.trace_summary(catalog, TRACE)
        assert len(before) == 1
    for path in (home / "journal").iterdir():
        path.unlink()
    connection = sqlite3.connect(home / "catalog.db")
    connection.executescript(FORMAT_2)
    connection.close()
    with Catalog.open(home) as catalog:
        assert shapes(catalog, TRACE) == []
        assert catalog.row("meta", name=DUE) is not None
        refresh(catalog)
        assert catalog.row("meta", name=DUE) is None
        assert shapes(catalog, TRACE) == before
        assert reading.trace_summary(catalog, TRACE) == summary
        assert reading.resolve_trace(catalog, "abab") == TRACE


def test_blocks_come_one_by_one_in_their_order(home: Path) -> None:
    for n in range(3):
        write_segment(home, process_id(n), debugs(trace_id(n), 2))
    with Catalog.open(home) as catalog:
        assert list(all_blocks(catalog)) == []
        refresh(catalog)
        bring_up(catalog)
        assert [block["block_id"] for block in all_blocks(catalog)] == [1, 2, 3]
