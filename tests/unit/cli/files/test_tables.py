from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import builders
from backtrail.cli.files import tables
from backtrail.cli.files.tables import COLUMNS, Table
from built_events import TRACE, Recorded

A = "a1" * 8


def rows(path: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return read


def events() -> list[Any]:
    process = Recorded()
    return [
        process.event("span.started", 1, span=A, name="a", attributes={"k": "é"}, thread="t:1"),
        process.event("llm.called", 2, span=A, took_ms=1.5, text="hi"),
        process.event("span.ended", 3, span=A, status="error", error="E: x"),
    ]


def test_each_span_and_each_event_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with path.open("wb") as target:
        table = Table(target, pa, parquet)
        assert table.add(TRACE, events()) == 3
        table.close()
    span, *others = rows(path)
    assert list(span) == [name for name, _ in COLUMNS]
    assert (span["row"], span["span_id"], span["name"]) == ("span", A, "a")
    assert (span["took_ms"], span["status"], span["error"]) == (2.0, "error", "E: x")
    assert json.loads(span["body"]) == {"k": "é"}
    assert span["time_unix_ns"] == builders.START_UNIX_NS + 1_000_000
    assert [(each["kind"], each["seq"]) for each in others] == [
        ("span.started", 0),
        ("llm.called", 1),
        ("span.ended", 2),
    ]
    assert others[1]["took_ms"] == 1.5
    assert json.loads(others[1]["body"])["text"] == "hi"
    assert (others[0]["thread"], others[0]["trace_id"]) == ("t:1", TRACE)


def test_rows_are_written_before_they_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "EXPORT_ROWS_MAX", 3)
    path = tmp_path / "t.parquet"
    with path.open("wb") as target:
        table = Table(target, pa, parquet)
        for _ in range(2):
            table.add(TRACE, events())
        table.close()
    assert parquet.ParquetFile(path).num_row_groups == 3
    assert len(rows(path)) == 8


def test_a_table_of_nothing_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with path.open("wb") as target:
        Table(target, pa, parquet).close()
    assert rows(path) == []
