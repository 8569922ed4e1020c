"""Switches on, and off, that changes are told as they are made."""

from __future__ import annotations

from backtrail.record.instrument import modules
from backtrail.record.instrument.writes import site
from backtrail.record.instrument.writes.marker import Marker

_marker = Marker(site.Write)


def watch() -> None:
    """Record from here on what the program's own functions change in place."""
    site.begin()
    modules.watch(_marker)
    modules.when_traced(site.be_still)


def unwatch() -> None:
    """Record no more of it."""
    modules.unwatch(_marker)
    site.end()
