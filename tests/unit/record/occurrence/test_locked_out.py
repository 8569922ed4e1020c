from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.error import record_hang
from backtrail.record.locks.mutex import Lock
from backtrail.record.occurrence.locked_out import kind_of
from locking import bodies
from recorded import errors, events, recording
from running import until


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def test_each_one_who_waits_for_a_plain_lock_is_told_before_the_hang(home: Path) -> None:
    north, south = threading.Lock(), threading.Lock()
    both, stopped = threading.Barrier(2), threading.Event()

    def transfer(own: Any, other: Any) -> None:
        try:
            with own:
                both.wait(60)
                with other:
                    pass
        except RuntimeError:
            assert stopped.is_set(), "it was let go for this thread"

    threads = [
        threading.Thread(target=transfer, args=(north, south), name="restock"),
        threading.Thread(target=transfer, args=(south, north), name="returns"),
    ]
    for each in threads:
        each.start()
    until(lambda: len(waiting(home)) == 2)
    stopped.set()
    north.release()  # The test itself is their way out.
    for each in threads:
        each.join(60)
    requested = bodies(home, "requested")[-2:]
    assert [(body["owner"], body["holder"]) for body in requested] == [
        ("restock", "returns"),
        ("returns", "restock"),
    ]
    for body in requested:
        assert body["lock_type"] == "Lock"
        assert body["caller"]["function"].endswith("transfer")
        assert body["caller"]["code"] == "with other:"
    assert requested[0]["held"] == [requested[1]["lock"]]
    assert requested[1]["held"] == [requested[0]["lock"]]
    kinds = [event.kind for event in events(home) if event.kind != "process.started"]
    assert kinds[-3:] == ["lock.requested", "lock.requested", "error.raised"]
    known = {lock["name"]: lock["holder"] for lock in errors(home)[-1]["locks"]}
    assert known == {body["lock"]: body["holder"] for body in requested}


def waiting(home: Path) -> list[dict[str, Any]]:
    """Record a hang, and return what it says of locks that are waited for."""
    record_hang(1.0, "no progress")
    locks: list[dict[str, Any]] = errors(home)[-1].get("locks", [])
    return [lock for lock in locks if lock.get("holder") in {"restock", "returns"}]


def test_a_lock_that_is_watched_has_told_so_itself(home: Path) -> None:
    lock, has_it, may_go = Lock(name="mine"), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            has_it.set()
            may_go.wait(60)

    def take() -> None:
        with lock:
            pass

    threads = [threading.Thread(target=work) for work in (hold, take)]
    threads[0].start()
    assert has_it.wait(60)
    threads[1].start()
    until(lambda: bool(bodies(home, "requested")))
    record_hang(1.0, "no progress")
    may_go.set()
    for each in threads:
        each.join(60)
    assert len(bodies(home, "requested")) == 1
    [held] = errors(home)[0]["locks"]
    assert (held["name"], held["holder"]) == ("mine", threads[0].name)
    assert held["waiters"] == [threads[1].name]


def test_a_lock_has_the_name_that_people_use() -> None:
    assert kind_of(threading.Lock()) == "Lock"
    assert kind_of(threading.RLock()) == "RLock"
    assert kind_of(asyncio.Lock()) == "asyncio.Lock"
