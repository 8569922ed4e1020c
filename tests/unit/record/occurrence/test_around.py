from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.error import capture_error_context
from recorded import errors, recording


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def the_error(home: Path) -> dict[str, Any]:
    [error] = errors(home)
    return error


def share(whole: int, parts: int) -> float:
    among = parts - 3
    return whole / among


def middle(whole: int) -> float:
    parts = 3
    return share(whole, parts)


def outer(whole: int) -> float:
    return middle(whole)


@capture_error_context
def decorated(order: int) -> float:
    """Share an order."""
    whole = order * 2
    return outer(whole)


async def soon(order: int) -> float:
    await asyncio.sleep(0)
    return outer(order)


def numbers(order: int) -> Iterator[float]:
    yield 1.0
    yield outer(order)


async def numbers_soon(order: int) -> AsyncIterator[float]:
    yield 1.0
    yield outer(order)


async def exhaust(items: AsyncIterator[float]) -> list[float]:
    return [item async for item in items]


FORMS: dict[str, tuple[Callable[[int], Any], Callable[[Any], Any]]] = {
    "function": (outer, lambda result: result),
    "coroutine": (soon, asyncio.run),
    "generator": (numbers, list),
    "async generator": (numbers_soon, lambda result: asyncio.run(exhaust(result))),
}


def test_the_variables_of_the_raising_frame_are_there_three_levels_below(home: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        decorated(7)
    error = the_error(home)
    shown = [(frame["function"], frame.get("locals")) for frame in error["frames"][:4]]
    assert shown == [
        ("share", {"whole": 14, "parts": 3, "among": 0}),
        ("middle", {"whole": 14, "parts": 3}),
        ("outer", {"whole": 14}),
        ("decorated", {"order": 7, "whole": 14}),
    ]
    assert (error["mechanism"], error["is_handled"]) == ("decorator", False)
    assert error["error_id"] == getattr(caught.value, "__backtrail_error_id__")  # noqa: B009 - as it is kept


def test_the_same_exception_reaches_the_caller() -> None:
    raised = ValueError("mine")

    @capture_error_context
    def fail() -> None:
        raise raised

    with pytest.raises(ValueError, match="mine") as caught:
        fail()
    assert caught.value is raised


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_function_is_watched_to_its_end(form: str, home: Path) -> None:
    function, finished = FORMS[form]
    watched = capture_error_context(function)
    assert inspect.signature(watched) == inspect.signature(function)
    assert watched.__name__ == function.__name__
    for kind in ("iscoroutinefunction", "isgeneratorfunction", "isasyncgenfunction"):
        assert getattr(inspect, kind)(watched) == getattr(inspect, kind)(function)
    with pytest.raises(ZeroDivisionError):
        finished(watched(14))
    error = the_error(home)
    assert [frame["function"] for frame in error["frames"][:3]] == ["share", "middle", "outer"]
    assert error["mechanism"] == "decorator"


def test_layers_that_are_all_watched_make_one_record(home: Path) -> None:
    inside = capture_error_context(outer)

    @capture_error_context()
    def around() -> float:
        with capture_error_context():
            return inside(1)

    with pytest.raises(ZeroDivisionError):
        around()
    assert the_error(home)["mechanism"] == "decorator"


def test_a_block_records_what_leaves_it(home: Path) -> None:
    order = 7
    with pytest.raises(KeyError), capture_error_context(state={"order": order}):
        raise KeyError("user")
    error = the_error(home)
    assert (error["type"], error["mechanism"]) == ("KeyError", "context_manager")
    assert error["state"] == {"order": 7}


def test_state_may_be_a_function_that_is_asked_only_when_something_fails(home: Path) -> None:
    asked: list[int] = []

    def state() -> list[int]:
        asked.append(len(asked))
        return asked

    watched = capture_error_context(state=state)
    with watched:
        pass
    assert asked == []
    with pytest.raises(KeyError), watched:
        raise KeyError("user")
    assert the_error(home)["state"] == [0]


def test_an_asynchronous_block_records_too(home: Path) -> None:
    async def main() -> None:
        async with capture_error_context():
            await soon(7)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())
    assert the_error(home)["mechanism"] == "context_manager"


def test_methods_of_every_kind_are_watched(home: Path) -> None:
    class Shop:
        @capture_error_context
        def own(self) -> str:
            return type(self).__name__

        @classmethod
        @capture_error_context
        def shared(cls) -> str:
            return cls.__name__

        @staticmethod
        @capture_error_context
        def free() -> float:
            return outer(1)

    assert (Shop().own(), Shop.shared()) == ("Shop", "Shop")
    with pytest.raises(ZeroDivisionError):
        Shop.free()
    assert the_error(home)["frames"][3]["function"] == "free"


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_error_passes_unrecorded(ending: type[BaseException], home: Path) -> None:
    with pytest.raises(ending), capture_error_context():
        raise ending
    assert errors(home) == []


def test_a_task_that_is_cancelled_is_no_error(home: Path) -> None:
    @capture_error_context
    async def wait() -> None:
        await asyncio.sleep(60)

    async def main() -> bool:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(main())
    assert errors(home) == []


def test_a_generator_that_is_closed_early_is_no_error(home: Path) -> None:
    items = capture_error_context(numbers)(7)
    assert next(items) == 1.0
    items.close()  # type: ignore[attr-defined]
    assert errors(home) == []


def test_what_the_consumer_of_a_generator_raises_is_not_the_generators(home: Path) -> None:
    for item in capture_error_context(numbers)(7):
        with pytest.raises(ValueError, match="mine"):
            raise ValueError("mine")
        assert item == 1.0
        break
    assert errors(home) == []


def test_what_is_handled_inside_is_not_recorded(home: Path) -> None:
    @capture_error_context
    def careful() -> int:
        try:
            return int(outer(1))
        except ZeroDivisionError:
            return 0

    assert careful() == 0
    assert errors(home) == []


def test_one_decorator_serves_many_calls_at_once(home: Path) -> None:
    @capture_error_context
    async def work(number: int) -> None:
        await asyncio.sleep(0)
        if number % 2:
            raise ValueError(number)

    async def main() -> list[object]:
        return await asyncio.gather(*(work(n) for n in range(4)), return_exceptions=True)

    results = asyncio.run(main())
    assert [str(result) for result in results] == ["None", "1", "None", "3"]
    assert [error["message"] for error in errors(home)] == ["1", "3"]
