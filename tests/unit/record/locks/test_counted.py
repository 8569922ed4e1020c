from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.locks.counted import BoundedSemaphore, Condition, Semaphore
from locking import bodies, holding, recording_locks, thread, told, when_waiting
from recorded import errors

SEMAPHORES = [Semaphore, BoundedSemaphore]


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


def test_a_condition_waits_and_is_notified_as_ever(home: Path) -> None:
    condition, waits = Condition(name="news"), threading.Event()
    heard = []

    def listen() -> None:
        with condition:
            waits.set()
            heard.append(condition.wait(60))
            heard.append(condition.wait_for(lambda: len(heard) > 0, 60))

    with thread(listen, "listener"):
        assert waits.wait(60)
        with condition:
            condition.notify_all()
    assert heard == [True, True]
    assert isinstance(condition, threading.Condition)
    owners = [owner for kind, _, owner in told(home, "news") if kind == "acquired"]
    assert owners == ["listener", "MainThread", "listener"]
    assert {body["lock_type"] for body in bodies(home, "acquired")} == {"Condition"}
    assert errors(home) == []


def test_a_condition_keeps_how_often_its_lock_was_taken() -> None:
    condition = Condition(name="news")
    with condition, condition:
        assert condition.wait(0.01) is False
        condition.notify()
    with pytest.raises(RuntimeError, match="un-acquired"):
        condition.notify()


def test_a_condition_may_have_a_lock_of_the_program() -> None:
    lock = threading.Lock()
    with Condition(lock):
        assert lock.locked()


@pytest.mark.parametrize("kind", SEMAPHORES)
def test_a_semaphore_counts_as_ever(kind: Any) -> None:
    slots = kind(2, name="slots")
    assert isinstance(slots, threading.Semaphore)
    with slots:
        assert slots.acquire(blocking=False)
        assert not slots.acquire(blocking=False)
        assert not slots.acquire(timeout=0.01)
        slots.release()
    with pytest.raises(ValueError, match="timeout"):
        slots.acquire(blocking=False, timeout=1)
    with pytest.raises(ValueError, match=">= 0"):
        kind(-1, name="slots")


def test_a_bounded_semaphore_takes_no_more_back_than_it_gave(home: Path) -> None:
    slots = BoundedSemaphore(1, name="slots")
    with pytest.raises(ValueError, match="too many") as caught:
        slots.release()
    assert len(caught.traceback) == 2
    assert told(home) == []
    with slots:
        pass
    assert [kind for kind, _, _ in told(home)] == ["acquired", "released"]


@pytest.mark.parametrize("kind", SEMAPHORES)
def test_who_waits_for_a_semaphore_tells_so(kind: Any, home: Path) -> None:
    slots = kind(1, name="slots")
    with holding(slots) as may_go:
        helper = when_waiting(may_go.set)
        with slots:
            helper.join()
    [requested] = bodies(home, "requested")
    assert requested["holder"] == "holder"
    assert [kind for kind, _, _ in told(home)] == [
        *("acquired", "requested", "released", "acquired", "released")
    ]
    with holding(slots):
        assert not slots.acquire(timeout=0.01)
    assert len(bodies(home, "timed_out")) == 1


def test_a_semaphore_says_how_long_each_permit_was_held(home: Path) -> None:
    slots = Semaphore(2, name="slots")
    slots.acquire()
    slots.acquire()
    slots.release(2)
    slots.release()
    holds = [body.get("hold_ms") for body in bodies(home, "released")]
    assert [hold is None for hold in holds] == [False, False, True]


def test_semaphores_of_one_that_are_taken_crosswise_are_a_deadlock(home: Path) -> None:
    north, south = Semaphore(1, name="north"), Semaphore(1, name="south")
    both = threading.Barrier(2)

    def take(first: Any, second: Any, timeout: float | None) -> None:
        with first:
            both.wait(60)
            if second.acquire(timeout=timeout):
                second.release()

    with (
        thread(lambda: take(north, south, 1.0), "one"),
        thread(lambda: take(south, north, None), "two"),
    ):
        pass
    assert [error["type"] for error in errors(home)] == ["DeadlockFound"]


def test_a_semaphore_that_is_a_signal_is_no_deadlock(home: Path) -> None:
    signal = Semaphore(0, name="signal")
    helper = when_waiting(signal.release)
    assert signal.acquire()
    assert signal.acquire(timeout=0.01) is False
    helper.join()
    assert errors(home) == []
