"""Child processes are told which span they were started in, by `TRACEPARENT`.

The variable goes into the environment that the child is given, never into the program's own.
A program that hands a `TRACEPARENT` of its own making to a child is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from backtrail.record import guard, scope
from backtrail.record.attach import inherit
from backtrail.record.attach.patching import Patches, step_out

VARIABLE = "TRACEPARENT"
_NAMES = (VARIABLE, VARIABLE.encode())


def follow_subprocesses(patches: Patches, subprocess: ModuleType) -> None:
    """Tell the children of `subprocess`, and so those of asyncio."""
    patches.replace(subprocess.Popen, "_execute_child", _execute_child)


def follow_posix_spawn(patches: Patches) -> None:
    """Tell the children of `os.posix_spawn` and `os.posix_spawnp`."""
    for name in ("posix_spawn", "posix_spawnp"):
        patches.replace(os, name, _posix_spawn)


def child_environment(env: Mapping[Any, Any] | None) -> Mapping[Any, Any] | None:
    """Return the environment for a child that the program wants to give it this one.

    `None` stands for the program's own. What cannot be extended is returned as it is.
    """
    try:
        given = os.environ if env is None else env
        if inherit.handed_on:
            if any(type(name) is not str for name in given):
                return env
            return inherit.extended(given, {**inherit.handed_on, VARIABLE: scope.traceparent()})
        own = [value for name, value in given.items() if name in _NAMES]
        if own and own != [os.environ.get(VARIABLE)]:
            return env
        return {**given, VARIABLE: scope.traceparent()}
    except Exception as error:  # noqa: BLE001 - an edge: the program's own child
        guard.broke("child environment", error)
        return env


def _execute_child(original: Callable[..., Any]) -> Callable[..., Any]:
    code = original.__code__
    position = code.co_varnames[1 : code.co_argcount].index("env")

    def execute_child(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = list(args)
        if position < len(given):
            given[position] = child_environment(given[position])
        try:
            return original(self, *given, **kwargs)
        except BaseException as error:
            step_out(error)
            raise

    return execute_child


def _posix_spawn(original: Callable[..., Any]) -> Callable[..., Any]:
    def posix_spawn(*args: Any, **kwargs: Any) -> Any:
        *others, env = args or (None,)
        given = (*others, child_environment(env)) if len(others) == 2 else args  # noqa: PLR2004 - path, argv
        try:
            return original(*given, **kwargs)
        except BaseException as error:
            step_out(error)
            raise

    return posix_spawn
