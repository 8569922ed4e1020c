"""Errors that leave a function or a block, recorded on their way and passed on unchanged."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from backtrail.model.kinds import Mechanism
from backtrail.record.attach.functions import wrap
from backtrail.record.occurrence.raised import capture_exception

F = TypeVar("F", bound=Callable[..., Any])


class ErrorContext:
    """A context manager, also `async with`, and a decorator; one object serves many uses."""

    __slots__ = ("mechanism", "state")

    def __init__(self, state: Any = None, mechanism: Mechanism = "context_manager") -> None:
        self.state = state
        self.mechanism: Mechanism = mechanism

    def pause(self) -> None:
        """Do nothing while a generator is suspended: what its consumer raises is not its own."""

    def resume(self) -> None:
        """Do nothing when the generator goes on."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        # Not `isinstance`, which asks the object itself for its class.
        if raised is not None and issubclass(type(raised), Exception):
            capture_exception(raised, mechanism=self.mechanism, is_handled=False, state=self.state)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.__exit__(kind, raised, at)

    def __call__(self, function: F) -> F:
        """Return the function with each of its calls inside such a block."""
        inside = ErrorContext(self.state, "decorator")
        return wrap(function, lambda: inside)


@overload
def capture_error_context(function: F, /) -> F: ...
@overload
def capture_error_context(*, state: Any = None) -> ErrorContext: ...
def capture_error_context(function: F | None = None, /, *, state: Any = None) -> F | ErrorContext:
    """Record every error that leaves a function or a block, and let it go on.

    `@capture_error_context`, `@capture_error_context(state=…)` and
    `with capture_error_context():` all work, for functions, coroutines and generators of both
    kinds. What is no error, such as the cancelling of a task or the closing of a generator, is not
    recorded. `state` is a value, or a function that returns one, to be kept with the error.
    """
    context = ErrorContext(state)
    return context if function is None else context(function)
