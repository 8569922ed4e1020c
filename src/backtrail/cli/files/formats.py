"""Traces in the formats of others: OpenTelemetry's, as JSON or protobuf, and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from backtrail.cli.files.tables import Table
from backtrail.cli.opening import Report
from backtrail.cli.serving import part
from backtrail.model.event import Event
from backtrail.store import reading
from backtrail.store.catalog import Catalog

Written = Callable[[Catalog, list[str], BinaryIO, Report | None], int]


def _as_json(catalog: Catalog, ids: list[str], target: BinaryIO, report: Report | None) -> int:
    return _as_otlp(catalog, ids, target, report, form="as_json")


def _as_protobuf(catalog: Catalog, ids: list[str], target: BinaryIO, report: Report | None) -> int:
    return _as_otlp(catalog, ids, target, report, form="as_protobuf")


def _as_table(catalog: Catalog, ids: list[str], target: BinaryIO, report: Report | None) -> int:
    told = {"command": "export --format parquet", "extra": "parquet"}
    table = Table(target, part("pyarrow", **told), part("pyarrow.parquet", **told))
    written = 0
    for done, trace_id in enumerate(ids):
        written += table.add(trace_id, reading.events(catalog, trace_id))
        if report is not None:
            report(done + 1, len(ids))
    table.close()
    return written


FORMATS: dict[str, Written] = {
    "otlp-json": _as_json,
    "otlp-proto": _as_protobuf,
    "parquet": _as_table,
}
"""What writes traces, and returns how many events they have, by the name of the format."""
BINARY = frozenset({"otlp-proto", "parquet"})


def _as_otlp(
    catalog: Catalog, ids: list[str], target: BinaryIO, report: Report | None, *, form: str
) -> int:
    told = {"command": "export", "extra": "serve"}
    writing = part(f"backtrail.serve.otlp.outgoing.{form}", **told)
    outgoing = part("backtrail.serve.otlp.outgoing.spans", **told).outgoing
    written, is_first = 0, True
    target.write(writing.BEGIN)

    def counted(events: Iterator[Event]) -> Iterator[Event]:
        nonlocal written
        for event in events:
            written += 1
            yield event

    for done, trace_id in enumerate(ids):
        name = reading.trace_summary(catalog, trace_id).name
        trace = outgoing(trace_id, name, counted(reading.events(catalog, trace_id)))
        for group in writing.groups(trace):
            target.write(group if is_first else writing.BETWEEN + group)
            is_first = False
        if report is not None:
            report(done + 1, len(ids))
    target.write(writing.END)
    target.flush()
    return written
