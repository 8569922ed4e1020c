"""Records in flight mode, in traces of which some err, and is killed.

    python flying.py HOME COUNTS EVENTS

Slot 0 counts the events of a trace that errs halfway, slot 1 those of one that does not, slot 2
those of one that is kept because the program says so, slot 3 those of one that ended well.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from writer import counters

import backtrail

ERRS, GOES_WELL, IS_KEPT, ENDED = range(4)


def write(counts: memoryview, slot: int, events: int) -> None:
    """Record some events of a trace."""
    for _ in range(events):
        backtrail.debug("step_done", slot=slot, number=counts[slot])
        counts[slot] += 1


def look_up() -> NoReturn:
    raise LookupError("no such seat")


def main(home: str, path: str, events: int) -> None:
    """Record four traces, three of which are open at the end."""
    counts = counters(path)
    backtrail.start(directory=home, mode="flight")
    with backtrail.start_operation_trace("ends_well"):
        write(counts, ENDED, events)
    with backtrail.start_operation_trace("goes_well"):
        write(counts, GOES_WELL, events)
        with backtrail.start_operation_trace("is_kept"):
            write(counts, IS_KEPT, events)
            backtrail.keep_trace()
            write(counts, IS_KEPT, events)
            with backtrail.start_operation_trace("errs"):
                write(counts, ERRS, events)
                with suppress(LookupError), backtrail.capture_error_context():
                    look_up()
                write(counts, ERRS, events)
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
