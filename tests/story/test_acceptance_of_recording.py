"""Acceptance checks 1 and 2: recording does not change the program.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

import backtrail
from backtrail.model import limits
from backtrail.record import guard
from backtrail.record.occurrence import repeats
from recorded import entries, events, recording

DECORATORS: list[Callable[[Any], Any]] = [
    backtrail.trace_span("work", user=17),
    backtrail.capture_error_context,
    backtrail.capture_error_context(state={"plan": "pro"}),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    repeats.forget()
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.fixture(params=DECORATORS, ids=["span", "capture", "capture with state"])
def decorated(request: pytest.FixtureRequest, home: Path) -> Any:
    """Each decorator that a program may put on a function, while that is recorded."""
    assert not home.exists()
    return request.param


@pytest.mark.acceptance(1)
def test_a_decorated_function_keeps_its_signature_and_gets_no_further_keyword(
    decorated: Any,
) -> None:
    def total(price: int, /, count: int = 2, *more: int, tax: float = 0.5, **rest: Any) -> Any:
        """Sum it up."""
        return price, count, more, tax, rest

    wrapped = decorated(total)
    assert inspect.signature(wrapped) == inspect.signature(total)
    assert (wrapped.__name__, wrapped.__doc__) == ("total", "Sum it up.")
    assert wrapped.__qualname__ == total.__qualname__
    assert wrapped.__annotations__ == total.__annotations__
    assert wrapped(3) == (3, 2, (), 0.5, {})
    assert wrapped(3, 4, 5, tax=1.0, who="me") == (3, 4, (5,), 1.0, {"who": "me"})
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'price'"):
        wrapped()


@pytest.mark.promise("P6")
@pytest.mark.acceptance(1)
def test_a_decorated_function_returns_and_raises_the_very_same_object(decorated: Any) -> None:
    value, error = object(), KeyError("order")
    assert decorated(lambda: value)() is value

    @decorated
    def fail() -> NoReturn:
        raise error

    with pytest.raises(KeyError) as raised:
        fail()
    assert raised.value is error
    assert (error.args, error.__cause__, error.__context__) == (("order",), None, None)


@pytest.mark.acceptance(1)
def test_a_decorated_method_has_its_self_and_its_class(decorated: Any) -> None:
    class Order:
        def __init__(self, number: int) -> None:
            self.number = number

        @decorated
        def itself(self) -> Order:
            return self

        @classmethod
        @decorated
        def of(cls, number: int) -> Order:
            return cls(number)

        @staticmethod
        @decorated
        def zero() -> int:
            return 0

        @property
        @decorated
        def double(self) -> int:
            return self.number * 2

    order = Order.of(4)
    assert order.itself() is order
    assert (order.double, Order.zero(), type(order)) == (8, 0, Order)


@pytest.mark.acceptance(1)
def test_a_decorated_coroutine_function_stays_one(decorated: Any) -> None:
    value, error = object(), KeyError("order")

    @decorated
    async def load(*, is_there: bool) -> object:
        await asyncio.sleep(0)
        if is_there:
            return value
        raise error

    assert inspect.iscoroutinefunction(load)
    assert asyncio.run(load(is_there=True)) is value
    with pytest.raises(KeyError) as raised:
        asyncio.run(load(is_there=False))
    assert raised.value is error


@pytest.mark.acceptance(1)
def test_a_decorated_generator_keeps_the_whole_protocol(decorated: Any) -> None:
    seen: list[str] = []

    @decorated
    def talk() -> Generator[str, str, str]:
        try:
            seen.append((yield "first"))
            try:
                yield "second"
            except LookupError as error:
                seen.append(repr(error))
            yield "third"
        finally:
            seen.append("closed")
        return "answer"

    assert inspect.isgeneratorfunction(talk)
    talking = talk()
    assert seen == [], "nothing runs before the first step"
    assert next(talking) == "first"
    assert talking.send("sent") == "second"
    assert talking.throw(LookupError("thrown")) == "third"
    with pytest.raises(StopIteration) as ended:
        next(talking)
    assert ended.value.value == "answer"
    left = talk()
    next(left)
    left.close()
    assert seen == ["sent", "LookupError('thrown')", "closed", "closed"]


@pytest.mark.acceptance(1)
def test_a_decorated_asynchronous_generator_keeps_the_whole_protocol(decorated: Any) -> None:
    @decorated
    async def talk() -> AsyncGenerator[str, str]:
        heard = yield "first"
        try:
            yield heard
        except LookupError:
            yield "caught"

    async def main() -> list[str]:
        talking = talk()
        said = [await anext(talking), await talking.asend("sent")]
        said.append(await talking.athrow(LookupError()))
        await talking.aclose()
        return said + [word async for word in talk()]

    assert inspect.isasyncgenfunction(talk)
    assert asyncio.run(main()) == ["first", "sent", "caught", "first", None]


class Hostile:
    """Raises wherever Python would look."""

    __slots__ = ("secret_count",)
    touched: list[str] = []  # noqa: RUF012 - shared on purpose

    def _refuse(self, *_: Any) -> NoReturn:
        Hostile.touched.append("touched")
        raise RuntimeError("do not look")

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = _refuse  # type: ignore[assignment]
    __getattr__ = __hash__ = __format__ = __getitem__ = __contains__ = _refuse  # type: ignore[assignment]


def many_rows() -> sqlite3.Cursor:
    """Give rows that are still in the database."""
    return sqlite3.connect(":memory:").execute("SELECT 1 UNION SELECT 2 UNION SELECT 3")


def cyclic() -> list[Any]:
    """Give a list that holds itself."""
    around: list[Any] = [1]
    around.append({"again": around})
    return around


def passed_through(value: Any) -> Any:
    """Let a value go by every way of recording, and return it."""
    backtrail.debug("look_at", value, value, value=value)

    @backtrail.capture_error_context(state=value)
    def fail(held: Any) -> NoReturn:
        raise LookupError(type(held))

    with backtrail.trace_span("look", value=value), suppress(LookupError):
        fail(value)
    return value


@pytest.mark.acceptance(2)
def test_a_value_that_raises_wherever_one_looks_is_not_looked_at(home: Path) -> None:
    Hostile.touched.clear()
    value = Hostile()
    assert passed_through(value) is value
    assert Hostile.touched == []
    (entry,) = entries(home)
    assert entry["attributes"]["value"]["$type"].endswith("Hostile")
    assert not guard.lost


@pytest.mark.acceptance(2)
@pytest.mark.parametrize(
    ("value", "mark"),
    [
        (cyclic(), '"$cycle"'),
        ("long " * 20_000_000, "[+99998976 chars]"),
        (b"x" * 100_000_000, '"size"'),
        ({number: str(number) for number in range(100_000)}, '"$cut"'),
        ([[[[[[[[[[[["deep"]]]]]]]]]]]], '"$depth"'),
        (object(), '"$type"'),
        (float("nan"), '"$type"'),
    ],
    ids=["cyclic", "long text", "100 MB", "many", "deep", "no JSON", "no number"],
)
def test_a_value_that_does_not_fit_is_marked_and_bounded(home: Path, value: Any, mark: str) -> None:
    assert passed_through(value) is value
    (entry,) = entries(home)
    text = json.dumps(entry)
    assert mark in text
    assert len(text) <= limits.LINE_BYTES_MAX
    (error,) = events(home, "error.raised")
    assert mark in json.dumps(error.body)
    assert len(json.dumps(error.body)) <= limits.ERROR_BYTES_MAX


@pytest.mark.acceptance(2)
def test_what_is_lazy_is_never_consumed(home: Path) -> None:
    numbers = (number for number in range(3))
    lines = iter(["a", "b"])
    rows = many_rows()
    for lazy in (numbers, lines, rows):
        assert passed_through(lazy) is lazy
    assert (list(numbers), list(lines)) == ([0, 1, 2], ["a", "b"])
    assert rows.fetchall() == [(1,), (2,), (3,)]
    assert len(entries(home)) == 3


@pytest.mark.acceptance(2)
def test_a_property_with_a_side_effect_is_not_read(home: Path) -> None:
    class Account:
        reads = 0

        @property
        def balance(self) -> int:
            Account.reads += 1
            return 0

        def __repr__(self) -> str:
            Account.reads += 1
            return "Account"

    passed_through(Account())
    assert Account.reads == 0
    assert len(entries(home)) == 1
