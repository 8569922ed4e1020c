"""Records on both sides of a fork, in whatever way the second process is made; both are killed.

    python forking.py HOME COUNTS EVENTS WAY

The first process writes in slot 0, the second in slot 1. Each kills itself when it has written.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable

from writer import TEXT, counters

import backtrail

OUTER = "share_work"


def write(path: str, slot: int, events: int) -> None:
    """Record, count what has returned, die."""
    counts = counters(path)
    with backtrail.trace_span("do_share", slot=slot):
        for number in range(counts[slot], events):
            backtrail.debug("step_done", slot=slot, number=number, text=TEXT[: number % 300])
            counts[slot] = number + 1
        os.kill(os.getpid(), signal.SIGKILL)


def write_until_told(path: str, events: int, told: threading.Event) -> None:
    """Record in slot 0, at least so much, until told to go on elsewhere."""
    counts = counters(path)
    while not told.is_set() or counts[0] < events:
        backtrail.debug("step_done", slot=0, number=counts[0], text=TEXT)
        counts[0] += 1


def fork(path: str, events: int) -> None:
    """Write on both sides of a plain fork."""
    child = os.fork()
    if child == 0:
        write(path, 1, events)
    os.waitpid(child, 0)


def fork_twice(path: str, events: int) -> None:
    """Let the child fork the one that writes."""
    child = os.fork()
    if child == 0:
        backtrail.debug("go_between")
        fork(path, events)
        os._exit(0)
    os.waitpid(child, 0)


def fork_in_a_thread(path: str, events: int) -> None:
    """Fork while another thread writes at full speed."""
    told = threading.Event()
    writer = threading.Thread(target=write_until_told, args=(path, 1, told))
    writer.start()
    forker = threading.Thread(target=fork, args=(path, events))
    forker.start()
    forker.join()
    told.set()
    writer.join()


def fork_in_a_span(path: str, events: int) -> None:
    """Fork inside an open span."""
    with backtrail.trace_span("inner_span"):
        fork(path, events)


def start_process(method: str) -> Callable[[str, int], None]:
    """Return a way to make the second process with `multiprocessing`."""

    def start(path: str, events: int) -> None:
        process = multiprocessing.get_context(method).Process(target=write, args=(path, 1, events))
        process.start()
        process.join()

    return start


WAYS: dict[str, Callable[[str, int], None]] = {
    "os.fork": fork,
    "fork of a fork": fork_twice,
    "fork in a thread": fork_in_a_thread,
    "fork in a span": fork_in_a_span,
    "multiprocessing fork": start_process("fork"),
    "multiprocessing spawn": start_process("spawn"),
    "multiprocessing forkserver": start_process("forkserver"),
}


def main(path: str, events: int, way: str) -> None:
    """Record, become two, record on."""
    counts = counters(path)
    with backtrail.trace_span(OUTER):
        for number in range(100):
            backtrail.debug("step_done", slot=0, number=number, text=TEXT)
            counts[0] = number + 1
        WAYS[way](path, events)
        write(path, 0, events)


backtrail.start(directory=sys.argv[1])
if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]), sys.argv[4])
