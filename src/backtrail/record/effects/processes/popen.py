"""Programs that the user's own code started through `subprocess` and asyncio, and their ends.

A child's end is told when the program sees it; where the program takes in what the child writes,
the end of that is told with it. No pipe is read by us, and no child is waited for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.effects.audit import quietly
from backtrail.record.effects.processes import children, spawning
from backtrail.record.effects.processes.children import Child

_WHERE = "subprocess"
_patches = Patches()
_on = [False]


def watch() -> None:
    """Record from here on which programs are started."""
    _on[0] = True
    children.forget()
    spawning.watch()
    when_imported("subprocess", _follow)
    when_imported("asyncio.base_subprocess", _follow_transports)
    when_imported("asyncio.subprocess", _follow_asyncio)


def unwatch() -> None:
    """Record it no more."""
    _on[0] = False
    _patches.restore()
    spawning.unwatch()
    children.forget()


def _follow(subprocess: ModuleType) -> None:
    if _on[0]:
        _patches.replace(subprocess.Popen, "__init__", _init)
        _patches.replace(subprocess.Popen, "_handle_exitstatus", _handle_exitstatus)
        _patches.replace(subprocess.Popen, "wait", _wait)
        _patches.replace(subprocess.Popen, "communicate", _communicate)


def _follow_transports(module: ModuleType) -> None:
    if _on[0]:
        _patches.replace(module.BaseSubprocessTransport, "_process_exited", _process_exited)


def _follow_asyncio(module: ModuleType) -> None:
    if _on[0]:
        _patches.replace(module.Process, "communicate", _communicate_async)


def _init(original: Callable[..., Any]) -> Callable[..., Any]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time
    code = original.__code__
    names = code.co_varnames[1 : code.co_argcount]

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        given = dict(zip(names, args, strict=False)) | kwargs
        child: Child | None = quietly(
            _WHERE, children.about_to_start, given.get("args"), frame_of(1)
        )
        try:
            original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            if child is not None:
                quietly(_WHERE, _tell_started, child, given, error=error)
            raise
        if child is not None:
            quietly(_WHERE, _tell_started, child, given, pid=self.pid)

    return init


def _tell_started(
    child: Child, given: dict[str, Any], *, pid: int | None = None, error: Any = None
) -> None:
    children.tell_started(child, pid=pid, cwd=given.get("cwd"), env=given.get("env"), error=error)


def _handle_exitstatus(original: Callable[..., Any]) -> Callable[..., Any]:
    def handle_exitstatus(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        finally:
            child = children.known(self.pid)
            if child is not None and not child.is_collected:
                quietly(_WHERE, children.tell_ended, child, self.returncode)

    return handle_exitstatus


def _wait(original: Callable[..., Any]) -> Callable[..., Any]:
    def wait(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            _note_timeout(children.known(self.pid), error)
            raise

    return wait


def _note_timeout(child: Child | None, error: BaseException) -> None:
    subprocess = sys.modules.get("subprocess")
    if child is not None and type(error) is getattr(subprocess, "TimeoutExpired", None):
        child.is_timeout = True


def _communicate(original: Callable[..., Any]) -> Callable[..., Any]:
    def communicate(self: Any, *args: Any, **kwargs: Any) -> Any:
        child = _collecting(self)
        try:
            output = original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            _note_timeout(child, error)
            if child is not None and child.is_timeout:
                _keep(child, getattr(error, "output", None), getattr(error, "stderr", None))
            raise
        else:
            if child is not None:
                _keep(child, *output)
            return output
        finally:
            _collected(child, self)

    return communicate


def _collecting(process: Any) -> Child | None:
    """Return the child whose output the program begins to take in, if it is to be told of."""
    child = children.known(process.pid)
    if child is not None:
        child.is_collected = True
    return child


def _collected(child: Child | None, process: Any) -> None:
    if child is not None:
        child.is_collected = False
        if process.returncode is not None:
            quietly(_WHERE, children.tell_ended, child, process.returncode)


def _keep(child: Child, stdout: Any, stderr: Any) -> None:
    child.stdout, child.stderr = children.text_of(stdout), children.text_of(stderr)


def _process_exited(original: Callable[..., Any]) -> Callable[..., Any]:
    def process_exited(self: Any, returncode: Any) -> Any:
        child = children.known(getattr(getattr(self, "_proc", None), "pid", None))
        if child is not None and not child.is_collected:
            quietly(_WHERE, children.tell_ended, child, returncode)
        return original(self, returncode)

    return process_exited


def _communicate_async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def communicate(self: Any, *args: Any, **kwargs: Any) -> Any:
        child = _collecting(self)
        try:
            output = await original(self, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        else:
            if child is not None:
                _keep(child, *output)
            return output
        finally:
            _collected(child, self)

    return communicate
