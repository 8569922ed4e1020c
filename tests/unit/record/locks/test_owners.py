from __future__ import annotations

import asyncio
import gc
import os
import threading

from backtrail.record.locks.owners import Owner, this_task, this_thread
from locking import thread


def test_a_thread_is_one_owner_with_its_present_name() -> None:
    owners = []

    def work() -> None:
        owners.append(this_thread())
        threading.current_thread().name = "renamed"
        owners.append(this_thread())

    with thread(work, "first"):
        pass
    assert owners[0] is owners[1]
    assert owners[0].last_name == "renamed"
    assert this_thread().name == "MainThread"


def test_a_thread_that_has_ended_says_so_even_if_its_identity_is_used_again() -> None:
    owners: list[Owner] = []
    for _ in range(3):
        with thread(lambda: owners.append(this_thread()), "worker"):
            pass
    assert len({id(owner) for owner in owners}) == 3
    assert [owner.name for owner in owners] == ["worker (ended)"] * 3


def test_a_task_is_an_owner_of_its_own_that_knows_its_thread() -> None:
    found: dict[str, Owner] = {}

    async def work(name: str) -> None:
        found[name] = this_task()
        await asyncio.sleep(0)
        assert this_task() is found[name]

    async def main() -> None:
        await asyncio.gather(
            asyncio.create_task(work("one"), name="one"),
            asyncio.create_task(work("two"), name="two"),
        )

    asyncio.run(main())
    assert found["one"] is not found["two"]
    assert found["one"].thread is found["two"].thread is this_thread()
    gc.collect()
    assert [found[name].name for name in ("one", "two")] == ["one (ended)", "two (ended)"]


def test_outside_of_any_task_it_is_the_thread() -> None:
    assert this_task() is this_thread()

    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: found.append(this_task()))
        await asyncio.sleep(0.01)

    found: list[Owner] = []
    asyncio.run(main())
    assert found == [this_thread()]


def test_after_a_fork_the_thread_is_of_the_child() -> None:
    before = this_thread()
    assert before.process == os.getpid()
    pid = os.fork()
    if pid == 0:
        is_right = this_thread() is before and before.process == os.getpid()
        os._exit(0 if is_right else 1)
    assert os.waitpid(pid, 0)[1] == 0
