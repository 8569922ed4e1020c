"""Traces as a table of Parquet: a row for each span, and one for each event."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any, BinaryIO

import msgspec

from backtrail.model.event import Event
from backtrail.model.limits.reading import EXPORT_ROWS_MAX
from backtrail.trail.outline import SpanRow, outline

COLUMNS = (
    ("row", "string"),
    ("trace_id", "string"),
    ("span_id", "string"),
    ("parent_span_id", "string"),
    ("kind", "string"),
    ("name", "string"),
    ("process", "string"),
    ("seq", "int64"),
    ("thread", "string"),
    ("task", "string"),
    ("time_unix_ns", "int64"),
    ("took_ms", "float64"),
    ("status", "string"),
    ("error", "string"),
    ("body", "string"),
)
"""Name and type; `row` is `span` or `event`, `body` a text of JSON: of a span its
attributes, of an event all that it holds.
"""
_encode = msgspec.json.Encoder().encode


class Table:
    """A file of Parquet that is being written; leaving the `with` statement ends it.

    Args:
        target: where to.
        arrow: the module `pyarrow`.
        parquet: the module `pyarrow.parquet`.
    """

    def __init__(self, target: BinaryIO, arrow: ModuleType, parquet: ModuleType) -> None:
        self._arrow = arrow
        types = {"string": arrow.string(), "int64": arrow.int64(), "float64": arrow.float64()}
        self._schema = arrow.schema([(name, types[kind]) for name, kind in COLUMNS])
        self._writer = parquet.ParquetWriter(target, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, trace_id: str, events: Iterable[Event]) -> int:
        """Add the rows of a trace; return how many events it has."""
        listed = list(events)
        for span in outline(listed):
            self._put(_span(trace_id, span))
        for event in listed:
            self._put(_event(event))
        return len(listed)

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        self._flush()
        self._writer.close()

    def _put(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= EXPORT_ROWS_MAX:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, self._schema))
            self._rows = []


def _span(trace_id: str, span: SpanRow) -> dict[str, Any]:
    return {
        "row": "span",
        "trace_id": trace_id,
        "span_id": span.span_id,
        "parent_span_id": span.parent,
        "name": span.name,
        "process": span.process,
        "thread": span.thread,
        "task": span.task,
        "time_unix_ns": span.start_unix_ns,
        "took_ms": span.took_ms,
        "status": span.status,
        "error": span.error,
        "body": _encode(span.attributes).decode(),
    }


def _event(event: Event) -> dict[str, Any]:
    name = event.body.get("name")
    took_ms = event.body.get("took_ms")
    return {
        "row": "event",
        "trace_id": event.trace_id,
        "span_id": event.span_id,
        "kind": event.kind,
        "name": name if isinstance(name, str) else None,
        "process": event.process,
        "seq": event.seq,
        "thread": event.thread,
        "task": event.task,
        "time_unix_ns": event.time_unix_ns,
        "took_ms": float(took_ms) if isinstance(took_ms, int | float) else None,
        "body": _encode(event.body).decode(),
    }
