"""Exceptions after which the program went on: where they were raised, and where they were taken."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from backtrail.model.changes import ExceptionHandled
from backtrail.model.event import Event, Place
from backtrail.model.limits.reading import SWALLOWED_PLACES_MAX
from backtrail.trail.moment import moment_text
from backtrail.trail.shape import body_of

HANDLED = "exception.handled"
EXPECTED = frozenset({"protocol"})
"""Ways of taking an exception that the language itself uses, as `hasattr` does."""


class SwallowedException(Struct, frozen=True, kw_only=True):
    """Exceptions of one type, taken at one place."""

    event_id: str
    """The last one."""
    type: str
    message: str
    """Of the last one."""
    how: str
    raised: Place | None
    handler: Place | None
    count: int
    time: str
    time_unix_ns: int


class Swallowed(Struct, frozen=True, kw_only=True):
    """The exceptions of one trace after which the program went on."""

    places: list[SwallowedException]
    """By type and place, in the order in which they were last seen."""
    count: int
    cut: int
    """Those at further places."""


class SwallowedReader:
    """Takes the events of a trace one by one, and tells which exceptions were swallowed."""

    kinds = frozenset({HANDLED})

    def __init__(self) -> None:
        self._places: dict[tuple[object, ...], SwallowedException] = {}
        self._cut = 0

    def take(self, event: Event) -> None:
        """Look at one event."""
        if event.kind != HANDLED or (body := body_of(event, ExceptionHandled)) is None:
            return
        if body.how in EXPECTED:
            return
        key = (event.process, body.type, _spot(body.raised), _spot(body.handler))
        known = self._places.pop(key, None)
        if known is None and len(self._places) >= SWALLOWED_PLACES_MAX:
            self._cut += 1
            return
        self._places[key] = SwallowedException(
            event_id=event.event_id,
            type=body.type,
            message=body.message,
            how=body.how,
            raised=body.raised,
            handler=body.handler,
            # The recorder counts too, and leaves events out once it has told enough of them.
            count=max(body.count, (known.count if known else 0) + 1),
            time=moment_text(event.time_unix_ns),
            time_unix_ns=event.time_unix_ns,
        )

    def view(self) -> Swallowed:
        """Return what the events so far tell."""
        places = list(self._places.values())
        return Swallowed(
            places=places, count=sum(place.count for place in places) + self._cut, cut=self._cut
        )


def swallowed(events: Iterable[Event]) -> Swallowed:
    """Return which exceptions were swallowed among these events."""
    reader = SwallowedReader()
    for event in events:
        reader.take(event)
    return reader.view()


def _spot(place: Place | None) -> tuple[str, int] | None:
    return (place.file, place.line) if place else None
