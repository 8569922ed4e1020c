"""Brings the events of a trace from the store to a view."""

from __future__ import annotations

from typing import Protocol, TypeVar

from backtrail.model.event import Event
from backtrail.store import reading
from backtrail.store.catalog import Catalog

View_co = TypeVar("View_co", covariant=True)


class Reader(Protocol[View_co]):
    """Takes the events of a trace one by one, in the order of time, and keeps bounded state."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events that it looks at."""
        ...

    def take(self, event: Event) -> None:
        """Look at one event; those of other kinds are passed over."""
        ...

    def view(self) -> View_co:
        """Return what the events so far tell."""
        ...


def read(catalog: Catalog, trace_id: str, reader: Reader[View_co]) -> View_co:
    """Return a view of a trace, by its full id; only the events that matter to it are read."""
    for event in reading.events(catalog, trace_id, kinds=reader.kinds):
        reader.take(event)
    return reader.view()
