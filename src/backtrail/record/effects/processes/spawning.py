"""Programs that the user's own code started through `os`: `system`, `spawn*`, `posix_spawn*`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.effects.audit import quietly
from backtrail.record.effects.processes import children
from backtrail.record.effects.processes.children import Child

_WHERE = "subprocess"
_patches = Patches()


def watch() -> None:
    """Record from here on which programs are started so."""
    _patches.replace(os, "system", _system)
    _patches.replace(os, "_spawnvef", _spawn)
    for name in ("posix_spawn", "posix_spawnp"):
        _patches.replace(os, name, _posix_spawn)
    _patches.replace(os, "waitpid", _waitpid)
    _patches.replace(os, "wait", _waitpid)


def unwatch() -> None:
    """Record it no more."""
    _patches.restore()


def _system(original: Callable[..., Any]) -> Callable[..., Any]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time

    def system(command: Any) -> Any:
        child: Child | None = quietly(_WHERE, _started, command, frame_of(1))
        try:
            status = original(command)
        except BaseException as error:
            step_out(error)
            raise
        if child is not None:
            quietly(_WHERE, children.tell_ended, child, os.waitstatus_to_exitcode(status))
        return status

    return system


def _started(command: Any, frame: Any) -> Child | None:
    child = children.about_to_start(command, frame)
    if child is not None:
        children.tell_started(child)
    return child


def _spawn(original: Callable[..., Any]) -> Callable[..., Any]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time

    def spawnvef(mode: Any, file: Any, args: Any, env: Any, func: Any) -> Any:
        child: Child | None = quietly(_WHERE, children.about_to_start, args, frame_of(1))
        try:
            outcome = original(mode, file, args, env, func)
        except BaseException as error:
            step_out(error)
            if child is not None:
                quietly(_WHERE, children.tell_started, child, env=env, error=error)
            raise
        if child is not None:
            is_ended = mode == os.P_WAIT
            quietly(
                _WHERE, children.tell_started, child, pid=None if is_ended else outcome, env=env
            )
            if is_ended:
                quietly(_WHERE, children.tell_ended, child, outcome)
        return outcome

    return spawnvef


def _posix_spawn(original: Callable[..., Any]) -> Callable[..., Any]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time

    def posix_spawn(path: Any, argv: Any, env: Any, /, **options: Any) -> Any:
        child: Child | None = quietly(_WHERE, children.about_to_start, argv, frame_of(1))
        try:
            pid = original(path, argv, env, **options)
        except BaseException as error:
            step_out(error)
            if child is not None:
                quietly(_WHERE, children.tell_started, child, env=env, error=error)
            raise
        if child is not None:
            quietly(_WHERE, children.tell_started, child, pid=pid, env=env)
        return pid

    return posix_spawn


def _waitpid(original: Callable[..., Any]) -> Callable[..., Any]:
    def waitpid(*args: Any) -> Any:
        try:
            outcome = original(*args)
        except BaseException as error:
            step_out(error)
            raise
        pid, status = outcome
        child = children.known(pid)
        if child is not None and not child.is_collected:
            quietly(_WHERE, children.tell_ended, child, os.waitstatus_to_exitcode(status))
        return outcome

    return waitpid
