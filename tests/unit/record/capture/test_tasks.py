from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from backtrail.model.kinds import Stack
from backtrail.model.limits import TASKS_MAX
from backtrail.record.capture.tasks import task_stacks, waiting_tasks
from backtrail.record.capture.values.walk import Walk


def seen(*coroutines: Coroutine[Any, Any, Any]) -> dict[str, Stack]:
    """Run tasks as far as they come; return what is shown of each, by its name."""

    async def main() -> dict[str, Stack]:
        tasks = [
            asyncio.create_task(coroutine, name=f"worker-{number}")
            for number, coroutine in enumerate(coroutines)
        ]
        for _ in range(10):
            await asyncio.sleep(0)
        stacks = task_stacks(Walk(), with_locals=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return {stack.name: stack for stack in stacks}

    return asyncio.run(main())


def functions(stack: Stack) -> list[str]:
    return [frame.function for frame in stack.frames if frame.is_app]


async def outer(wanted: int) -> None:
    await middle(wanted + 1)


async def middle(wanted: int) -> None:
    await inner(wanted + 1)


async def inner(wanted: int) -> None:
    event = asyncio.Event()
    await event.wait()
    del wanted


async def nap() -> None:
    await asyncio.sleep(60)


def test_nested_awaits_are_a_stack_with_variables_innermost_first() -> None:
    stack = seen(outer(1))["worker-0"]
    assert functions(stack) == ["inner", "middle", "outer"]
    shown = [frame.locals for frame in stack.frames if frame.is_app]
    assert [values and values["wanted"] for values in shown] == [3, 2, 1]
    assert stack.waits_for == "event event"
    assert not stack.is_current


def test_the_task_that_looks_is_the_current_one_and_waits_for_nothing() -> None:
    stacks = seen(nap())
    [current] = [stack for stack in stacks.values() if stack.is_current]
    assert current.waits_for is None
    assert functions(current)[-1] == "main"


def test_a_task_that_gathers_waits_for_its_children_by_name() -> None:
    async def gathers() -> None:
        await asyncio.gather(
            asyncio.create_task(nap(), name="left"), asyncio.create_task(nap(), name="right")
        )

    stacks = seen(gathers())
    assert stacks["worker-0"].waits_for == "tasks left, right"
    assert stacks["left"].waits_for == stacks["right"].waits_for == "sleep"


def test_a_task_that_awaits_another_names_it() -> None:
    async def awaits() -> None:
        await asyncio.create_task(nap(), name="the other")

    assert seen(awaits())["worker-0"].waits_for == "task the other"


def test_a_task_that_awaits_a_bare_future_says_so() -> None:
    async def awaits() -> None:
        await asyncio.get_running_loop().create_future()

    assert seen(awaits())["worker-0"].waits_for == "future"


def test_a_task_group_waits_for_its_tasks() -> None:
    async def groups() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(nap(), name="member")

    stacks = seen(groups())
    assert stacks["worker-0"].waits_for == "tasks"
    assert functions(stacks["member"]) == ["nap"]


def test_an_asynchronous_generator_is_part_of_the_stack() -> None:
    async def items() -> AsyncIterator[int]:
        yield 1
        await nap()
        yield 2

    async def consumes() -> None:
        async for item in items():
            assert item == 1

    assert "gc" in sys.modules, "by which the generator behind a step is found"
    assert functions(seen(consumes())["worker-0"]) == ["nap", "items", "consumes"]


def test_a_task_that_was_cancelled_and_takes_its_time_is_still_there() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            raise

    async def main() -> list[str]:
        task = asyncio.create_task(stubborn(), name="stubborn")
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        during = [stack.name for stack in task_stacks(Walk())]
        await asyncio.gather(task, return_exceptions=True)
        assert "stubborn" not in [stack.name for stack in task_stacks(Walk())], "it is done"
        return during

    assert "stubborn" in asyncio.run(main())


def test_a_task_that_never_ran_is_there_without_a_wait() -> None:
    async def main() -> Stack:
        task = asyncio.create_task(nap(), name="fresh")
        [stack] = [each for each in task_stacks(Walk()) if each.name == "fresh"]
        task.cancel()
        return stack

    stack = asyncio.run(main())
    assert functions(stack) == ["nap"]
    assert stack.waits_for is None


def test_tasks_are_sorted_as_they_were_numbered() -> None:
    async def main() -> list[str]:
        names = [f"job-{number}" for number in range(1, 13)]
        tasks = [asyncio.create_task(nap(), name=name) for name in reversed(names)]
        shown = [stack.name for stack in task_stacks(Walk()) if not stack.is_current]
        assert shown == names
        for task in tasks:
            task.cancel()
        return shown

    assert len(asyncio.run(main())) == 12


def test_tasks_of_a_loop_in_another_thread_are_there() -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    future = asyncio.run_coroutine_threadsafe(outer(1), loop)
    try:
        for _ in range(100_000):
            found = [stack for stack in task_stacks(Walk()) if functions(stack)]
            if found and found[0].waits_for == "event event":
                break
        assert [functions(stack) for stack in found] == [["inner", "middle", "outer"]]
    finally:
        future.cancel()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def test_more_tasks_than_are_kept_are_left_out() -> None:
    async def main() -> int:
        tasks = [asyncio.create_task(nap()) for _ in range(TASKS_MAX + 9)]
        await asyncio.sleep(0)
        shown = len(task_stacks(Walk()))
        for task in tasks:
            task.cancel()
        return shown

    assert asyncio.run(main()) == TASKS_MAX


def test_tasks_that_are_done_take_no_place_of_others() -> None:
    async def main() -> set[str]:
        done = [asyncio.create_task(asyncio.sleep(0)) for _ in range(3 * TASKS_MAX)]
        await asyncio.gather(*done)
        tasks = [asyncio.create_task(nap(), name=f"live {number}") for number in range(9)]
        await asyncio.sleep(0)
        names = {stack.name for stack in task_stacks(Walk())}
        for task in tasks:
            task.cancel()
        assert all(task.done() for task in done)
        return names

    assert {f"live {number}" for number in range(9)} <= asyncio.run(main())


class Broken(asyncio.Task[None]):
    """A task that complains whenever it is asked."""

    def get_name(self) -> str:
        """Complain."""
        raise RuntimeError("do not ask")

    get_coro = get_stack = get_name  # type: ignore[assignment]


def test_a_task_class_that_complains_is_shown_by_what_the_interpreter_knows() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        task = Broken(nap(), loop=loop, name="broken")
        await asyncio.sleep(0)
        names = [stack.name for stack in task_stacks(Walk())]
        task.cancel()
        return names

    assert "broken" in asyncio.run(main())


def test_looking_neither_awaits_nor_wakes_a_task() -> None:
    async def main() -> bool:
        task = asyncio.create_task(outer(1))
        await asyncio.sleep(0)
        before = task.get_stack()
        task_stacks(Walk(), with_locals=True)
        assert task.get_stack() == before
        await asyncio.sleep(0)
        is_open = not task.done()
        task.cancel()
        return is_open

    assert asyncio.run(main())


def test_tasks_that_wait_are_those_that_neither_run_nor_are_done() -> None:
    async def main() -> list[tuple[str, str]]:
        waiting = asyncio.create_task(outer(1), name="waiting")
        done = asyncio.create_task(asyncio.sleep(0), name="done")
        await done
        found = waiting_tasks()
        waiting.cancel()
        return [(name, calls[-1][0].f_code.co_name) for name, calls in found]

    assert asyncio.run(main()) == [("waiting", "outer")]


def test_a_program_without_asyncio_has_no_tasks_and_stays_without() -> None:
    code = (
        "import sys;"
        "from backtrail.record.capture.tasks import task_stacks, waiting_tasks;"
        "from backtrail.record.capture.values.walk import Walk;"
        "print(task_stacks(Walk()), waiting_tasks(), 'asyncio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[] [] False\n"
