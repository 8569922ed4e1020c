"""Which spans are open when something happens, and what an error record says of them."""

from __future__ import annotations

import gc

from msgspec import UnsetType

from backtrail.model import limits
from backtrail.model.kinds import OpenSpan
from backtrail.model.limits import TEXT_CHARS_MAX
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.snapshot import snapshot_attributes
from backtrail.record.capture.values.walk import Walk
from backtrail.record.scope import Scope
from backtrail.record.span import Span


def spans_around(here: Scope) -> list[Span]:
    """Return the open spans that a place is in, the outermost first."""
    spans: list[Span] = []
    place: Scope | None = here
    while place is not None and len(spans) < limits.OPEN_SPANS_MAX:
        own = place.own
        if isinstance(own, Span) and not own.is_ended:
            spans.append(own)
        place = own.outer
    return spans[::-1]


def all_open_spans() -> list[Span]:
    """Return the open spans of all threads and tasks, in the order in which they began.

    They are looked for among all objects, which takes milliseconds: it is for the rare moment at
    which the whole program is looked at, and spares each span the cost of being listed.
    """
    spans = [value for value in gc.get_objects() if type(value) is Span]
    # One that another thread is just making has no attributes yet.
    begun = [span for span in spans if getattr(span, "started_ns", 0) and not span.is_ended]
    return sorted(begun, key=lambda span: span.started_ns)[: limits.OPEN_SPANS_MAX]


def shown_spans(spans: list[Span], walk: Walk) -> list[OpenSpan]:
    """Return what an error record says of open spans."""
    shown = []
    for span in spans:
        outer = span.outer
        parent = None if outer is None or type(outer.span_id) is UnsetType else outer.span_id
        attributes = {**span.attributes, **(span.added or {})}
        shown.append(
            OpenSpan(
                span_id=str(span.span_id),
                name=clean_text(str(span.name)[:TEXT_CHARS_MAX]),
                parent=parent,
                started_monotonic_ns=span.started_ns,
                attributes=snapshot_attributes(attributes, walk) if attributes else {},
            )
        )
    return shown
