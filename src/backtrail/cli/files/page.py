"""One trace as a page that is a file by itself: it opens without a server, and asks for nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from typing import BinaryIO

from msgspec import Struct

from backtrail.model.errors import NotFoundError
from backtrail.model.limits.reading import (
    PAGE_FILE_BYTES_MAX,
    PAGE_FILE_CAUSES_MAX,
    PAGE_FILE_EVENTS_MAX,
    PAGE_FILE_SPANS_MAX,
    PAGE_FILE_STEPS_MAX,
)
from backtrail.serve.http.wire import encoded
from backtrail.store import reading
from backtrail.store.answers import TraceSummary
from backtrail.store.catalog import Catalog
from backtrail.trail.cause.answer import Why
from backtrail.trail.cause.asking import why
from backtrail.trail.outline import Arrangement
from backtrail.trail.views.timing.critical_path import PathStep, path_steps
from backtrail.trail.views.timing.span_times import span_times
from backtrail.trail.whole import Trail, trail

SUFFIX = ".html"
SPANS = ("span.started", "span.ended")
PLACE = b'id="backtrail-data">{}</script>'
"""Where the built page has room for the data."""


class PageWritten(Struct, frozen=True, kw_only=True):
    """What is in a page, and what is not."""

    spans: int
    events: int
    notes: list[str]
    """What was left out, in sentences."""


def write_page(
    catalog: Catalog, trace_id: str, target: BinaryIO, *, built: Traversable | None = None
) -> PageWritten:
    """Write a trace as a page; `built` is the page without data, else that of this package.

    Raises:
        NotFoundError: there is no such trace, or the pages are not built.
    """
    before, after = _halves(built or resources.files("backtrail.serve") / "static" / "trace.html")
    summary = reading.trace_summary(catalog, trace_id)
    spans, spans_total = _spans(catalog, trace_id)
    events = _events(catalog, trace_id)
    steps, steps_total = _steps(catalog, summary)
    whole = trail(catalog, trace_id)
    notes = list(_notes(summary, len(spans), spans_total, len(events)))
    target.write(before)
    parts = {
        "trace": encoded(summary),
        "trail": encoded(whole),
        "whys": encoded(_whys(catalog, whole)),
        "spans": _array(spans),
        "spans_total": encoded(spans_total),
        "steps": encoded(steps),
        "steps_total": encoded(steps_total),
        "events": _array(events),
        "notes": encoded(notes),
    }
    for at, (name, part) in enumerate(parts.items()):
        target.write(b'%b"%b":' % (b"," if at else b"{", name.encode()))
        target.write(_inert(part))
    target.write(b"}")
    target.write(after)
    return PageWritten(spans=len(spans), events=len(events), notes=notes)


def _halves(built: Traversable) -> tuple[bytes, bytes]:
    if not built.is_file():
        raise NotFoundError(
            "the pages are not built in this checkout", hint="run `./dev web`, which builds them"
        )
    before, place, after = built.read_bytes().partition(PLACE)
    assert place, built
    opening, _, closing = place.partition(b"{}")
    return before + opening, closing + after


def _inert(data: bytes) -> bytes:
    """Return JSON that no text in it can leave: it holds no `<` that a browser would read."""
    return data.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def _array(pieces: Iterable[bytes]) -> bytes:
    return b"[%b]" % b",".join(pieces)


def _spans(catalog: Catalog, trace_id: str) -> tuple[list[bytes], int]:
    """Return the first spans as JSON, and how many there are."""
    arranged = Arrangement(reading.events(catalog, trace_id, kinds=SPANS))
    kept, left = [], PAGE_FILE_BYTES_MAX // 2
    for row in arranged.rows(0, PAGE_FILE_SPANS_MAX):
        piece = encoded(row)
        left -= len(piece)
        if left < 0:
            break
        kept.append(piece)
    return kept, len(arranged)


def _events(catalog: Catalog, trace_id: str) -> list[bytes]:
    """Return the last events as JSON, the oldest of them first."""
    last = deque(reading.events(catalog, trace_id), maxlen=PAGE_FILE_EVENTS_MAX)
    kept: deque[bytes] = deque()
    left = PAGE_FILE_BYTES_MAX // 2
    while last:
        piece = encoded(last.pop())
        left -= len(piece)
        if left < 0:
            break
        kept.appendleft(piece)
    return list(kept)


def _steps(catalog: Catalog, summary: TraceSummary) -> tuple[list[PathStep], int]:
    """Return the steps of the critical path that took longest, and how many there are."""
    start, end = summary.start_unix_ns, summary.end_unix_ns
    spans = span_times(reading.events(catalog, summary.trace_id, kinds=SPANS), end_unix_ns=end)
    steps = path_steps(spans, start_ns=start, end_ns=end)
    longest = sorted(steps, key=lambda step: -step.on_path_ms)[:PAGE_FILE_STEPS_MAX]
    return sorted(longest, key=lambda step: (step.start_unix_ns, step.depth)), len(steps)


def _whys(catalog: Catalog, whole: Trail) -> dict[str, Why]:
    """Return the causes of the first errors, and by an empty name those told without asking."""
    if not whole.errors:
        return {}
    found = {"": why(catalog, whole.trace_id)}
    for error in whole.errors[:PAGE_FILE_CAUSES_MAX]:
        found[error.error_id] = why(catalog, whole.trace_id, error_id=error.error_id)
    return found


def _notes(summary: TraceSummary, spans: int, spans_total: int, events: int) -> Iterable[str]:
    if spans < spans_total:
        yield f"this file holds the first {spans:,} of {spans_total:,} spans"
    if events < summary.events:
        yield f"this file holds the last {events:,} of {summary.events:,} events"
