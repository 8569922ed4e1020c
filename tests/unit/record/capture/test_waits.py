from __future__ import annotations

import asyncio
import inspect
import queue
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from backtrail.record.capture.frames import Call, calls_of_stack, running_frames
from backtrail.record.capture.tasks import calls_of_coroutine
from backtrail.record.capture.values.walk import Walk
from backtrail.record.capture.waits import Wait, lock_of, value_of, wait_of
from running import until


def said(function: Callable[[], object], free: Callable[[], object], text: str) -> Wait:
    """Run a function in a thread until it is said to wait for this, then let it go."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    waits: list[Wait | None] = [None]

    def is_said() -> bool:
        frame = sys._current_frames()[thread.ident or 0]  # noqa: SLF001 - as the recorder
        waits.append(wait_of(calls_of_stack(frame)))
        return waits[-1] is not None and waits[-1].text == text

    try:
        until(is_said)
    finally:
        free()
        thread.join(60)
    assert not thread.is_alive()
    last = waits[-1]
    assert last is not None
    return last


class Site:
    """Something with locks, in a class of the program."""

    shared = threading.Lock()

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.again = threading.RLock()
        self.slots = threading.Semaphore(0)
        self.news = threading.Condition()
        self.all = [threading.Lock()]
        self.__hidden = threading.Lock()

    def wait_hidden(self) -> None:
        """Wait for what only this class can name."""
        with self.__hidden:
            pass

    def hidden(self) -> threading.Lock:
        """Return it."""
        return self.__hidden


def test_a_lock_is_named_by_the_with_statement_that_waits_for_it() -> None:
    site = Site()

    def work() -> None:
        with site.lock:
            pass

    site.lock.acquire()
    wait = said(work, site.lock.release, "lock site.lock")
    assert (wait.what, wait.expression) == ("lock", "site.lock")
    assert wait.lock is site.lock


def test_of_several_locks_in_one_statement_it_is_the_one_waited_for() -> None:
    first, second = Site(), Site()

    def work() -> None:
        with (
            first.lock,
            second.lock as held,
            first.again,
        ):
            assert held

    second.lock.acquire()
    wait = said(work, second.lock.release, "lock second.lock")
    assert wait.lock is second.lock


def test_a_lock_that_is_acquired_is_named_too() -> None:
    site = Site()

    def work() -> None:
        site.lock.acquire(timeout=60)
        site.lock.release()

    site.lock.acquire()
    assert said(work, site.lock.release, "lock site.lock").lock is site.lock


def test_a_reentrant_lock_is_a_lock() -> None:
    site = Site()
    site.again.acquire()

    def work() -> None:
        with site.again:
            pass

    assert said(work, site.again.release, "lock site.again").lock is site.again


def test_a_lock_of_the_class_and_one_of_a_private_name_are_found() -> None:
    site = Site()

    def work() -> None:
        with site.shared:
            pass

    site.shared.acquire()
    assert said(work, site.shared.release, "lock site.shared").lock is Site.shared
    site.hidden().acquire()
    wait = said(site.wait_hidden, site.hidden().release, "lock self.__hidden")
    assert wait.lock is site.hidden()


def test_a_lock_that_cannot_be_looked_up_is_named_all_the_same() -> None:
    site = Site()

    def enter() -> None:
        with site.all[0]:
            pass

    def acquire() -> None:
        site.all[0].acquire()
        site.all[0].release()

    for work in (enter, acquire):
        site.all[0].acquire()
        assert said(work, site.all[0].release, "lock site.all[0]").lock is None


def test_a_semaphore_and_a_condition_are_named_by_the_program() -> None:
    site = Site()

    def enter() -> None:
        with site.slots:
            pass

    assert said(enter, site.slots.release, "semaphore site.slots").lock is site.slots

    def acquire() -> None:
        site.slots.acquire()

    site.slots.acquire()
    assert said(acquire, site.slots.release, "semaphore site.slots").lock is site.slots

    def hear() -> None:
        with site.news:
            site.news.wait(60)

    def tell() -> None:
        with site.news:
            site.news.notify_all()

    assert said(hear, tell, "condition site.news").lock is None, "it waits for word, not for a lock"

    def come_in() -> None:
        with site.news:
            pass

    site.news.acquire()
    wait = said(come_in, site.news.release, "lock site.news")
    assert wait.lock is lock_of(site.news)


def test_other_waits_of_threads_are_told_by_what_they_are_in() -> None:
    event, items, simple = threading.Event(), queue.Queue[int](), queue.SimpleQueue[int]()
    assert said(lambda: event.wait(60), event.set, "event event").lock is None
    said(lambda: items.get(timeout=60), lambda: items.put(1), "queue items")
    said(lambda: simple.get(timeout=60), lambda: simple.put(1), "queue simple")
    barrier = threading.Barrier(2)
    said(lambda: barrier.wait(60), lambda: barrier.wait(60), "barrier barrier")


def test_a_thread_that_is_waited_for_is_named() -> None:
    event = threading.Event()
    worker = threading.Thread(target=event.wait, args=(60,), name="restock")
    worker.start()
    said(lambda: worker.join(60), event.set, "thread restock")


def test_a_process_and_a_socket_that_are_waited_for_are_told() -> None:
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    assert process.stdin is not None
    said(lambda: process.wait(60), process.stdin.close, "process process")
    ours, theirs = socket.socketpair()
    said(lambda: ours.recv(1), lambda: theirs.send(b"x"), "socket ours")
    ours.close()
    theirs.close()


def test_a_loop_of_tasks_waits_for_them_and_a_plain_selector_for_input() -> None:
    loop = asyncio.new_event_loop()
    wait = said(loop.run_forever, lambda: loop.call_soon_threadsafe(loop.stop), "tasks")
    assert wait.what == "tasks"
    loop.close()
    ours, theirs = socket.socketpair()
    with selectors.DefaultSelector() as selector:
        selector.register(ours, selectors.EVENT_READ)
        said(lambda: selector.select(60), lambda: theirs.send(b"x"), "input or output selector")
    ours.close()
    theirs.close()


def test_sleep_is_told_under_either_name() -> None:
    stopped = threading.Event()

    def doze() -> None:
        while not stopped.is_set():
            time.sleep(0.05)

    assert said(doze, stopped.set, "sleep").what == "sleep"


def busy(owner: Owner, stopped: list[int]) -> None:
    while not stopped:
        owner.get(7)
        owner.join("ab")
        owner.read()


class Owner:
    """Has methods with the names of some that wait, and none that does."""

    def __init__(self) -> None:
        self.get = {7: 1}.get
        self.join = ",".join
        self.read = list[int]().copy


def test_work_is_no_wait_whatever_its_methods_are_called() -> None:
    stopped: list[int] = []
    thread = threading.Thread(target=busy, args=(Owner(), stopped), daemon=True)
    thread.start()
    told, seen = set(), set()
    calls = {"owner.get(7)", 'owner.join("ab")', "owner.read()"}

    def has_seen_all() -> bool:
        frame = sys._current_frames()[thread.ident or 0]  # noqa: SLF001 - as the recorder
        wait = wait_of(calls_of_stack(frame))
        told.add(wait and wait.text)
        seen.add(running_frames(calls_of_stack(frame), Walk(), with_locals=True)[0].expression)
        time.sleep(0)  # It only lets the other thread go on.
        return seen >= calls

    try:
        until(has_seen_all)
    finally:
        stopped.append(1)
        thread.join(60)
    assert told == {None}


async def tasks_wait(make: Callable[[Any], Any], one: Any) -> Wait | None:
    """Return what a task waits for that has come as far as it can."""
    task = asyncio.ensure_future(make(one))
    for _ in range(5):
        await asyncio.sleep(0)
    calls, _ = calls_of_coroutine(task.get_coro())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return wait_of(calls)


async def enters(site: Any) -> None:
    async with site.lock:
        pass


async def acquires(site: Any) -> None:
    await site.lock.acquire()


async def gets(site: Any) -> None:
    await site.items.get()


async def waits(site: Any) -> None:
    await site.event.wait()


async def sleeps(_: Any) -> None:
    await asyncio.sleep(60)


async def groups(_: Any) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(60))


async def awaits_inside(site: Any) -> None:
    waiting = site.event.wait()
    async with site.free:
        await waiting


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (enters, "lock site.lock"),
        (acquires, "lock site.lock"),
        (gets, "queue site.items"),
        (waits, "event site.event"),
        (sleeps, "sleep"),
        (groups, "tasks"),
        (awaits_inside, "event waiting"),
    ],
)
def test_what_a_task_awaits_is_named_by_the_program(make: Callable[[Any], Any], text: str) -> None:
    async def main() -> Wait | None:
        site = SimpleNamespace(
            lock=asyncio.Lock(), free=asyncio.Lock(), items=asyncio.Queue(), event=asyncio.Event()
        )
        await site.lock.acquire()
        wait = await tasks_wait(make, site)
        assert wait is not None
        assert wait.lock is (site.lock if wait.what == "lock" else None)
        return wait

    wait = asyncio.run(main())
    assert wait is not None
    assert wait.text == text


GLOBAL = SimpleNamespace(inner=SimpleNamespace(value=7))


class Reluctant:
    """Complains when asked for what it does not store."""

    def __init__(self) -> None:
        self.own = 1

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(f"do not ask for {name}")

    @property
    def computed(self) -> object:
        """Complain."""
        raise RuntimeError("do not compute")


class Slotted:
    """Keeps its fields outside of a `__dict__`."""

    __slots__ = ("own", "unset")

    def __init__(self) -> None:
        self.own = 2


def here() -> Call:
    frame = inspect.currentframe()
    assert frame is not None
    caller = frame.f_back
    assert caller is not None
    return (caller, caller.f_lasti, caller.f_lineno)


def test_a_name_is_looked_up_without_running_code_of_the_program() -> None:
    odd, slotted = Reluctant(), Slotted()
    assert value_of(here(), "odd.own") == 1
    assert value_of(here(), "odd.missing") is None
    assert isinstance(value_of(here(), "odd.computed"), property)
    assert value_of(here(), "odd") is odd
    assert slotted.own == 2
    assert value_of(here(), "GLOBAL.inner.value") == 7
    assert value_of(here(), "threading.Lock") is threading.Lock
    assert value_of(here(), "slotted.own") == 2
    assert value_of(here(), "slotted.unset") is None
    assert value_of(here(), "no.such.name") is None
    assert value_of(here(), "odd.own + 1") is None


def test_what_is_a_lock_and_what_is_none() -> None:
    condition = threading.Condition()
    for lock in (threading.Lock(), threading.RLock(), threading.Semaphore(), asyncio.Lock()):
        assert lock_of(lock) is lock
    assert lock_of(threading.Condition(condition)) is lock_of(condition)  # type: ignore[arg-type]
    for other in (threading.Event(), None, 7, object(), queue.Queue()):
        assert lock_of(other) is None
