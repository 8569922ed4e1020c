from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail import trace_span
from backtrail.model.kinds import Frame, Stack
from backtrail.record import guard
from backtrail.record.error import record_hang
from backtrail.record.occurrence.hang import stack_to_look_at
from recorded import errors, recording
from running import until


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def the_error(home: Path) -> dict[str, Any]:
    [error] = errors(home)
    return error


def frame(function: str, *, is_app: bool = True) -> Frame:
    return Frame(file="app.py", line=1, function=function, qualified=function, is_app=is_app)


def stack(name: str, *functions: str, waits_for: str | None = None, **more: Any) -> Stack:
    """Return a stack whose functions are of the program unless they begin with `lib_`."""
    frames = [frame(each, is_app=not each.startswith("lib_")) for each in functions]
    return Stack(name=name, frames=frames, waits_for=waits_for, **more)


def looked_at(threads: list[Stack], tasks: list[Stack] | None = None) -> tuple[str, str] | None:
    """Return whose stack is looked at, and its first function."""
    found = stack_to_look_at(threads, tasks or [])
    return (found.name, found.frames[0].function) if found else None


MAIN = stack("MainThread", "lib_join", "main", waits_for="thread worker")


def test_the_first_thread_that_waits_for_a_lock_is_looked_at() -> None:
    threads = [
        MAIN,
        stack("idle", "lib_get", "consume", waits_for="queue jobs"),
        stack("one", "transfer", waits_for="lock target.lock"),
        stack("two", "transfer_back", waits_for="lock target.lock"),
    ]
    assert looked_at(threads) == ("one", "transfer")


@pytest.mark.parametrize("waits_for", ["semaphore slots", "condition news"])
def test_a_semaphore_or_a_condition_is_like_a_lock(waits_for: str) -> None:
    threads = [MAIN, stack("one", "lib_acquire", "take", waits_for=waits_for)]
    assert looked_at(threads) == ("one", "take")


@pytest.mark.parametrize("waits_for", ["queue jobs", "event done", "sleep", None])
def test_without_a_lock_it_is_the_main_thread(waits_for: str | None) -> None:
    threads = [MAIN, stack("one", "work", waits_for=waits_for)]
    assert looked_at(threads) == ("MainThread", "main")


def test_a_thread_of_libraries_alone_and_the_one_that_looks_are_passed_over() -> None:
    threads = [
        stack("lib", "lib_wait", waits_for="lock self.lock"),
        stack("watcher", "look", waits_for="lock mine", is_current=True),
        MAIN,
    ]
    assert looked_at(threads) == ("MainThread", "main")


def test_a_task_that_waits_for_a_lock_comes_before_all_that_wait_for_less() -> None:
    loop = stack("MainThread", "lib_select", "main", waits_for="tasks")
    tasks = [
        stack("Task-1", "gather_all", waits_for="tasks two, three"),
        stack("two", "lib_acquire", "take", waits_for="lock own"),
    ]
    assert looked_at([loop], tasks) == ("two", "take")


def test_where_the_main_thread_runs_a_loop_the_first_task_stands_for_it() -> None:
    loop = stack("MainThread", "lib_select", "main", waits_for="tasks")
    tasks = [stack("Task-1", "gather_all", waits_for="tasks two"), stack("two", "nap")]
    assert looked_at([loop], tasks) == ("Task-1", "gather_all")
    assert looked_at([MAIN], tasks) == ("MainThread", "main")


def test_without_any_code_of_the_program_it_is_what_there_is() -> None:
    assert looked_at([stack("MainThread", "lib_wait")]) == ("MainThread", "lib_wait")
    assert looked_at([]) is None


def test_a_hang_is_an_error_that_says_why_it_was_recorded_and_after_how_long(home: Path) -> None:
    error_id = record_hang(12.3456, "no progress")
    error = the_error(home)
    assert error["error_id"] == error_id
    assert (error["type"], error["mechanism"], error["is_handled"]) == ("hang", "hang", False)
    assert error["message"] == "no progress (after 12.3 s)"
    assert [info["type"] for info in error["chain"]] == ["hang"]
    assert error["process"]["pid"]


def test_threads_that_lock_each_other_out_are_all_there_with_their_variables(home: Path) -> None:
    north, south = threading.Lock(), threading.Lock()
    both, stopped = threading.Barrier(2), threading.Event()

    def transfer(own: threading.Lock, other: threading.Lock, quantity: int) -> None:
        try:
            with own:
                both.wait(60)
                other.acquire(timeout=60)
        except RuntimeError:
            assert stopped.is_set(), "it was let go for this thread"
        del quantity

    threads = [
        threading.Thread(target=transfer, args=(north, south, 4), name="one"),
        threading.Thread(target=transfer, args=(south, north, 2), name="two"),
    ]
    for thread in threads:
        thread.start()

    def is_stuck() -> bool:
        record_hang(1, "no progress")
        waits = [stack.get("waits_for") for stack in errors(home)[-1]["threads"]]
        return waits.count("lock other") == 2

    until(is_stuck)
    stopped.set()
    north.release()  # The test itself is their way out.
    threads[1].join(60)
    threads[0].join(60)
    error = errors(home)[-1]
    assert error["frames"][0]["function"] == "transfer"
    assert error["frames"][0]["locals"]["quantity"] == 4
    waiting = {t["name"]: t["waits_for"] for t in error["threads"] if t.get("waits_for")}
    assert waiting == {"one": "lock other", "two": "lock other"}
    assert [(lock["holder"], lock["waiters"]) for lock in error["locks"]] == [
        ("two", ["one"]), ("one", ["two"]),
    ]  # fmt: skip


def test_tasks_that_are_stuck_are_there_with_what_they_await(home: Path) -> None:
    async def hold(lock: asyncio.Lock) -> None:
        async with lock:
            await asyncio.Event().wait()

    async def take(lock: asyncio.Lock, wanted: int) -> None:
        async with lock:
            del wanted

    async def main() -> None:
        lock = asyncio.Lock()
        tasks = [
            asyncio.create_task(hold(lock), name="holder"),
            asyncio.create_task(take(lock, 7), name="waiter"),
        ]
        for _ in range(5):
            await asyncio.sleep(0)
        record_hang(1, "no progress")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())
    error = the_error(home)
    assert error["frames"][0]["function"] == "take"
    assert error["frames"][0]["locals"]["wanted"] == 7
    waits = {task["name"]: task.get("waits_for") for task in error["tasks"]}
    assert (waits["holder"], waits["waiter"]) == ("event asyncio.Event()", "lock lock")
    assert [(lock["holder"], lock["waiters"]) for lock in error["locks"]] == [
        ("holder", ["waiter"])
    ]


def test_spans_that_are_open_anywhere_and_what_came_before_are_there(home: Path) -> None:
    free, there = threading.Event(), threading.Event()

    def work() -> None:
        with trace_span("restock", order=3):
            there.set()
            free.wait(60)

    backtrail.debug("job_started")
    thread = threading.Thread(target=work)
    thread.start()
    assert there.wait(60)
    record_hang(1, "no progress")
    free.set()
    thread.join(60)
    error = the_error(home)
    assert "restock" in [span["name"] for span in error["open_spans"]]
    assert "job_started" in [entry.get("action") for entry in error["trace_history"]]


def test_a_secret_in_the_reason_is_hidden(home: Path) -> None:
    value = "hunter" + "2hunter2"
    record_hang(1, f"password={value}")
    assert value not in str(the_error(home))


def test_a_recorder_that_breaks_is_counted_and_raises_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "is_strict", False)
    assert record_hang("no number", "no progress") is None  # type: ignore[arg-type]
    assert guard.lost["error not recorded"] == 1
    assert errors(home) == []


def test_nothing_is_recorded_while_recording_is_switched_off(home: Path) -> None:
    backtrail.disable()
    assert record_hang(1, "no progress") is None
    backtrail.enable()
    assert errors(home) == []
