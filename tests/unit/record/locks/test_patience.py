from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.locks import patience
from backtrail.record.locks.mutex import Lock, RLock
from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import this_thread
from backtrail.record.locks.patience import gave_back, leave_traceback, took, wait_for
from backtrail.record.locks.told import tell_use
from locking import bodies, holding, recording_locks, thread, told, when_waiting
from recorded import errors
from running import until


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


def cross(one: Any, two: Any, *, timeout: float = -1) -> None:
    """Let two threads take two locks in opposite orders; the first gives up after a time."""
    both = threading.Barrier(2)

    def take(first: Any, second: Any, timeout: float) -> None:
        with first:
            both.wait(60)
            if second.acquire(timeout=timeout):
                second.release()

    with thread(lambda: take(one, two, timeout), "one"), thread(lambda: take(two, one, -1), "two"):
        pass


@pytest.mark.parametrize("kind", [Lock, RLock])
def test_a_deadlock_between_threads_is_found_while_it_lasts(kind: Any, home: Path) -> None:
    north, south = kind(name="north"), kind(name="south")
    cross(north, south, timeout=1.0)
    [error] = errors(home)
    assert (error["type"], error["is_handled"]) == ("DeadlockFound", True)
    assert sorted(error["message"].split("; ")) == [
        "one waits for south, held by two",
        "two waits for north, held by one",
    ]
    stacks = {stack["name"]: stack for stack in error["threads"]}
    assert (stacks["one"]["waits_for"], stacks["two"]["waits_for"]) == ("lock south", "lock north")
    assert {"first", "second", "timeout"} <= set(stacks["two"]["frames"][0]["locals"])


def test_the_same_deadlock_is_told_once(home: Path) -> None:
    north, south = Lock(name="north"), Lock(name="south")
    both, again = threading.Barrier(2), threading.Barrier(2)

    def take(first: Any, second: Any, timeout: float) -> None:
        for _ in range(3):
            with first:
                both.wait(60)
                if second.acquire(timeout=timeout):
                    second.release()
            again.wait(60)

    with (
        thread(lambda: take(north, south, 0.3), "one"),
        thread(lambda: take(south, north, 5), "two"),
    ):
        pass
    assert len(errors(home)) == 1
    assert len(bodies(home, "timed_out")) == 3


def test_a_circle_that_is_gone_at_the_second_look_is_not_told(home: Path) -> None:
    north, south = Lock(name="north"), Lock(name="south")
    cross(north, south, timeout=0.001)
    assert errors(home) == []
    assert bodies(home, "timed_out")


def test_locks_in_one_order_are_no_deadlock_however_crowded(home: Path) -> None:
    north, south = Lock(name="north"), Lock(name="south")

    def work() -> None:
        for _ in range(200):
            with north, south:
                pass

    with thread(work), thread(work), thread(work):
        pass
    assert errors(home) == []


def test_a_lock_that_another_thread_gives_back_is_a_signal_and_no_deadlock(home: Path) -> None:
    ball = Lock(name="ball")
    ball.acquire()
    helper = when_waiting(ball.release)
    assert ball.acquire()
    helper.join()
    assert errors(home) == []
    assert bodies(home, "requested")[0]["holder"] == "MainThread"


def test_after_many_waits_only_long_ones_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOCK_WAITS_TOLD_MAX", 1)
    monkeypatch.setattr(patience, "LOCK_LONG_WAIT_S", 0.2)
    lock = Lock(name="mine")
    for number in range(3):
        with holding(lock) as may_go:
            helper = when_waiting(may_go.set, is_told=number == 0)
            with lock:
                helper.join()
    assert len(bodies(home, "requested")) == 1
    with holding(lock) as may_go:
        helper = threading.Thread(
            target=lambda: (until(lambda: len(bodies(home, "requested")) == 2), may_go.set())
        )
        helper.start()
        with lock:
            helper.join()
    tell_use()
    [use] = bodies(home, "used")
    assert use["contended"] == 2
    assert use["wait_ms_total"] > 0


def test_a_short_wait_that_is_not_told_may_end_in_vain(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOCK_WAITS_TOLD_MAX", 0)
    lock = Lock(name="mine")
    with holding(lock):
        assert lock.acquire(timeout=0.01) is False
    assert told(home, "mine") == [
        ("acquired", "mine", "holder"),
        ("released", "mine", "holder"),
    ]


def test_who_gives_back_what_another_took_makes_it_a_signal(home: Path) -> None:
    notes = Notes("mine", "Lock")
    with thread(lambda: took(notes, this_thread(), is_told=True), "taker"):
        pass
    gave_back(notes, this_thread())
    assert notes.is_passed_on
    assert notes.holder is None
    assert told(home) == [("acquired", "mine", "taker"), ("released", "mine", "taker")]


def test_an_error_while_waiting_is_passed_on_without_our_calls(home: Path) -> None:
    def broken(*_: object) -> bool:
        raise OSError

    notes = Notes("mine", "Lock")
    with pytest.raises(OSError) as caught:  # noqa: PT011 - bare, as it was raised
        wait_for(notes, broken, None)
    leave_traceback(caught.value)
    at = caught.value.__traceback__
    assert at is not None
    assert at.tb_frame.f_code.co_name.startswith("test_an_error")
    assert bodies(home, "timed_out")[0]["is_cancelled"] is True
