"""Records at full speed, and records in a signal handler that interrupts it all the time.

python interrupted.py HOME COUNTS EVENTS
"""

from __future__ import annotations

import os
import signal
import sys

from writer import TEXT, counters

import backtrail

EVERY_S = 0.000_2


def main(home: str, path: str, events: int) -> None:
    """Record in slot 0, and in slot 1 from the handler; die without a word."""
    counts = counters(path)
    backtrail.start(directory=home)

    def handler(_number: int, _frame: object) -> None:
        backtrail.debug("alarm_rang", slot=1, number=counts[1])
        counts[1] += 1
        signal.setitimer(signal.ITIMER_REAL, EVERY_S)

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, EVERY_S)
    for number in range(events):
        backtrail.debug("step_done", slot=0, number=number, text=TEXT)
        counts[0] = number + 1
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
