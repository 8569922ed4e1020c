"""State that changes unseen: shared defaults, attributes of classes, globals."""

from __future__ import annotations

import importlib

from backtrail.record.attach import inherit
from backtrail.record.instrument.writes import feature as writes
from backtrail.record.occurrence.raised import before_error

_DECLARED = "backtrail.record.instrument.declared"


def watch() -> None:
    """Record from here on what is changed in place, and with each error what is not as declared."""
    writes.watch()
    if inherit.handed_on and _tell not in before_error:
        before_error.append(_tell)


def unwatch() -> None:
    """Record no more of it."""
    writes.unwatch()
    if _tell in before_error:
        before_error.remove(_tell)


def _tell(error: BaseException) -> None:
    # Loaded only here: most programs have no error.
    importlib.import_module(_DECLARED).tell_of_state(error)
