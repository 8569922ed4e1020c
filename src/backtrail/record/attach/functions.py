"""Runs a function inside a context manager without changing what the function is.

A coroutine function stays one, a generator function stays one, and so on: name, signature and
protocol are those of the original, `send`, `throw` and `close` reach it, and what it returns or
raises passes through untouched.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import wraps
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ITERABLE_COROUTINE = 0x100
CO_ASYNC_GENERATOR = 0x200
"""Flags of code objects, as in `inspect`, which would cost start-up time."""

F = TypeVar("F", bound=Callable[..., Any])


class Around(Protocol):
    """A context manager that can also step out of the program's way for a while."""

    def __enter__(self) -> Any: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
        /,
    ) -> None: ...

    def pause(self) -> None:
        """Step back while a generator is suspended: its consumer is outside."""

    def resume(self) -> None:
        """Step in again before the generator goes on."""


def wrap(function: F, around: Callable[[], Around]) -> F:
    """Return the function with each call, or each generator's life, inside a new `around()`.

    Static, class and bound methods are wrapped as what they are. A class is wrapped nowhere:
    it is returned as it is.
    """
    if isinstance(function, staticmethod | classmethod):
        return cast("F", type(function)(wrap(function.__func__, around)))
    if isinstance(function, type):
        return function
    flags: int = getattr(getattr(function, "__code__", None), "co_flags", 0)
    if flags & CO_ASYNC_GENERATOR:
        wrapper: Any = _async_generator(function, around)
    elif flags & CO_COROUTINE:
        wrapper = _coroutine(function, around)
    elif flags & (CO_GENERATOR | CO_ITERABLE_COROUTINE) == CO_GENERATOR:
        wrapper = _generator(function, around)
    else:
        wrapper = _function(function, around)
    return cast("F", wraps(function)(wrapper))


def _function(function: Callable[..., Any], around: Callable[[], Around]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with around():
            return function(*args, **kwargs)

    return wrapper


def _coroutine(
    function: Callable[..., Coroutine[Any, Any, Any]], around: Callable[[], Around]
) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        with around():
            return await function(*args, **kwargs)

    return wrapper


def _generator(
    function: Callable[..., Generator[Any, Any, Any]], around: Callable[[], Around]
) -> Callable[..., Generator[Any, Any, Any]]:
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator = function(*args, **kwargs)
        step: Callable[[], Any] = generator.__next__
        with (inside := around()):
            while True:
                try:
                    item = step()
                except StopIteration as stop:
                    return stop.value
                inside.pause()
                try:
                    sent = yield item
                except GeneratorExit:
                    inside.resume()
                    generator.close()
                    raise
                except BaseException as thrown:  # noqa: BLE001 - handed on to the generator
                    step = _throwing(generator, thrown)
                else:
                    step = generator.__next__ if sent is None else _sending(generator, sent)
                inside.resume()

    return wrapper


def _sending(generator: Generator[Any, Any, Any], sent: Any) -> Callable[[], Any]:
    return lambda: generator.send(sent)


def _throwing(generator: Generator[Any, Any, Any], thrown: BaseException) -> Callable[[], Any]:
    return lambda: generator.throw(thrown)


def _async_generator(
    function: Callable[..., AsyncGenerator[Any, Any]], around: Callable[[], Around]
) -> Callable[..., AsyncGenerator[Any, Any]]:
    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        generator = function(*args, **kwargs)
        step = generator.__anext__()
        with (inside := around()):
            while True:
                try:
                    item = await step
                except StopAsyncIteration:
                    return
                inside.pause()
                try:
                    sent = yield item
                except GeneratorExit:
                    inside.resume()
                    await generator.aclose()
                    raise
                except BaseException as thrown:  # noqa: BLE001 - handed on to the generator
                    inside.resume()
                    step = generator.athrow(thrown)
                else:
                    inside.resume()
                    step = generator.asend(sent)

    return wrapper
