from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Generator
from typing import Any, Self

import pytest

from backtrail.record.attach.functions import wrap


class Noted:
    """A context manager that notes what happens to it."""

    seen: list[str]

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def __enter__(self) -> Self:
        self.seen.append("enter")
        return self

    def __exit__(self, *raised: object) -> None:
        kind = raised[0]
        self.seen.append(f"exit {kind.__name__ if isinstance(kind, type) else kind}")

    def pause(self) -> None:
        """Note it."""
        self.seen.append("pause")

    def resume(self) -> None:
        """Note it."""
        self.seen.append("resume")


def wrapped(function: Any) -> tuple[Any, list[str]]:
    seen: list[str] = []
    return wrap(function, lambda: Noted(seen)), seen


def plain(one: int, /, two: str = "b", *three: int, four: float = 4.0, **five: bool) -> str:
    """Say what it got."""
    return f"{one} {two} {three} {four} {five}"


async def soon(one: int) -> int:
    await asyncio.sleep(0)
    return one


def counting(size: int) -> Generator[int, str | None, str]:
    heard = []
    for number in range(size):
        try:
            heard.append((yield number))
        except KeyError as error:
            heard.append(str(error))
    return repr(heard)


async def counting_soon(size: int) -> AsyncGenerator[int, str | None]:
    for number in range(size):
        try:
            if (said := (yield number)) is not None:
                yield len(said)
        except KeyError:
            yield -1


@pytest.mark.parametrize("function", [plain, soon, counting, counting_soon])
def test_a_function_stays_what_it_is(function: Any) -> None:
    same, _ = wrapped(function)
    assert inspect.signature(same) == inspect.signature(function)
    assert (same.__name__, same.__doc__, same.__module__) == (
        function.__name__,
        function.__doc__,
        function.__module__,
    )
    for question in (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
        asyncio.iscoroutine,
    ):
        assert question(same) == question(function)


def test_arguments_and_results_pass_through() -> None:
    same, seen = wrapped(plain)
    assert same(1, "x", 3, 3, four=5, more=True) == plain(1, "x", 3, 3, four=5, more=True)
    assert seen == ["enter", "exit None"]
    with pytest.raises(TypeError, match="positional"):
        same()


def test_what_is_raised_passes_through_as_it_is() -> None:
    error = KeyError("a")

    def fail() -> None:
        raise error

    same, seen = wrapped(fail)
    with pytest.raises(KeyError) as raised:
        same()
    assert raised.value is error
    assert seen == ["enter", "exit KeyError"]


def test_a_coroutine_is_awaited_inside() -> None:
    same, seen = wrapped(soon)
    coroutine = same(5)
    assert seen == []
    assert asyncio.run(coroutine) == 5
    assert seen == ["enter", "exit None"]


def talk(generator: Generator[int, Any, str]) -> list[object]:
    said: list[object] = [next(generator), generator.send("hello"), generator.throw(KeyError("k"))]
    try:
        while True:
            said.append(next(generator))
    except StopIteration as stop:
        said.append(stop.value)
    return said


def test_a_generator_hears_all_that_is_said_to_it() -> None:
    same, seen = wrapped(counting)
    assert talk(same(5)) == talk(counting(5))
    assert seen == ["enter", *["pause", "resume"] * 5, "exit None"]


def test_a_generator_is_outside_while_it_is_suspended() -> None:
    same, seen = wrapped(counting)
    for _ in same(1):
        assert seen[-1] == "pause"


def test_a_generator_that_is_closed_ends_in_order() -> None:
    ended = []

    def guarded() -> Generator[int, None, None]:
        try:
            yield 1
        finally:
            ended.append("finally")

    same, seen = wrapped(guarded)
    generator = same()
    next(generator)
    generator.close()
    assert ended == ["finally"]
    assert seen == ["enter", "pause", "resume", "exit GeneratorExit"]
    with pytest.raises(StopIteration):
        next(generator)


def test_a_generator_that_nobody_began_is_never_inside() -> None:
    same, seen = wrapped(counting)
    same(3).close()
    assert seen == []


def test_a_generator_can_be_delegated_to() -> None:
    same, _ = wrapped(counting)

    def outer() -> Generator[int, Any, None]:
        yield len((yield from same(3)))

    assert list(outer()) == [0, 1, 2, len("[None, None, None]")]


def test_an_async_generator_hears_all_that_is_said_to_it() -> None:
    async def talk_soon(generator: AsyncGenerator[int, Any]) -> list[object]:
        said: list[object] = [
            await anext(generator),
            await generator.asend("hello"),
            await generator.athrow(KeyError("k")),
        ]
        said += [number async for number in generator]
        return said

    same, seen = wrapped(counting_soon)
    assert asyncio.run(talk_soon(same(4))) == asyncio.run(talk_soon(counting_soon(4)))
    assert (seen[0], seen[-1]) == ("enter", "exit None")


def test_an_async_generator_that_is_closed_ends_in_order() -> None:
    same, seen = wrapped(counting_soon)

    async def stop_early() -> None:
        generator = same(4)
        await anext(generator)
        await generator.aclose()

    asyncio.run(stop_early())
    assert seen == ["enter", "pause", "resume", "exit GeneratorExit"]


def test_methods_of_every_kind_stay_what_they_are() -> None:
    seen: list[str] = []

    class Shop:
        name = "shop"

        @lambda function: wrap(function, lambda: Noted(seen))
        def own(self) -> str:
            return self.name

        @lambda function: wrap(function, lambda: Noted(seen))
        @classmethod
        def of_class(cls) -> str:
            return cls.name

        @lambda function: wrap(function, lambda: Noted(seen))
        @staticmethod
        def of_nobody() -> str:
            return "nobody"

    assert [Shop().own(), Shop.of_class(), Shop().of_class(), Shop.of_nobody()] == [
        *["shop"] * 3,
        "nobody",
    ]
    assert seen == ["enter", "exit None"] * 4
    assert wrap(Shop, lambda: Noted(seen)) is Shop
