"""The situations in which other recorders lose the context, each with a name of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import multiprocessing
import multiprocessing.pool
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

import backtrail
import inside
from backtrail.record import scope
from backtrail.record.attach.propagate import install_propagation, remove_propagation
from inside import SHOW, see


@pytest.fixture(autouse=True)
def parent() -> Iterator[str]:
    with inside.followed() as traceparent:
        yield traceparent


async def see_soon() -> str:
    await asyncio.sleep(0)
    return see()


def thread() -> list[str]:
    seen: list[str] = []
    started = threading.Thread(target=lambda: seen.append(see()))
    started.start()
    started.join()
    return seen


def thread_of_a_subclass() -> list[str]:
    class Worker(threading.Thread):
        seen = ""

        def run(self) -> None:
            self.seen = see()

    worker = Worker()
    worker.start()
    worker.join()
    return [worker.seen]


def thread_started_by_a_thread() -> list[str]:
    seen: list[str] = []
    started = threading.Thread(target=lambda: seen.extend(thread()))
    started.start()
    started.join()
    return seen


def timer() -> list[str]:
    seen: list[str] = []
    started = threading.Timer(0.001, lambda: seen.append(see()))
    started.start()
    started.join()
    return seen


def thread_pool_submit() -> list[str]:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(see) for _ in range(3)]]


def thread_pool_map() -> list[str]:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(see, range(3)))


def create_task() -> list[str]:
    async def main() -> list[str]:
        return [await asyncio.create_task(see_soon())]

    return asyncio.run(main())


def gather() -> list[str]:
    async def main() -> list[str]:
        return list(await asyncio.gather(see_soon(), see_soon()))

    return asyncio.run(main())


def task_group() -> list[str]:
    async def main() -> list[str]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(see_soon()) for _ in range(2)]
        return [task.result() for task in tasks]

    return asyncio.run(main())


def to_thread() -> list[str]:
    async def main() -> list[str]:
        return [await asyncio.to_thread(see)]

    return asyncio.run(main())


def run_in_executor() -> list[str]:
    async def main() -> list[str]:
        return [await asyncio.get_running_loop().run_in_executor(None, see)]

    return asyncio.run(main())


def call_soon() -> list[str]:
    async def main() -> list[str]:
        seen: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(lambda: seen.set_result(see()))
        return [await seen]

    return asyncio.run(main())


def call_soon_threadsafe() -> list[str]:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        seen: asyncio.Future[str] = loop.create_future()

        def call() -> None:
            loop.call_soon_threadsafe(lambda: seen.set_result(see()))

        raw = threading.Thread(target=call)
        raw.start()
        answer = await seen
        raw.join()
        return [answer]

    return asyncio.run(main())


def thread_pool_of_multiprocessing() -> list[str]:
    with multiprocessing.pool.ThreadPool(2) as pool:
        return [pool.apply(see), *pool.map(see, range(2)), *pool.imap(see, range(2))]


def subprocess_run() -> list[str]:
    return [subprocess.run(SHOW, capture_output=True, text=True, check=True).stdout]


def subprocess_with_an_environment() -> list[str]:
    path = {"PATH": os.environ["PATH"]}
    return [subprocess.run(SHOW, env=path, capture_output=True, text=True, check=True).stdout]


def subprocess_of_asyncio() -> list[str]:
    async def main() -> list[str]:
        child = await asyncio.create_subprocess_exec(*SHOW, stdout=asyncio.subprocess.PIPE)
        out, _ = await child.communicate()
        return [out.decode()]

    return asyncio.run(main())


def posix_spawn() -> list[str]:
    reader, writer = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writer, 1)]
    pid = os.posix_spawn("/bin/sh", list(SHOW), os.environ, file_actions=actions)
    os.waitpid(pid, 0)
    os.close(writer)
    with os.fdopen(reader) as out:
        return [out.read()]


SITUATIONS: list[Callable[[], list[str]]] = [
    thread,
    thread_of_a_subclass,
    thread_started_by_a_thread,
    timer,
    thread_pool_submit,
    thread_pool_map,
    create_task,
    gather,
    task_group,
    to_thread,
    run_in_executor,
    call_soon,
    call_soon_threadsafe,
    thread_pool_of_multiprocessing,
    subprocess_run,
    subprocess_with_an_environment,
    subprocess_of_asyncio,
    posix_spawn,
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda made: str(made.__name__))
def test_the_span_is_seen_where_the_program_goes_on(
    situation: Callable[[], list[str]], parent: str
) -> None:
    seen = situation()
    assert seen
    assert set(seen) == {parent}
    assert scope.traceparent() == parent


REPLACED: list[tuple[object, str]] = [
    (threading.Thread, "start"),
    (threading.Thread, "_bootstrap_inner"),
    (subprocess.Popen, "_execute_child"),
    (multiprocessing.Process, "start"),
    (multiprocessing.pool.Pool, "apply_async"),
    (multiprocessing.pool.Pool, "imap"),
]


@pytest.mark.parametrize(("owner", "name"), REPLACED, ids=str)
def test_what_is_replaced_looks_as_before_and_is_put_back(owner: object, name: str) -> None:
    ours = getattr(owner, name)
    remove_propagation()
    original = getattr(owner, name)
    assert ours is not original
    assert inspect.signature(ours) == inspect.signature(original)
    assert (ours.__name__, ours.__doc__) == (original.__name__, original.__doc__)
    assert (ours.__qualname__, ours.__module__) == (original.__qualname__, original.__module__)


def test_installing_twice_replaces_once() -> None:
    ours = threading.Thread.start
    install_propagation()
    assert threading.Thread.start is ours


FAILURES = """
import concurrent.futures, multiprocessing, os, subprocess, sys, threading, traceback
{install}

def fail(*_):
    raise ValueError("no luck")

def attempt(call):
    try:
        call()
    except BaseException:
        traceback.print_exc()

def again():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    thread.start()

def in_pool(kind, function=fail):
    with kind(1) as pool:
        return pool.submit(function).result()

def in_multiprocessing(kind, function=fail):
    with kind(1) as pool:
        return list(pool.imap(function, [1]))

class Process(multiprocessing.Process):
    def __reduce__(self):
        raise TypeError("not to be sent")

if __name__ == "__main__":
    fork, spawn = (multiprocessing.get_context(name) for name in ("fork", "spawn"))
    attempt(again)
    attempt(lambda: subprocess.run(["/nowhere/at/all"]))
    attempt(lambda: os.posix_spawn("/nowhere/at/all", ["x"], {{}}))
    attempt(lambda: os.posix_spawn("/nowhere/at/all"))
    attempt(lambda: in_pool(concurrent.futures.ThreadPoolExecutor))
    attempt(lambda: in_pool(concurrent.futures.ProcessPoolExecutor))
    attempt(lambda: in_pool(concurrent.futures.ProcessPoolExecutor, lambda: 1))
    attempt(lambda: in_multiprocessing(fork.Pool))
    attempt(lambda: in_multiprocessing(fork.Pool, lambda _: 1))
    attempt(lambda: in_multiprocessing(multiprocessing.pool.ThreadPool))
    process = fork.Process(target=fail, name="unlucky")
    process.start()
    process.join()
    attempt(lambda: spawn.Process(target=lambda: 1).start())
"""


def test_failures_look_the_same_as_without_us(tmp_path: Path) -> None:
    install = (
        "from backtrail.record import scope\n"
        "from backtrail.record.attach.propagate import install_propagation\n"
        "scope.begin_process(inherited=None)\n"
        "install_propagation()"
    )
    ends = []
    for extra in ("\n\n\n", install):
        program = tmp_path / "failures.py"
        program.write_text(FAILURES.format(install=extra))
        command = [sys.executable, str(program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        ends.append((done.returncode, done.stdout, done.stderr.splitlines()))
    assert str(ends[0][2]).count("no luck") > 4
    assert ends[1] == ends[0]


def test_after_a_span_the_program_is_back_where_it_was(parent: str) -> None:
    with backtrail.trace_span("outer"), backtrail.trace_span("inner"):
        assert scope.traceparent() != parent
    assert scope.traceparent() == parent


def test_two_interleaved_generators_leave_the_program_where_it_was(parent: str) -> None:
    def steps(name: str) -> Iterator[int]:
        with backtrail.trace_span(name):
            yield 1
            yield 2

    first, second = steps("first"), steps("second")
    for generator in (first, second, first, second):
        next(generator)
    assert list(first) == []
    assert list(second) == []
    assert scope.traceparent() == parent


def test_an_async_generator_that_another_task_closes_raises_nothing(
    parent: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def stream() -> AsyncIterator[int]:
        with backtrail.trace_span("stream"):
            yield 1
            yield 2

    async def main() -> str:
        items = stream()
        assert await anext(items) == 1
        await asyncio.create_task(items.aclose())  # type: ignore[attr-defined]
        return scope.traceparent()

    asyncio.run(main())
    assert caplog.messages == []
    assert scope.traceparent() == parent


def test_a_decorated_async_generator_does_not_leak_into_its_consumer(parent: str) -> None:
    @backtrail.trace_span("stream")
    async def stream() -> AsyncIterator[str]:
        yield scope.traceparent()
        yield scope.traceparent()

    async def main() -> tuple[list[str], list[str]]:
        outside, within = [], []
        async for place in stream():
            within.append(place)
            outside.append(scope.traceparent())
        return outside, within

    outside, within = asyncio.run(main())
    assert set(outside) == {parent}
    assert len(set(within)) == 1
    assert within[0] != parent


def test_the_running_task_is_known(parent: str) -> None:
    async def main() -> bytes:
        task = asyncio.create_task(name_lane(), name="my task")
        return await task

    async def name_lane() -> bytes:
        return scope.current().lane.head

    assert parent
    assert b'"task":"my task"' in asyncio.run(main())
