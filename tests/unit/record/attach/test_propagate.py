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
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backtrail.record import scope
from backtrail.record.attach.imports import forget_imports
from backtrail.record.attach.propagate import install_propagation, remove_propagation

SPAN = "a1b2c3d4e5f60718"
SHOW = ("sh", "-c", 'printf %s "$TRACEPARENT"')


@pytest.fixture(autouse=True)
def parent() -> Iterator[str]:
    """Be inside a span of a trace of its own; give the `traceparent` that names it."""
    outside = scope.get()
    install_propagation()
    yield open_span()
    remove_propagation()
    forget_imports()
    scope.activate(outside)


def open_span(span_id: str = SPAN) -> str:
    here = scope.at_top(scope.new_trace("test"))
    here.span_id = span_id
    scope.activate(here)
    return scope.traceparent()


def see(*_: object) -> str:
    return scope.traceparent()


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


PROCESSES = """
import concurrent.futures, multiprocessing, sys
from backtrail.record import scope
from backtrail.record.attach.propagate import install_propagation

scope.begin_process(inherited=None)
install_propagation()

def see(*_):
    return scope.traceparent()

def put(queue):
    queue.put(see())

class Subclass(multiprocessing.Process):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def run(self):
        put(self.queue)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    here = scope.at_top(scope.new_trace("test"))
    here.span_id = "a1b2c3d4e5f60718"
    scope.activate(here)
    queue = multiprocessing.SimpleQueue()
    seen = []
    for process in (multiprocessing.Process(target=put, args=(queue,)), Subclass(queue)):
        process.start()
        seen.append(queue.get())
        process.join()
        assert process.exitcode == 0
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        seen += [pool.submit(see).result(), *pool.map(see, range(2), chunksize=2)]
        inside = scope.get()
        other = scope.at_top(scope.new_trace("another"))
        scope.activate(other)
        assert pool.submit(see).result() == scope.traceparent()
        scope.activate(inside)
        seen.append(pool.submit(see).result())
    with multiprocessing.Pool(1) as pool:
        seen += [pool.apply(see), *pool.map(see, range(2)), *pool.starmap(see, [(1, 2)])]
        seen += [*pool.imap(see, [1]), *pool.imap_unordered(see, [1])]
    assert set(seen) == {scope.traceparent()}, seen
    print(len(seen), scope.traceparent()[36:52])
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_span_is_seen_in_processes_and_pools_of_processes(method: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROCESSES)
    done = subprocess.run(
        [sys.executable, str(program), method], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"12 {SPAN}\n", "")


def test_a_worker_runs_each_task_in_the_scope_that_submitted_it() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for number in range(3):
            expected = open_span(f"{number + 1:016x}")
            assert pool.submit(see).result() == expected


def test_a_worker_is_in_no_task_s_scope_between_two_tasks() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = open_span("1111111111111111")
        pool.submit(see).result()
        open_span("2222222222222222")
        pool.submit(see).result()
        found: list[str] = []
        item = pool._work_queue  # noqa: SLF001 - what a worker does beside its tasks
        bare = type("Bare", (), {"run": lambda _: found.append(see())})()
        item.put(bare)
    assert found == [first]


def test_a_program_s_environment_stays_as_it_is() -> None:
    before = dict(os.environ)
    subprocess_run()
    posix_spawn()
    assert dict(os.environ) == before
    given = {"PATH": os.environ["PATH"]}
    subprocess.run(SHOW, env=given, capture_output=True, check=True)
    assert list(given) == ["PATH"]


def test_a_traceparent_that_the_program_hands_on_itself_is_left_alone() -> None:
    theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    env = {**os.environ, "TRACEPARENT": theirs}
    done = subprocess.run(SHOW, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == theirs


def test_an_environment_of_bytes_is_extended_as_well(parent: str) -> None:
    env = {b"PATH": os.environb[b"PATH"]}
    done = subprocess.run(SHOW, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == parent


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
