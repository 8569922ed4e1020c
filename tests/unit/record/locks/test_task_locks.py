from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.record.locks.task_locks import AsyncLock
from locking import bodies, recording_locks, told
from recorded import errors


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


async def hold(lock: asyncio.Lock, has_it: asyncio.Event, may_go: asyncio.Event) -> None:
    async with lock:
        has_it.set()
        await may_go.wait()


def test_a_task_that_waits_tells_for_which_other(home: Path) -> None:
    async def main() -> None:
        lock, has_it, may_go = AsyncLock(name="mine"), asyncio.Event(), asyncio.Event()
        assert isinstance(lock, asyncio.Lock)
        holder = asyncio.create_task(hold(lock, has_it, may_go), name="holder")
        await has_it.wait()
        assert lock.locked()

        async def take() -> str:
            async with lock:
                return "done"

        waiter = asyncio.create_task(take(), name="waiter")
        while not bodies(home, "requested"):  # noqa: ASYNC110 - it is told on the disk
            await asyncio.sleep(0)
        may_go.set()
        assert await waiter == "done"
        await holder

    asyncio.run(main())
    [requested] = bodies(home, "requested")
    assert (requested["owner"], requested["holder"]) == ("waiter", "holder")
    assert requested["lock_type"] == "asyncio.Lock"
    assert [(kind, owner) for kind, _, owner in told(home)] == [
        ("acquired", "holder"),
        ("requested", "waiter"),
        ("released", "holder"),
        ("acquired", "waiter"),
        ("released", "waiter"),
    ]
    assert bodies(home, "acquired")[1]["wait_ms"] > 0
    assert errors(home) == []


def test_a_task_that_is_cancelled_while_it_waits_leaves_the_lock_as_it_was(home: Path) -> None:
    async def main() -> None:
        lock, has_it, may_go = AsyncLock(name="mine"), asyncio.Event(), asyncio.Event()
        holder = asyncio.create_task(hold(lock, has_it, may_go), name="holder")
        await has_it.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lock.acquire()
        assert lock.locked()
        may_go.set()
        await holder
        assert not lock.locked()

    asyncio.run(main())
    [gave_up] = bodies(home, "timed_out")
    assert (gave_up["is_cancelled"], gave_up["holder"]) == (True, "holder")


def test_tasks_that_lock_each_other_out_are_found_at_once(home: Path) -> None:
    async def main() -> None:
        north, south = AsyncLock(name="north"), AsyncLock(name="south")
        both = asyncio.Barrier(2)

        async def take(first: asyncio.Lock, second: asyncio.Lock) -> None:
            async with first:
                await both.wait()
                async with second:
                    pass

        tasks = [
            asyncio.create_task(take(north, south), name="one"),
            asyncio.create_task(take(south, north), name="two"),
        ]
        while not errors(home):  # noqa: ASYNC110 - it is told on the disk
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(main())
    [error] = errors(home)
    assert sorted(error["message"].split("; ")) == [
        "one waits for south, held by two",
        "two waits for north, held by one",
    ]
    stacks = {stack["name"]: stack["waits_for"] for stack in error["tasks"] if "waits_for" in stack}
    assert stacks["one"] == "lock south"
    assert error["frames"][0]["qualified"].endswith("take")


def test_a_lock_that_nobody_has_is_refused_as_ever(home: Path) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="not acquired"):
            AsyncLock(name="mine").release()

    asyncio.run(main())
    assert told(home) == []


def test_a_lock_may_be_let_go_of_outside_of_any_task(home: Path) -> None:
    async def main() -> None:
        lock = AsyncLock(name="mine")
        await lock.acquire()
        asyncio.get_running_loop().call_soon(lock.release)
        async with lock:
            pass

    asyncio.run(main())
    assert [kind for kind, _, _ in told(home)] == [
        *("acquired", "requested", "released", "acquired", "released")
    ]
