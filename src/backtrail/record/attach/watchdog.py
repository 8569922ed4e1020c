"""Watches over a program that may hang, from a thread of its own.

It records all stacks when nothing was recorded for too long, when the process gets SIGUSR1, or
when the time that `backtrail run --timeout` gave it is up. It also does so while the main thread
is blocked: the signal's handler is that of `faulthandler`, which writes into a pipe without any
help of the interpreter, and the watcher reads what it is woken by. Nothing of Python's own signal
handling is touched, so a handler of the program's, or the wake-up descriptor of asyncio, is as
before; SIGUSR1 is taken only where it would have ended the process.

The thread is not one of `threading`'s: the program does not see it, nor wait for it. It ends
before a fork and begins again after it, on both sides, so that no process is forked with more
threads than the program has.
"""

from __future__ import annotations

import faulthandler
import os
import select
import signal
from _thread import LockType, allocate_lock, get_native_id, start_new_thread

import msgspec
from msgspec import Struct

from backtrail.model import limits
from backtrail.model.clock import NS_PER_S, SYSTEM_CLOCK, Clock
from backtrail.record import guard, journal
from backtrail.record.error import record_hang

SIGNAL = signal.SIGUSR1
_STOP = b"\0stop"
_READ_BYTES = 1 << 16


class Watch(Struct, kw_only=True):
    """What one process watches for, and what it has seen."""

    hang_after_ns: int | None
    deadline_ns: int | None
    is_on_signal: bool
    clock: Clock
    reader: int = -1
    writer: int = -1
    thread: int = 0
    """Native id of the watcher; 0 while there is none."""
    running: LockType = msgspec.field(default_factory=allocate_lock)
    """Held from the start of the watcher to its end."""
    is_stopped: bool = False
    position: int = -1
    """How much had been recorded when we last looked."""
    since_ns: int = 0
    """When that was seen first."""
    is_reported: bool = False
    """Whether this stall is recorded already."""


_watches: list[Watch] = []
"""The watch that is kept; empty or one."""


def start_watchdog(
    hang_after: float | None = None,
    deadline_monotonic_ns: int | None = None,
    *,
    on_signal: bool = True,
    clock: Clock = SYSTEM_CLOCK,
) -> None:
    """Watch from here on, in place of any watch before.

    Args:
        hang_after: seconds without any recorded event after which the stacks are recorded, once
            until something is recorded again.
        deadline_monotonic_ns: when the time is up; what ends the program then is not our business.
        on_signal: record the stacks on SIGUSR1 too, unless the program handles it already.
        clock: what time it is.
    """
    stop_watchdog()
    watch = Watch(
        hang_after_ns=None if hang_after is None else int(hang_after * NS_PER_S),
        deadline_ns=deadline_monotonic_ns,
        is_on_signal=on_signal and signal.getsignal(SIGNAL) is signal.SIG_DFL,
        clock=clock,
    )
    _watches.append(watch)
    _begin(watch)


def stop_watchdog() -> None:
    """Watch no more; SIGUSR1 does again what it did before."""
    for watch in _watches:
        _end(watch)
    _watches.clear()


def watcher() -> int:
    """Return the native id of the watching thread, to leave it out of what is shown; or 0."""
    return _watches[0].thread if _watches else 0


def _begin(watch: Watch) -> None:
    watch.reader, watch.writer = os.pipe()
    os.set_blocking(watch.writer, False)
    watch.is_stopped = False
    watch.running = allocate_lock()
    watch.running.acquire()
    watch.since_ns = watch.clock.monotonic_ns()
    if watch.is_on_signal:
        faulthandler.register(SIGNAL, file=watch.writer, all_threads=False)
    start_new_thread(_watch, (watch,))


def _end(watch: Watch) -> None:
    """End the watcher, and wait until its thread is gone, within bounds."""
    if watch.is_on_signal:
        faulthandler.unregister(SIGNAL)
    watch.is_stopped = True
    # The watcher may be recording at this moment; it ends when it is through.
    try:
        os.write(watch.writer, _STOP)
    except OSError:
        guard.count("watcher not woken")
    if watch.running.acquire(timeout=limits.WATCHER_STOP_S_MAX):
        _outlive(watch.thread)
    os.close(watch.writer)
    os.close(watch.reader)


def _outlive(thread: int) -> None:
    """Wait until the system has taken a thread away that has run to its end."""
    for _ in range(limits.WATCHER_GONE_TRIES_MAX):
        try:
            os.stat(f"/proc/self/task/{thread}")
        except OSError:
            return
        os.sched_yield()


def _watch(watch: Watch) -> None:
    """Wait for what there is to record, until stopped."""
    running = watch.running
    watch.thread = get_native_id()
    try:
        while not watch.is_stopped:
            _wait(watch)
    except Exception as error:  # noqa: BLE001 - an edge: nobody is there to catch it
        guard.count(f"broke: watchdog: {type(error).__name__}")
    finally:
        running.release()


def _wait(watch: Watch) -> None:
    """Wait until the next thing may be due, and record it if it is."""
    woken, _, _ = select.select([watch.reader], [], [], _patience_s(watch))
    if woken:
        if watch.is_stopped:
            return
        _drain(watch.reader)
        if not watch.is_stopped:
            _record(watch, "signal")
        return
    now = watch.clock.monotonic_ns()
    if watch.deadline_ns is not None and now >= watch.deadline_ns:
        watch.deadline_ns = None
        _record(watch, "time limit reached")
    elif _is_stalled(watch, now):
        watch.is_reported = True
        _record(watch, "no progress")


def _drain(reader: int) -> None:
    """Read what one signal, or several at once, have written in pieces."""
    os.read(reader, _READ_BYTES)
    for _ in range(limits.SIGNAL_PIECES_MAX):
        if not select.select([reader], [], [], limits.SIGNAL_PIECE_S)[0]:
            return
        os.read(reader, _READ_BYTES)


def _patience_s(watch: Watch) -> float | None:
    """Return how long nothing can be due; `None` is for ever."""
    due = []
    if watch.hang_after_ns is not None:
        due.append(watch.hang_after_ns / limits.HANG_LOOKS)
    if watch.deadline_ns is not None:
        due.append(watch.deadline_ns - watch.clock.monotonic_ns())
    return max(0.0, min(due) / NS_PER_S) if due else None


def _is_stalled(watch: Watch, now: int) -> bool:
    """Whether nothing was recorded for too long, and this is news."""
    if watch.hang_after_ns is None:
        return False
    position = journal.position()
    if position != watch.position:
        watch.position, watch.since_ns, watch.is_reported = position, now, False
    return not watch.is_reported and now - watch.since_ns >= watch.hang_after_ns


def _record(watch: Watch, reason: str) -> None:
    """Record a hang; what that writes is no progress of the program."""
    seconds = (watch.clock.monotonic_ns() - watch.since_ns) / NS_PER_S
    record_hang(seconds, reason)
    watch.position = journal.position()


def _before_fork() -> None:
    for watch in _watches:
        _end(watch)


def _after_fork() -> None:
    for watch in _watches:
        _begin(watch)


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
