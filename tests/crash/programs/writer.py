"""Records from several threads, counts the calls that have returned, and dies as it is told.

    python writer.py HOME COUNTS FIRST THREADS EVENTS DEATH

Each thread writes its events in a span of its own, inside one of the main thread, and stores in
its slot of the file COUNTS, from FIRST on, how many of its calls have returned: what is stored
there outlives the process, as the journal must. The death comes when a thread has written so many
events that its process has filled some segments.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import backtrail

SPAN, WORKER_SPAN = "serve_requests", "work_off"
DIE_AT = 5_000
PAUSE_S = float(os.environ.get("WRITER_PAUSE_S", "0"))
PAUSE_EVERY = 50
TEXT = "one two three " * 40


def counters(path: str) -> memoryview:
    """Map the file in which this process says how far it is."""
    with Path(path).open("r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")


def write(counts: memoryview, slot: int, events: range, *, at_it: threading.Event) -> None:
    """Record events, and say of each when its call has returned."""
    with backtrail.trace_span(WORKER_SPAN, slot=slot):
        for number in events:
            backtrail.debug("step_done", slot=slot, number=number, text=TEXT[: number % 300])
            counts[slot] = number + 1
            if number == DIE_AT:
                at_it.set()
            if PAUSE_S and number % PAUSE_EVERY == 0:
                time.sleep(PAUSE_S)


def segfault() -> None:
    ctypes.string_at(0)


def overflow() -> None:
    """Use up the C stack."""
    sys.setrecursionlimit(1 << 30)

    def call(*_: object) -> object:
        return sorted([1], key=call)

    call()


def raise_uncaught() -> NoReturn:
    raise LookupError("nobody catches this")


def wait_for_it() -> None:
    """Be killed from outside; record in a handler of SIGUSR2, and leave, as many a server does."""

    def handler(number: int, _frame: object) -> None:
        backtrail.debug("signal_handled", signal=number)
        sys.exit(9)

    signal.signal(signal.SIGUSR2, handler)
    sys.stdout.write("waiting\n")
    sys.stdout.flush()
    while True:
        # Not for long: a signal that comes right before it would not wake it.
        time.sleep(0.01)


DEATHS: dict[str, Callable[[], None]] = {
    "waits": wait_for_it,
    "kills itself": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "os._exit": lambda: os._exit(7),
    "abort": os.abort,
    "segfault": segfault,
    "overflow": overflow,
    "sys.exit": lambda: sys.exit(5),
    "uncaught": raise_uncaught,
}


def main(home: str, path: str, *, first: int, threads: int, events: int, death: str) -> None:
    """Start the threads; die among them."""
    counts = counters(path)
    backtrail.start(directory=home)
    at_it = threading.Event()
    with backtrail.trace_span(SPAN):
        workers = [
            threading.Thread(
                target=write,
                args=(counts, slot, range(events)),
                kwargs={"at_it": at_it},
                daemon=True,
            )
            for slot in range(first, first + threads)
        ]
        for worker in workers:
            worker.start()
        if death == "returns":
            for worker in workers:
                worker.join()
        else:
            at_it.wait()
            DEATHS[death]()


if __name__ == "__main__":
    FIRST, THREADS, EVENTS = map(int, sys.argv[3:6])
    main(*sys.argv[1:3], first=FIRST, threads=THREADS, events=EVENTS, death=sys.argv[6])
