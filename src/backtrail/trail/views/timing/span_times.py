"""When each span of a trace ran, whatever order its events come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from backtrail.model.event import Event


class SpanTime(Struct, frozen=True, kw_only=True):
    """When a span ran."""

    span_id: str
    name: str
    parent: str | None
    start_unix_ns: int
    took_ns: int


def span_times(events: Iterable[Event], *, end_unix_ns: int) -> Iterator[SpanTime]:
    """Yield when each span ran; an open one until the end that is given.

    A span whose beginning was not recorded is left out; of repeated events the earliest counts.
    """
    started: dict[str, Event] = {}
    ended: dict[str, Event] = {}
    for event in events:
        if event.span_id is None:
            continue
        if event.kind == "span.started":
            _keep_earlier(started, event.span_id, event)
        elif event.kind == "span.ended":
            _keep_earlier(ended, event.span_id, event)
    for span_id, began in started.items():
        yield SpanTime(
            span_id=span_id,
            name=str(began.body.get("name", "")),
            parent=began.body.get("parent"),
            start_unix_ns=began.time_unix_ns,
            took_ns=max(0, _took_ns(began, ended.get(span_id), end_unix_ns)),
        )


def _keep_earlier(known: dict[str, Event], span_id: str, event: Event) -> None:
    if span_id not in known or event.time_unix_ns < known[span_id].time_unix_ns:
        known[span_id] = event


def _took_ns(began: Event, ended: Event | None, end_unix_ns: int) -> int:
    """Return how long a span took by the clock that its process went by."""
    if ended is None:
        return end_unix_ns - began.time_unix_ns
    if began.process == ended.process:
        return ended.monotonic_ns - began.monotonic_ns
    return ended.time_unix_ns - began.time_unix_ns
