"""State that changes unseen: shared defaults, attributes of classes, globals."""

from __future__ import annotations

from backtrail.record.attach import inherit
from backtrail.record.instrument.declared import forget, tell_of_state
from backtrail.record.occurrence.raised import before_error


def watch() -> None:
    """Record with each error from here on what state differs from its declaration."""
    if inherit.handed_on and tell_of_state not in before_error:
        before_error.append(tell_of_state)


def unwatch() -> None:
    """Record no more of it."""
    if tell_of_state in before_error:
        before_error.remove(tell_of_state)
    forget()
