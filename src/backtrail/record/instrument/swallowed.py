"""Exceptions that vanish without an `except`: in `suppress`, in futures, in gathered results."""

from __future__ import annotations

import _ast
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from backtrail.model.limits import EFFECT_PLACES_MAX
from backtrail.record import guard, switch
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.capture.callers import app_frame
from backtrail.record.instrument import taken
from backtrail.record.instrument.rewrite import Sites
from backtrail.record.instrument.taken import Firings, How

_patches = Patches()
_firings: dict[tuple[int, int], Firings] = {}
"""By code and instruction."""


class _State:
    is_on = False


def watch() -> None:
    """Record from here on what exceptions go into `suppress` and into futures."""
    _State.is_on = True
    when_imported("contextlib", _watch_suppress)
    when_imported("concurrent.futures._base", _watch_futures)


def unwatch() -> None:
    """Let it all be as it was."""
    _State.is_on = False
    _patches.restore()
    _firings.clear()


class Gathered:
    """The site of one `await` of results among which there may be exceptions."""

    __slots__ = ("firings",)

    def __init__(self) -> None:
        self.firings = Firings()

    def seen(self, results: Any) -> Any:
        """Record the exceptions among the results, and return these."""
        if type(results) is list and switch.is_enabled():
            for each in results:
                if issubclass(type(each), BaseException):
                    _take(each, sys._getframe(1), self.firings, "future")  # noqa: SLF001 - inspect costs start-up time
        return results

    def __reduce__(self) -> tuple[Any, ...]:
        return taken.without_us()


def mark(tree: _ast.Module, sites: Sites) -> None:
    """Put a site around each `await` of results among which exceptions are asked for."""
    sites.put_around(tree, _asks_for_exceptions, lambda _: Gathered())


def _asks_for_exceptions(node: Any) -> bool:
    call = node.value if type(node) is _ast.Await else None
    return type(call) is _ast.Call and any(
        keyword.arg == "return_exceptions"
        and type(keyword.value) is _ast.Constant
        and keyword.value.value is True
        for keyword in call.keywords
    )


def _watch_suppress(contextlib: ModuleType) -> None:
    if _State.is_on:
        _patches.replace(contextlib.suppress, "__exit__", _exit)


def _exit(original: Callable[..., Any]) -> Callable[..., Any]:
    def exit_suppress(self: Any, kind: Any, error: Any, traceback: Any) -> Any:
        try:
            is_suppressed = original(self, kind, error, traceback)
        except BaseException as fault:
            step_out(fault)
            raise
        if is_suppressed and error is not None:
            frame = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
            if app_frame(frame) is frame:
                _take(error, frame, _firings_of(frame), "suppress")
        return is_suppressed

    return exit_suppress


def _watch_futures(base: ModuleType) -> None:
    if _State.is_on:
        _patches.replace(base.Future, "set_exception", _set_exception)


def _set_exception(original: Callable[..., Any]) -> Callable[..., Any]:
    def set_exception(self: Any, exception: Any) -> Any:
        traceback = getattr(exception, "__traceback__", None)
        if traceback is not None:
            while traceback.tb_next is not None:
                traceback = traceback.tb_next
            frame = sys._getframe(1)  # noqa: SLF001 - inspect costs start-up time
            _take(exception, frame, _firings_of(traceback.tb_frame), "future")
        try:
            return original(self, exception)
        except BaseException as fault:
            step_out(fault)
            raise

    return set_exception


def _take(error: BaseException, frame: FrameType, firings: Firings, how: How) -> None:
    if not switch.is_enabled():
        return
    try:
        taken.take(error, frame, firings, how)
    except Exception as fault:  # noqa: BLE001 - an edge: nothing may reach the program
        guard.broke(how, fault)


def _firings_of(frame: FrameType) -> Firings:
    """Return what is counted at the instruction that a frame is at."""
    key = (id(frame.f_code), frame.f_lasti)
    found = _firings.get(key)
    if found is None:
        if len(_firings) >= EFFECT_PLACES_MAX:
            _firings.clear()
        found = _firings[key] = Firings()
    return found
