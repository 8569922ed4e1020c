"""Errors that nobody caught: in the main thread, threads, asyncio tasks, processes, `__del__`.

Each hook records and then does what would have been done without it. `SystemExit` is no error.
`KeyboardInterrupt` is recorded like any other that ends the program: whoever interrupts a program
that hangs wants to know where it was.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, cast

from backtrail.model.kinds import Mechanism
from backtrail.record import guard, switch
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.error import capture_exception

RAW_THREAD = "Exception ignored in thread started by"
"""How Python reports an error that ended a thread of `_thread.start_new_thread`."""
SPAWNED = "--multiprocessing-fork"
"""How `multiprocessing` starts a process that is not forked."""


class _Hooks:
    """What is hooked at present."""

    def __init__(self) -> None:
        self.patches = Patches()
        self.is_on = False


_hooks = _Hooks()


def install_hooks() -> None:
    """Record from here on what nobody catches."""
    if _hooks.is_on:
        return
    _hooks.is_on = True
    _hooks.patches.replace(sys, "excepthook", _excepthook)
    _hooks.patches.replace(sys, "unraisablehook", _unraisablehook)
    when_imported("threading", _hook_threads)
    when_imported("asyncio.base_events", _hook_loops)
    when_imported("multiprocessing.process", _hook_processes)
    atexit.register(record_last_error)


def remove_hooks() -> None:
    """Let everything be as it was."""
    _hooks.is_on = False
    _hooks.patches.restore()
    atexit.unregister(record_last_error)


def record_last_error() -> None:
    """Record the error that ends the program where it put a hook of its own in place of ours.

    While ours is in place it has seen every error that ends the program, and `sys.last_value` is
    one that a test runner or a debugger left there.
    """
    if not _hooks.is_on or _hooks.patches.is_ours(sys.excepthook):
        return
    error = getattr(sys, "last_exc", None)
    _record(getattr(sys, "last_value", None) if error is None else error, "uncaught")


def _record(error: object, mechanism: Mechanism) -> None:
    """Record an error that nobody caught."""
    # Not `isinstance`, which asks the object itself for its class.
    kind = type(error)
    if not _hooks.is_on or issubclass(kind, SystemExit) or not issubclass(kind, BaseException):
        return
    try:
        capture_exception(cast("BaseException", error), mechanism=mechanism)
    except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.broke("hook", fault)


def _excepthook(original: Callable[..., Any]) -> Callable[..., Any]:
    def excepthook(kind: Any, value: Any, traceback: Any, /) -> Any:
        _record(value, "uncaught")
        try:
            return original(kind, value, traceback)
        except BaseException as error:
            step_out(error)
            raise

    return excepthook


def _unraisablehook(original: Callable[..., Any]) -> Callable[..., Any]:
    def unraisablehook(unraisable: Any, /) -> Any:
        said = getattr(unraisable, "err_msg", None)
        is_thread = type(said) is str and said.startswith(RAW_THREAD)
        _record(getattr(unraisable, "exc_value", None), "thread" if is_thread else "unraisable")
        try:
            return original(unraisable)
        except BaseException as error:
            step_out(error)
            raise

    return unraisablehook


def _hook_threads(threading: ModuleType) -> None:
    """Hear of errors where threads meet them, whatever `threading.excepthook` is."""
    if not _hooks.is_on:
        return

    def make_invoke_excepthook(original: Callable[..., Any]) -> Callable[..., Any]:
        return lambda: _heard_in_thread(original())

    _hooks.patches.replace(threading, "_make_invoke_excepthook", make_invoke_excepthook)
    for thread in list(threading._dangling):  # noqa: SLF001 - every thread that there is
        if "_invoke_excepthook" in thread.__dict__:
            invoke = thread._invoke_excepthook  # noqa: SLF001 - see above
            thread._invoke_excepthook = _heard_in_thread(invoke)  # noqa: SLF001 - see above


def _heard_in_thread(invoke: Callable[..., Any]) -> Callable[..., Any]:
    def invoke_excepthook(thread: Any) -> Any:
        _record(sys.exc_info()[1], "thread")
        return invoke(thread)

    return invoke_excepthook


def _hook_loops(base_events: ModuleType) -> None:
    """Hear of errors of tasks and callbacks, whatever handler the loop has."""
    if _hooks.is_on:
        _hooks.patches.replace(
            base_events.BaseEventLoop, "call_exception_handler", _call_exception_handler
        )


def _call_exception_handler(original: Callable[..., Any]) -> Callable[..., Any]:
    def call_exception_handler(self: Any, context: Any) -> Any:
        try:
            _record_in_context(context)
        except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
            guard.broke("task hook", fault)
        return original(self, context)

    return call_exception_handler


def _record_in_context(context: dict[str, Any]) -> None:
    """Record an error of a task or a callback in the context in which that ran."""
    error = context.get("exception")
    if error is None:
        return
    ran_in = getattr(context.get("handle"), "_context", None)
    for name in ("task", "future"):
        get_context = getattr(context.get(name), "get_context", None)
        if ran_in is None and get_context is not None:
            ran_in = get_context()
    if ran_in is None:
        _record(error, "task")
        return
    try:
        ran_in.run(_record, error, "task")
    except RuntimeError:
        # It is entered at this moment.
        _record(error, "task")


def _hook_processes(process: ModuleType) -> None:
    """Hear of errors that end a process, before `multiprocessing` prints them."""
    if _hooks.is_on:
        _hooks.patches.replace(process.BaseProcess, "_bootstrap", _bootstrap)


def _bootstrap(original: Callable[..., Any]) -> Callable[..., Any]:
    def bootstrap(self: Any, *args: Any, **kwargs: Any) -> Any:
        run = self.run

        def heard() -> Any:
            try:
                return run()
            except BaseException as error:
                step_out(error)
                _record(error, "uncaught")
                raise

        self.__dict__["run"] = heard
        try:
            return original(self, *args, **kwargs)
        finally:
            if SPAWNED not in sys.orig_argv:
                # A forked process leaves by `os._exit`: nothing else will say that it ended well.
                switch.end()

    return bootstrap
