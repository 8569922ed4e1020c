"""The scope follows into the processes of `multiprocessing` and the process pools.

It travels as text, in places that are pickled anyway, so that a child without Backtrail reads
them without noticing. Only the tasks of `multiprocessing.Pool` have no such place: there the
function is wrapped, and only where the child runs the same Python.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record import guard, scope
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.scope import Scope

CARRIED = "_backtrail_traceparent"
"""Name of the attribute by which a process or a task brings its scope along."""


def follow_processes(patches: Patches, module: ModuleType) -> None:
    """Let processes go on in the scope that starts them."""
    patches.replace(module.BaseProcess, "start", _start)
    patches.replace(module.BaseProcess, "_bootstrap", _bootstrap)


def follow_process_pools(patches: Patches, module: ModuleType) -> None:
    """Let what is submitted to a `ProcessPoolExecutor` run in the scope that submits it."""
    work: Any = module._WorkItem  # noqa: SLF001 - no public place knows both ends
    call: Any = module._CallItem  # noqa: SLF001 - no public place knows both ends
    patches.replace(work, "__init__", _submitted)
    patches.replace(call, "__init__", _called)
    patches.add(call, "__setstate__", _received)


def follow_pools(patches: Patches, module: ModuleType) -> None:
    """Let the tasks of a `multiprocessing.Pool` run in the scope that hands them in."""
    for name in ("apply_async", "_map_async", "imap", "imap_unordered"):
        patches.replace(module.Pool, name, _handing_in)


class Carried:
    """A function that runs in the scope in which it was handed in."""

    __slots__ = ("function", "here", "traceparent")

    def __init__(
        self, function: Callable[..., Any], traceparent: str, here: Scope | None = None
    ) -> None:
        self.function = function
        self.traceparent = traceparent
        self.here = here

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function, wherever this has got to."""
        outside = scope.get()
        if self.here is None:
            _arrive(self.traceparent)
        else:
            scope.activate(self.here)
        try:
            return self.function(*args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        finally:
            scope.activate(outside)

    def __reduce__(self) -> tuple[type[Carried], tuple[Callable[..., Any], str]]:
        return Carried, (self.function, self.traceparent)


class _Keywords(dict[str, Any]):
    """The keywords of a task, which know where it was submitted."""

    traceparent: str


def _start(original: Callable[..., Any]) -> Callable[..., Any]:
    def start(self: Any) -> Any:
        try:
            self.__dict__[CARRIED] = scope.traceparent()
        except Exception as error:  # noqa: BLE001 - an edge: the program's own process
            guard.broke("process start", error)
        try:
            return original(self)
        except BaseException as error:
            step_out(error)
            raise
        finally:
            self.__dict__.pop(CARRIED, None)

    return start


def _bootstrap(original: Callable[..., Any]) -> Callable[..., Any]:
    def bootstrap(self: Any, *args: Any, **kwargs: Any) -> Any:
        _arrive(self.__dict__.pop(CARRIED, None))
        return original(self, *args, **kwargs)

    return bootstrap


def _submitted(original: Callable[..., Any]) -> Callable[..., Any]:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        try:
            carrying = _Keywords(self.kwargs)
            carrying.traceparent = scope.traceparent()
            self.kwargs = carrying
        except Exception as error:  # noqa: BLE001 - an edge: the program's own work
            guard.broke("submit", error)

    return init


def _called(original: Callable[..., Any]) -> Callable[..., Any]:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        carrying = self.kwargs
        if type(carrying) is _Keywords:
            self.kwargs = dict(carrying)
            self.__dict__[CARRIED] = carrying.traceparent

    return init


def _received(self: Any, state: dict[str, Any]) -> None:
    """Take a task out of the queue, which a worker does right before it runs it."""
    self.__dict__.update(state)
    _arrive(self.__dict__.pop(CARRIED, None))


def _handing_in(original: Callable[..., Any]) -> Callable[..., Any]:
    def hand_in(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            if _is_same_python():
                here = scope.current()
                func = Carried(func, scope.traceparent(), here)
        except Exception as error:  # noqa: BLE001 - an edge: the program's own work
            guard.broke("pool", error)
        try:
            return original(self, func, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise

    return hand_in


def _is_same_python() -> bool:
    """Whether spawned processes can be expected to find Backtrail."""
    spawn = sys.modules.get("multiprocessing.spawn")
    executable = spawn.get_executable() if spawn else sys.executable
    return executable in {sys.executable, sys.executable.encode()}


def _arrive(traceparent: str | None) -> None:
    """Make the scope that was brought along the present one."""
    try:
        if traceparent is not None:
            scope.activate(scope.adopt(traceparent))
    except Exception as error:  # noqa: BLE001 - an edge: the program's own process
        guard.broke("arrival", error)
