"""Programs under `backtrail run --locks`: what they do, and what is told of their locks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from running import BACKTRAIL, RUN, journal, of_kind, project, run

CROSSED = """
import threading

north, south = threading.Lock(), threading.Lock()
both = threading.Barrier(2)

def transfer(own, other, quantity):
    with own:
        both.wait()
        with other:
            pass

for name, own, other in (("restock", north, south), ("returns", south, north)):
    threading.Thread(target=transfer, args=(own, other, 4), name=name).start()
"""
PROCESSES = """
import multiprocessing
import backtrail

def work(first, second, both):
    with backtrail.FileLock(first):
        both.wait()
        with backtrail.FileLock(second):
            pass

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    both = context.Barrier(2)
    pairs = (("north.lock", "south.lock"), ("south.lock", "north.lock"))
    workers = [context.Process(target=work, args=(*pair, both)) for pair in pairs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
"""
TASKS = """
import asyncio

async def transfer(own, other):
    async with own:
        await asyncio.sleep(0)
        async with other:
            pass

async def main():
    north, south = asyncio.Lock(), asyncio.Lock()
    await asyncio.gather(
        asyncio.create_task(transfer(north, south), name="restock"),
        asyncio.create_task(transfer(south, north), name="returns"),
    )

asyncio.run(main())
"""
FORKS = """
import os, threading

lock = threading.Lock()
has_it, may_go = threading.Event(), threading.Event()

def hold():
    with lock:
        has_it.set()
        may_go.wait()

holder = threading.Thread(target=hold, name="holder")
holder.start()
has_it.wait()
if os.fork() == 0:
    print("child", lock.acquire(timeout=0.1), flush=True)
    os._exit(0)
print("status", os.wait()[1], flush=True)
may_go.set()
holder.join()
print("parent", lock.acquire(timeout=5), flush=True)
"""
DIES = """
import threading

lock = threading.Lock()

def die():
    lock.acquire()
    raise SystemExit

worker = threading.Thread(target=die, name="worker")
worker.start()
worker.join()
print(lock.acquire(timeout=0.2), lock.locked())
lock.release()
print(lock.acquire(timeout=0.2))
"""
TYPES = """
import queue, threading, _thread, asyncio, copy, pickle, weakref
from dataclasses import dataclass, field
from collections import defaultdict

@dataclass
class Shop:
    lock: object = field(default_factory=threading.Lock)

LOCK, RLOCK = type(threading.Lock()), type(threading.RLock())
locks = [threading.Lock(), queue.Queue().mutex, Shop().lock, defaultdict(threading.Lock)[1]]
print([isinstance(lock, LOCK) for lock in locks], isinstance(locks[0], RLOCK))
print([isinstance(lock, _thread.LockType) for lock in locks])
print(isinstance(threading.RLock(), RLOCK), isinstance(threading.Condition(), threading.Condition))
print(type(threading.Semaphore()) is threading.Semaphore, type(threading.Condition()).__name__)
print(locks[0].locked(), weakref.ref(locks[0])() is locks[0], repr(locks[0]).split(" at ")[0])
for attempt in (copy.copy, pickle.dumps):
    try:
        attempt(locks[0])
    except TypeError as error:
        print(error)
try:
    threading.Lock(1)
except TypeError:
    print("refused")
"""
INTERRUPTED = """
import os, signal, threading

lock = threading.Lock()
lock.acquire()
timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
timer.start()
try:
    lock.acquire()
except KeyboardInterrupt as error:
    depth, at = 0, error.__traceback__
    while at:
        depth, at = depth + 1, at.tb_next
    print("interrupted", depth, lock.locked())
"""
NEEDS_A_LIMIT = "--timeout", "3s"


def watched(folder: Path, text: str, *options: str) -> list[dict[str, Any]]:
    """Run a program with its locks watched, and return what was recorded."""
    (folder / "program.py").write_text(text)
    run(*RUN, "--locks", *options, "--", "python", "program.py", cwd=project(folder))
    return journal(folder)


@pytest.mark.parametrize("text", [FORKS, DIES, TYPES, INTERRUPTED])
def test_a_program_does_the_same_with_its_locks_watched(text: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(text)
    plainly = run("python", "program.py", cwd=project(tmp_path))
    recorded = run(*RUN, "--locks", "--", "python", "program.py", cwd=tmp_path)
    assert (recorded.returncode, recorded.stdout) == (plainly.returncode, plainly.stdout)
    assert recorded.stderr == plainly.stderr == b""
    ended = [
        event["counters"]
        for event in of_kind(journal(tmp_path), "process.ended")
        if "counters" in event
    ]
    assert [reason for counters in ended for reason in counters if "broke" in reason] == []


def test_a_deadlock_of_threads_is_recorded_before_the_time_is_up(tmp_path: Path) -> None:
    events = watched(tmp_path, CROSSED, *NEEDS_A_LIMIT)
    deadlock, hang = of_kind(events, "error.raised")
    assert (deadlock["type"], deadlock["mechanism"]) == ("DeadlockFound", "deadlock")
    assert {lock["name"] for lock in deadlock["locks"]} == {"program.py:4", "program.py:4 #2"}
    stacks = {stack["name"]: stack for stack in deadlock["threads"]}
    assert stacks["restock"]["frames"][0]["locals"]["quantity"] == 4
    assert stacks["restock"]["waits_for"] == "lock program.py:4 #2"
    requested = of_kind(events, "lock.requested")
    assert sorted((event["owner"], event["holder"]) for event in requested) == [
        ("restock", "returns"),
        ("returns", "restock"),
    ]
    assert hang["type"] == "hang"
    # The main thread waits too, for the end of another one.
    known = [lock for lock in hang["locks"] if "holder" in lock]
    assert {(lock["holder"], *lock["waiters"]) for lock in known} == {
        ("restock", "returns"),
        ("returns", "restock"),
    }


def test_a_deadlock_of_plain_locks_is_told_with_the_hang(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(CROSSED)
    run(*RUN, *NEEDS_A_LIMIT, "--", "python", "program.py", cwd=project(tmp_path))
    events = journal(tmp_path)
    [hang] = of_kind(events, "error.raised")
    told = [event for event in events if event["kind"] == "lock.requested"]
    assert sorted((event["owner"], event["holder"]) for event in told) == [
        ("restock", "returns"),
        ("returns", "restock"),
    ]
    assert all(event["caller"]["code"] == "with other:" for event in told)
    assert events.index(hang) > max(map(events.index, told))
    shown = run(*BACKTRAIL, "show", "latest", "--json", cwd=tmp_path)
    assert json.loads(shown.stdout)["error_count"] == 1


def test_a_deadlock_of_tasks_is_recorded_at_once(tmp_path: Path) -> None:
    events = watched(tmp_path, TASKS, *NEEDS_A_LIMIT)
    deadlock = of_kind(events, "error.raised")[0]
    assert deadlock["type"] == "DeadlockFound"
    assert sorted(lock["holder"] for lock in deadlock["locks"]) == ["restock", "returns"]
    assert {stack["name"] for stack in deadlock["tasks"]} >= {"restock", "returns"}


def test_a_deadlock_of_processes_is_recorded_once(tmp_path: Path) -> None:
    events = watched(tmp_path, PROCESSES, *NEEDS_A_LIMIT)
    found = [event for event in of_kind(events, "error.raised") if event["type"] != "hang"]
    [deadlock] = found
    requested = of_kind(events, "lock.requested")
    assert {event["owner"] for event in requested} == {lock["holder"] for lock in deadlock["locks"]}
    assert {lock["name"] for lock in deadlock["locks"]} == {"north.lock", "south.lock"}
    assert deadlock["is_handled"] is False


def test_a_thread_that_died_is_named_as_the_holder(tmp_path: Path) -> None:
    events = watched(tmp_path, DIES)
    [gave_up] = of_kind(events, "lock.timed_out")
    assert gave_up["holder"] == "worker (ended)"


def test_how_often_locks_were_used_is_told_at_the_end(tmp_path: Path) -> None:
    text = "import threading\nlock = threading.Lock()\nfor _ in range(1000):\n  with lock: pass\n"
    [use] = of_kind(watched(tmp_path, text), "lock.used")
    assert (use["lock"], use["count"]) == ("program.py:2 lock", 936)


def test_a_child_process_tells_of_its_own_uses_only(tmp_path: Path) -> None:
    text = (
        "import multiprocessing, threading\n"
        "lock = threading.Lock()\n"
        "def work(times):\n  for _ in range(times):\n    with lock: pass\n"
        "if __name__ == '__main__':\n"
        "  work(500)\n"
        "  child = multiprocessing.get_context('fork').Process(target=work, args=(200,))\n"
        "  child.start(); child.join()\n"
    )
    uses = of_kind(watched(tmp_path, text), "lock.used")
    assert sorted(use["count"] for use in uses) == [200, 436]


def test_without_the_option_no_lock_is_watched(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import threading\nwith threading.Lock(): pass\n")
    run(*RUN, "--", "python", "program.py", cwd=project(tmp_path))
    assert [event for event in journal(tmp_path) if event["kind"].startswith("lock.")] == []
