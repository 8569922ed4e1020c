from __future__ import annotations

import _thread
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from backtrail.model.kinds import Stack
from backtrail.model.limits import THREADS_MAX
from backtrail.record.capture.stacks import thread_stacks
from backtrail.record.capture.values.walk import Walk


@contextmanager
def waiting(*names: str, is_daemon: bool = False) -> Iterator[list[threading.Thread]]:
    """Be beside threads that wait, each in `wait_here`."""
    free = threading.Event()
    there = threading.Barrier(len(names) + 1)

    def wait_here(number: int) -> None:
        wanted = {"number": number}
        there.wait(60)
        free.wait(60)
        del wanted

    threads = [
        threading.Thread(target=wait_here, args=(number,), name=name, daemon=is_daemon)
        for number, name in enumerate(names)
    ]
    for thread in threads:
        thread.start()
    there.wait(60)
    try:
        yield threads
    finally:
        free.set()
        for thread in threads:
            thread.join(60)


@pytest.fixture(autouse=True)
def before() -> set[str]:
    """Know the threads of whoever runs the tests; they are left out of what is looked at."""
    others.clear()
    others.update(stack.name for stack in thread_stacks(Walk()) if not stack.is_current)
    return others


others: set[str] = set()


def stacks_beside(*, with_locals: bool = False, without: int | None = None) -> list[Stack]:
    """Return the stacks of the threads of a test, its own first."""
    stacks = thread_stacks(Walk(), with_locals=with_locals, without=without)
    return [stack for stack in stacks if stack.name not in others]


def at_rest(look: Callable[[], list[Stack]], name: str) -> Stack:
    """Return a thread's stack once it has gone from the barrier on to its wait."""
    for _ in range(100_000):
        [stack] = [stack for stack in look() if stack.name == name]
        if stack.waits_for == "event free":
            return stack
    raise AssertionError(stack)


def test_every_thread_is_there_in_the_order_of_their_starts() -> None:
    with waiting("zeta", "alpha", "mid"):
        stacks = stacks_beside()
    assert [stack.name for stack in stacks] == ["MainThread", "zeta", "alpha", "mid"]
    assert [stack.is_current for stack in stacks] == [True, False, False, False]


def test_a_stack_is_innermost_first_and_says_what_it_waits_for() -> None:
    with waiting("worker"):
        stack = at_rest(stacks_beside, "worker")
    functions = [frame.function for frame in stack.frames]
    assert functions[:1] == ["wait"]
    assert functions[-3:] == ["run", "_bootstrap_inner", "_bootstrap"]
    [own] = [frame for frame in stack.frames if frame.is_app]
    assert (own.function, own.code) == ("wait_here", "free.wait(60)")


def test_variables_of_threads_are_there_only_when_asked_for() -> None:
    with waiting("worker"):
        bare = at_rest(stacks_beside, "worker")
        full = at_rest(lambda: stacks_beside(with_locals=True), "worker")
    assert {frame.locals is None for frame in bare.frames} == {True}
    [own] = [frame for frame in full.frames if frame.is_app]
    assert own.locals is not None
    assert (own.locals["number"], own.locals["wanted"]) == (0, {"number": 0})


def test_one_thread_can_be_left_out() -> None:
    with waiting("worker") as [worker]:
        assert [stack.name for stack in stacks_beside(without=worker.ident)] == ["MainThread"]
        others = stacks_beside(without=threading.get_ident())
    assert [stack.name for stack in others] == ["worker"]


def test_who_looks_waits_for_nothing() -> None:
    [own] = [stack for stack in stacks_beside() if stack.is_current]
    assert own.waits_for is None


def test_daemons_are_told_from_threads_that_keep_the_program_alive() -> None:
    with waiting("daemon", is_daemon=True), waiting("worker"):
        stacks = {stack.name: stack.is_daemon for stack in stacks_beside()}
    assert stacks == {"MainThread": False, "daemon": True, "worker": False}


def test_a_thread_that_threading_does_not_know_is_named_by_its_identity() -> None:
    free, there, gone = _thread.allocate_lock(), threading.Event(), threading.Event()
    free.acquire()
    found: list[int] = []

    def raw() -> None:
        found.append(_thread.get_ident())
        there.set()
        free.acquire()
        gone.set()

    _thread.start_new_thread(raw, ())
    assert there.wait(60)
    try:
        stacks = stacks_beside()
    finally:
        free.release()
        assert gone.wait(60)
    assert [stack.name for stack in stacks] == ["MainThread", f"thread-{found[0]}"]
    assert stacks[1].frames[-1].function == "raw"


def test_a_secret_in_the_name_of_a_thread_is_hidden() -> None:
    value = "hunter" + "2hunter2"
    with waiting(f"worker password={value}"):
        stacks = stacks_beside()
    assert value not in str(stacks)
    assert stacks[1].name.startswith("worker password=")


def test_more_threads_than_are_kept_leave_the_last_out() -> None:
    names = [f"worker {number}" for number in range(THREADS_MAX + 3)]
    with waiting(*names):
        stacks = thread_stacks(Walk())
    assert len(stacks) == THREADS_MAX
    shown = [stack.name for stack in stacks if stack.name.startswith("worker ")]
    assert shown == names[: len(shown)]
    assert len(shown) >= THREADS_MAX - 1 - len(others)
