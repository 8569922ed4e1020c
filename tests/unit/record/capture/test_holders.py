from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backtrail.record.capture.holders import LockFound, held_locks
from running import until


class Site:
    """Something with locks, in a class of the program."""

    def __init__(self, lock: object = None) -> None:
        self.lock = lock or threading.Lock()


@contextmanager
def threads(**works: Callable[[], object]) -> Iterator[None]:
    """Be beside threads that do this work; all of it must come to its end."""
    started = [
        threading.Thread(target=work, name=name, daemon=True) for name, work in works.items()
    ]
    for thread in started:
        thread.start()
    try:
        yield
    finally:
        free.set()
        for thread in started:
            thread.join(60)
        free.clear()
    assert not any(thread.is_alive() for thread in started)


free = threading.Event()
"""Ends what a thread does while it holds a lock."""


def told() -> list[tuple[str, str | None, list[str]]]:
    return [(name_of(lock), lock.holder, lock.waiters) for lock in held_locks()]


def name_of(lock: LockFound) -> str:
    name, at, place = lock.name.partition(" at ")
    assert (at, place) == (" at ", hex(id(lock.lock)))
    return name


def after(told_by: list[tuple[str, str | None, list[str]]]) -> None:
    """Wait until exactly this is told."""
    until(lambda: told() == told_by)


def hold(site: Site) -> None:
    with site.lock:  # type: ignore[attr-defined]
        free.wait(60)


def take(site: Site) -> None:
    with site.lock:  # type: ignore[attr-defined]
        pass


def test_without_a_wait_there_is_nothing_to_tell() -> None:
    lock = threading.Lock()
    with lock:
        assert held_locks() == []


def test_the_holder_of_a_plain_lock_is_who_stands_in_its_with_statement() -> None:
    site = Site()
    holding = threading.Event()

    def work() -> None:
        with site.lock:  # type: ignore[attr-defined]
            holding.set()
            free.wait(60)

    with threads(holder=work):
        assert holding.wait(60)
        with threads(first=lambda: take(site)):
            after([("site.lock", "holder", ["first"])])
            free.set()


def test_a_holder_deep_in_its_work_is_found_by_an_outer_frame() -> None:
    site = Site()
    holding = threading.Event()

    def work() -> None:
        with site.lock:  # type: ignore[attr-defined]
            deeper(30)

    def deeper(depth: int) -> None:
        if depth:
            deeper(depth - 1)
        else:
            holding.set()
            free.wait(60)

    with threads(holder=work):
        assert holding.wait(60)
        with threads(waiter=lambda: take(site)):
            after([("site.lock", "holder", ["waiter"])])
            free.set()


def test_a_reentrant_lock_says_itself_who_holds_it() -> None:
    site = Site(threading.RLock())
    holding = threading.Event()

    def work() -> None:
        site.lock.acquire()  # type: ignore[attr-defined]
        holding.set()
        free.wait(60)
        site.lock.release()  # type: ignore[attr-defined]

    with threads(holder=work):
        assert holding.wait(60)
        with threads(waiter=lambda: take(site)):
            after([("site.lock", "holder", ["waiter"])])
            free.set()


def test_a_condition_is_held_as_its_lock_is() -> None:
    site = Site(threading.Condition())
    holding = threading.Event()

    def work() -> None:
        with site.lock:  # type: ignore[attr-defined]
            holding.set()
            free.wait(60)

    with threads(holder=work):
        assert holding.wait(60)
        with threads(waiter=lambda: take(site)):
            after([("site.lock", "holder", ["waiter"])])
            free.set()


def test_a_lock_whose_holder_cannot_be_told_has_none() -> None:
    site = Site()
    site.lock.acquire()  # type: ignore[attr-defined]
    with threads(waiter=lambda: take(site)):
        after([("site.lock", None, ["waiter"])])
        site.lock.release()  # type: ignore[attr-defined]


def test_all_who_wait_are_named_in_the_order_of_their_starts() -> None:
    site = Site()
    site.lock.acquire()  # type: ignore[attr-defined]
    works = {name: lambda: take(site) for name in ("zeta", "alpha", "mid")}
    with threads(**works):
        after([("site.lock", None, ["zeta", "alpha", "mid"])])
        site.lock.release()  # type: ignore[attr-defined]


def test_two_that_wait_for_each_other_are_told_as_such() -> None:
    north, south = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def work(own: threading.Lock, other: threading.Lock) -> None:
        with own:
            both.wait(60)
            assert other.acquire(timeout=60)

    with threads(one=lambda: work(north, south), two=lambda: work(south, north)):
        after([("other", "two", ["one"]), ("other", "one", ["two"])])
        north.release()  # The test itself is their way out.


def test_a_thread_that_waits_for_what_it_holds_is_both() -> None:
    site = Site()

    def work() -> None:
        with site.lock:  # type: ignore[attr-defined]
            again()

    def again() -> None:
        site.lock.acquire(timeout=60)  # type: ignore[attr-defined]

    with threads(alone=work):
        after([("site.lock", "alone", ["alone"])])
        site.lock.release()  # type: ignore[attr-defined]


def test_of_one_statement_the_locks_before_the_awaited_one_are_held() -> None:
    first, second = Site(), Site()

    def work() -> None:
        with first.lock, second.lock:  # type: ignore[attr-defined]
            pass

    second.lock.acquire()  # type: ignore[attr-defined]
    with threads(greedy=work):
        after([("second.lock", None, ["greedy"])])
        with threads(waiter=lambda: take(first)):
            after([("second.lock", None, ["greedy"]), ("site.lock", "greedy", ["waiter"])])
            second.lock.release()  # type: ignore[attr-defined]


def test_a_statement_on_one_line_does_not_make_its_waiter_a_holder() -> None:
    site = Site()

    def work() -> None:
        with site.lock: pass  # type: ignore[attr-defined] # noqa: E701 - what is tested # fmt: skip

    site.lock.acquire()  # type: ignore[attr-defined]
    with threads(waiter=work):
        after([("site.lock", None, ["waiter"])])
        site.lock.release()  # type: ignore[attr-defined]


def test_tasks_hold_and_await_locks_too() -> None:
    async def holds(site: Site) -> None:
        async with site.lock:  # type: ignore[attr-defined]
            await asyncio.sleep(60)

    async def waits(site: Site) -> None:
        async with site.lock:  # type: ignore[attr-defined]
            pass

    async def main() -> list[tuple[str, str | None, list[str]]]:
        site = Site(asyncio.Lock())
        tasks = [
            asyncio.create_task(holds(site), name="holder"),
            asyncio.create_task(waits(site), name="waiter"),
        ]
        for _ in range(5):
            await asyncio.sleep(0)
        found = told()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return found

    assert asyncio.run(main()) == [("site.lock", "holder", ["waiter"])]


def test_code_without_a_source_has_no_holders_and_no_harm() -> None:
    site = Site()
    holding = threading.Event()
    text = "with site.lock:\n    holding.set()\n    free.wait(60)"
    work = compile(text, "<no file>", "exec")
    space = {"site": site, "holding": holding, "free": free}
    with threads(holder=lambda: exec(work, space)):
        assert holding.wait(60)
        with threads(waiter=lambda: take(site)):
            after([("site.lock", None, ["waiter"])])
            free.set()
