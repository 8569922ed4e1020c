"""Threads that meet at locks, and what was recorded of it, for tests of locks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backtrail.record import journal
from backtrail.record.locks.notes import take_summaries
from backtrail.record.locks.owners import this_thread
from backtrail.record.locks.waiting import wait_of
from recorded import events, recording
from running import until

JOIN_S = 60.0


@contextmanager
def recording_locks(home: Path) -> Iterator[Path]:
    """Record what this process does with locks from here on."""
    take_summaries(of_living=True)
    this_thread().held.clear()
    with recording(home):
        yield home


def told(home: Path, *names: str) -> list[tuple[str, str, str]]:
    """Return what was told of locks: kind without its noun, name of the lock, owner."""
    return [
        (event.kind.removeprefix("lock."), event.body["lock"], event.body.get("owner", ""))
        for event in events(home)
        if event.kind.startswith("lock.") and (not names or event.body["lock"] in names)
    ]


def bodies(home: Path, kind: str, lock: str | None = None) -> list[dict[str, Any]]:
    """Return the bodies of one kind of event, of one lock or of all."""
    found = [event.body for event in events(home, f"lock.{kind}")]
    return [body for body in found if lock in {None, body["lock"]}]


@contextmanager
def thread(work: Callable[[], object], name: str = "worker") -> Iterator[threading.Thread]:
    """Run a thread beside a block, and wait for it at its end."""
    started = threading.Thread(target=work, name=name)
    started.start()
    yield started
    started.join(JOIN_S)
    assert not started.is_alive()


@contextmanager
def holding(lock: Any, name: str = "holder") -> Iterator[threading.Event]:
    """Let another thread hold a lock until the end of the block, or until the event is set."""
    has_it, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            has_it.set()
            may_go.wait(JOIN_S)

    with thread(hold, name):
        assert has_it.wait(JOIN_S)
        try:
            yield may_go
        finally:
            may_go.set()


def when_waiting(do: Callable[[], object], *, is_told: bool = True) -> threading.Thread:
    """Do something as soon as the present thread waits for a watched lock, and has told so."""
    me = this_thread()
    home = Path(journal.directory() or "")
    before = len(bodies(home, "requested"))

    def watch() -> None:
        until(lambda: wait_of(me) is not None)
        until(lambda: not is_told or len(bodies(home, "requested")) > before)
        do()

    started = threading.Thread(target=watch, name="helper")
    started.start()
    return started
