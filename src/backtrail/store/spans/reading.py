"""Reads spans from their rows: all of a trace in their shape, one of them in full."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.kinds import Status
from backtrail.store.catalog import Catalog
from backtrail.store.spans.numbers import id_of
from backtrail.store.spans.rows import STATUSES


class Shape(Struct, frozen=True, gc=False):
    """Where a span stands in its trace, and when it was; without what is shown of it."""

    ordinal: int
    span_id: int
    """Its number; `numbers.number_of` gives it."""
    parent: int | None
    start_unix_ns: int
    """When it began; while that is not known, when it ended."""
    took_ns: int | None

    @property
    def interval(self) -> tuple[int, int] | None:
        """From when to when it was, where both are known."""
        if self.took_ns is None:
            return None
        return self.start_unix_ns, self.start_unix_ns + self.took_ns


class ToldSpan(Struct, frozen=True, kw_only=True):
    """What is shown of a span."""

    span_id: str
    parent: str | None
    name: str | None
    """`None` when its beginning was not recorded."""
    status: Status
    start_unix_ns: int | None
    took_ns: int | None
    error: str | None


def shapes(catalog: Catalog, trace_id: str) -> list[Shape]:
    """Return all spans of a trace, in the order in which they began."""
    trace = catalog.row("trace_row", trace_id=trace_id)
    if trace is None:
        return []
    return [Shape(*row) for row in catalog.rows("span_shapes", trace_no=trace["trace_no"])]


def told(catalog: Catalog, trace_id: str, ordinals: list[int]) -> list[ToldSpan]:
    """Return some spans of a trace, by their ordinals."""
    trace = catalog.row("trace_row", trace_id=trace_id)
    if trace is None:
        return []
    found = []
    for ordinal in ordinals:
        row = catalog.row("span_at", trace_no=trace["trace_no"], ordinal=ordinal)
        if row is None:
            continue
        is_begun = row["name_no"] is not None
        parent = row["parent_no"]
        found.append(
            ToldSpan(
                span_id=id_of(row["span_no"], row["odd_id"]),
                parent=None if parent is None else id_of(parent, row["odd_parent"]),
                name=row["name"],
                status="unfinished" if row["status"] is None else STATUSES[row["status"]],
                start_unix_ns=row["time_unix_ns"] if is_begun else None,
                took_ns=_took_ns(row["took_ns"]) if is_begun else None,
                error=row["error"],
            )
        )
    return found


def _took_ns(kept: int | None) -> int | None:
    return None if kept is None else max(0, kept)
