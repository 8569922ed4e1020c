"""Narrow rows of spans: where each stands, its name, how long it took and how it ended.

Its two events may come in either order, in different transactions, late or again; of repeated
ones the earliest counts.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec
from msgspec import Struct

from backtrail.model.kinds import Status
from backtrail.store.catalog import Catalog
from backtrail.store.spans.numbers import is_usual, number_of
from backtrail.store.spans.sketch import Sketches
from backtrail.store.spans.words import Words

STATUSES: tuple[Status, ...] = get_args(Status)
"""A row holds the place of its status in here; none while the end is not known."""


class SpanRow(Struct, kw_only=True, gc=False):
    """A row of the table `span`."""

    trace_no: int
    ordinal: int
    """Its place among the spans of its trace, as they were indexed."""
    span_no: int
    parent_no: int | None = None
    name_no: int | None = None
    """`None` while the beginning is not known."""
    time_unix_ns: int
    """When it began; while that is not known, when it ended."""
    took_ns: int | None = None
    """Below nothing where the end was told to be before the beginning: an earlier one may come."""
    status: int | None = None
    error: str | None = None
    half: str | None = None
    """Process and monotonic time of the one event that is known, while the other is not."""


class Ending(Struct, frozen=True):
    """How a span ended."""

    status: str = "ok"
    error: str | None = None


class Moment(Struct, frozen=True, gc=False):
    """When an event happened, by two clocks."""

    process: str
    monotonic_ns: int
    time_unix_ns: int


class Spans:
    """Adds spans to their rows, inside one transaction of a catalogue."""

    def __init__(self, catalog: Catalog, words: Words, sketches: Sketches) -> None:
        self.changed: dict[int, list[int]] = {}
        """The longest and the shortest duration that each trace got anew."""
        self._catalog = catalog
        self._words = words
        self._sketches = sketches
        self._rows: dict[tuple[int, int], SpanRow] = {}
        self._last: dict[int, int] = {}
        """The last ordinal of each trace."""
        self._grown: set[int] = set()
        """Traces that had spans before this transaction."""
        self._odd: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def expect(self, trace_no: int) -> None:
        """Take a trace as one that has no spans yet, so that none is looked for."""
        self._last[trace_no] = 0

    def begin(
        self, trace_no: int, span_id: str, moment: Moment, *, name: str, parent: str | None
    ) -> bool:
        """Take the beginning of a span; tell whether it was not known before."""
        name_no = self._words.number("name", name, trace_no=trace_no)
        row = self._row(trace_no, span_id, moment)
        if row.name_no is not None and moment.time_unix_ns >= row.time_unix_ns:
            return False
        is_first = row.name_no is None
        before = _counted(row)
        if row.status is None:
            row.half = f"{moment.process}:{moment.monotonic_ns}"
        elif row.took_ns is None:
            row.took_ns = _between(moment, _known(row))
            row.half = None
        else:
            row.took_ns += row.time_unix_ns - moment.time_unix_ns
        row.parent_no = None if parent is None else self._number(parent)
        row.name_no, row.time_unix_ns = name_no, moment.time_unix_ns
        self._count(row, before)
        return is_first

    def end(self, trace_no: int, span_id: str, moment: Moment, ending: Ending) -> None:
        """Take the end of a span."""
        row = self._row(trace_no, span_id, moment)
        if row.status is not None and moment.time_unix_ns >= row.time_unix_ns + (row.took_ns or 0):
            return
        before = _counted(row)
        if row.name_no is None:
            row.time_unix_ns = moment.time_unix_ns
            row.half = f"{moment.process}:{moment.monotonic_ns}"
        elif row.half is not None:
            row.took_ns = _between(_known(row), moment)
            row.half = None
        else:
            row.took_ns = moment.time_unix_ns - row.time_unix_ns
        status = cast("Status", ending.status)
        row.status = STATUSES.index(status) if status in STATUSES else 0
        row.error = ending.error
        self._count(row, before)

    def save(self) -> None:
        """Write the rows."""
        odd = [{"span_no": number, "span_id": span_id} for number, span_id in self._odd.items()]
        self._catalog.run_many("add_odd_span", odd)
        self._catalog.run_many("save_span", map(msgspec.structs.asdict, self._rows.values()))
        self.changed = {}
        self._rows = {}
        self._last = {}
        self._grown = set()
        self._odd = {}
        self._numbers = {}

    def _row(self, trace_no: int, span_id: str, moment: Moment) -> SpanRow:
        number = self._number(span_id)
        row = self._rows.get((trace_no, number))
        if row is not None:
            return row
        row = self._kept(trace_no, number)
        if row is None:
            self._last[trace_no] += 1
            row = SpanRow(
                trace_no=trace_no,
                ordinal=self._last[trace_no],
                span_no=number,
                time_unix_ns=moment.time_unix_ns,
            )
        self._rows[trace_no, number] = row
        return row

    def _kept(self, trace_no: int, number: int) -> SpanRow | None:
        last = self._last.get(trace_no)
        if last is None:
            found = self._catalog.row("last_span_of_trace", trace_no=trace_no)
            self._last[trace_no] = found["ordinal"] if found else 0
            if found is not None:
                self._grown.add(trace_no)
        if trace_no not in self._grown:
            return None
        found = self._catalog.row("span_row", trace_no=trace_no, span_no=number)
        return None if found is None else SpanRow(**dict(zip(found.keys(), found, strict=True)))

    def _number(self, span_id: str) -> int:
        number = self._numbers.get(span_id)
        if number is None:
            number = self._numbers[span_id] = number_of(span_id)
            if not is_usual(span_id):
                self._odd[number] = span_id
        return number

    def _count(self, row: SpanRow, before: tuple[int, int, int] | None) -> None:
        """Count its duration, in place of what was counted before."""
        after = _counted(row)
        if after == before or after is None:
            return
        if before is not None:
            self._sketches.add(*before, count=-1)
        self._sketches.add(*after)
        took_ns = after[2]
        known = self.changed.get(row.trace_no)
        if known is None:
            self.changed[row.trace_no] = [took_ns, took_ns]
        elif took_ns > known[0]:
            known[0] = took_ns
        elif took_ns < known[1]:
            known[1] = took_ns


def _counted(row: SpanRow) -> tuple[int, int, int] | None:
    if row.name_no is None or row.took_ns is None:
        return None
    return row.name_no, row.time_unix_ns, max(0, row.took_ns)


def _known(row: SpanRow) -> Moment:
    """Return when the one event happened that is known."""
    process, _, monotonic_ns = (row.half or ":0").partition(":")
    return Moment(process, int(monotonic_ns), row.time_unix_ns)


def _between(start: Moment, end: Moment) -> int:
    """Return how long it took: by the clock of its process, if both events are of one."""
    if start.process == end.process:
        return end.monotonic_ns - start.monotonic_ns
    return end.time_unix_ns - start.time_unix_ns
