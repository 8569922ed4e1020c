from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record import guard
from backtrail.record.capture.holders import watched_notes
from backtrail.record.locks import feature
from backtrail.record.locks.mutex import Lock, RLock
from locking import bodies, recording_locks, told
from recorded import errors

HERE = Path(__file__).name


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        feature.watch()
        try:
            yield tmp_path / "home"
        finally:
            feature.unwatch()


def test_the_programs_own_locks_are_watched_and_no_others() -> None:
    assert type(threading.Lock()) is Lock
    assert type(threading.RLock()) is RLock
    assert watched_notes(queue.Queue().mutex) is None
    assert watched_notes(threading.Event()._cond._lock) is None  # type: ignore[attr-defined]  # noqa: SLF001 - made there


def test_everything_is_as_it_was_once_nobody_watches() -> None:
    feature.unwatch()
    plain = (threading.Lock, threading.RLock, threading.Condition.__init__, asyncio.Lock.acquire)
    assert watched_notes(threading.Lock()) is None
    feature.watch()
    feature.watch()
    assert type(threading.Lock()) is Lock
    feature.unwatch()
    now = (threading.Lock, threading.RLock, threading.Condition.__init__, asyncio.Lock.acquire)
    assert now == plain


def test_types_hold_for_watched_and_plain_locks() -> None:
    watched, plain = threading.Lock(), queue.Queue[int]().mutex
    assert isinstance(plain, type(watched))
    assert isinstance(watched, type(plain))
    assert isinstance(watched, threading.Lock)  # type: ignore[arg-type, unused-ignore]
    assert isinstance(plain, threading.Lock)  # type: ignore[arg-type, unused-ignore]
    assert not isinstance(threading.RLock(), threading.Lock)  # type: ignore[arg-type, unused-ignore]
    assert repr(threading.Lock) in {"<built-in function allocate_lock>", "<class '_thread.lock'>"}


def test_a_condition_is_watched_through_its_lock(home: Path) -> None:
    condition = threading.Condition()
    with condition:
        condition.notify_all()
    assert type(condition) is threading.Condition
    [acquired] = bodies(home, "acquired")
    assert acquired["lock_type"] == "Condition"
    assert acquired["lock"].endswith(" condition")
    plain = queue.Queue[int]().mutex
    assert threading.Condition(plain)._lock is plain  # type: ignore[attr-defined]  # noqa: SLF001 - the one it was given


def test_semaphores_of_classes_of_the_program_are_watched_too(home: Path) -> None:
    class Slots(threading.BoundedSemaphore):
        def __init__(self) -> None:
            super().__init__(2)

        def acquire(self, *args: Any, **kwargs: Any) -> bool:
            return super().acquire(*args, **kwargs)

    slots = Slots()
    assert slots.acquire()
    slots.release()
    with slots:
        pass
    assert [kind for kind, _, _ in told(home)] == ["acquired", "released"] * 2
    with pytest.raises(ValueError, match="too many"):
        slots.release()


def test_locks_of_asyncio_are_watched(home: Path) -> None:
    async def main() -> None:
        lock, condition = asyncio.Lock(), asyncio.Condition()
        slots, bounded = asyncio.Semaphore(2), asyncio.BoundedSemaphore(1)
        async with lock, condition, slots, bounded:
            condition.notify_all()
        with pytest.raises(ValueError, match="too many"):
            bounded.release()
        assert type(lock) is asyncio.Lock

    asyncio.run(main())
    assert [body["lock_type"] for body in bodies(home, "acquired")] == [
        *("asyncio.Lock", "asyncio.Condition", "asyncio.Semaphore", "asyncio.BoundedSemaphore")
    ]
    assert len(bodies(home, "released")) == 4


def test_what_a_maker_refuses_is_refused_as_ever() -> None:
    with pytest.raises(TypeError):
        threading.Lock("mine")  # type: ignore[call-arg, unused-ignore]
    with pytest.raises(ValueError, match=">= 0"):
        threading.Semaphore(-1)
    with pytest.raises(ValueError, match=">= 0"):
        asyncio.Semaphore(-1)


def test_a_program_with_too_many_locks_has_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature, "LOCKS_WATCHED_MAX", 0)
    assert watched_notes(threading.Lock()) is None
    assert guard.lost["lock not watched"] == 1


def test_a_deadlock_of_the_programs_own_locks_is_found(home: Path) -> None:
    north, south = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def take(first: Any, second: Any, timeout: float) -> None:
        with first:
            both.wait(60)
            if second.acquire(timeout=timeout):
                second.release()

    others = [
        threading.Thread(target=take, args=(north, south, 1.0), name="one"),
        threading.Thread(target=take, args=(south, north, -1), name="two"),
    ]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    [error] = errors(home)
    assert {lock["name"].partition(":")[0] for lock in error["locks"]} == {HERE}
    shown = {stack["name"]: stack["frames"][0]["locals"] for stack in error["threads"]}
    assert shown["one"]["first"]["holder"] == "one"
    assert shown["one"]["first"]["$type"] == "threading.Lock"
