"""Variables of the environment that the user's own code read or set.

Only what it reads itself is recorded, and what a library reads for it and finds; not what the
standard library looks up for its own purposes, nor a walk over all variables. Each variable is
recorded once for each place.
"""

from __future__ import annotations

import os
import sys
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

from backtrail.model.effects import EnvironmentChanged, EnvironmentRead
from backtrail.model.limits import CALLS_MAX, EFFECT_PLACES_MAX, VARIABLE_LOOKS_MAX, VARIABLES_MAX
from backtrail.record import scope
from backtrail.record.attach.patching import Patches
from backtrail.record.capture.callers import callers
from backtrail.record.capture.redact import MARKER, is_secret_name
from backtrail.record.capture.values.walk import Walk, shown_text
from backtrail.record.effects import audit
from backtrail.record.effects.audit import quietly
from backtrail.record.effects.origin import origin, tell
from backtrail.record.effects.quota import Quota

_ACCESS = frozenset({os.getenv.__code__.co_filename, Mapping.get.__code__.co_filename})
"""Code of the standard library through which everybody reads a variable."""
_MEANS = frozenset({"getenv", "getenvb", "__getitem__", "get", "__contains__", "pop", "setdefault"})
"""Functions in it that read one variable for whoever calls them."""

_WHERE = "environment"
_patches = Patches()
_read: dict[tuple[object, ...], None] = {}
"""Variables with the places that read them, which are recorded already."""
_looked: dict[object, tuple[str, object, int]] = {}
"""By variable: in which trace it was read last, its value, and how often that was looked at."""
_reads = Quota(VARIABLES_MAX, "variable read")
_changes = Quota(VARIABLES_MAX, "variable changed")


def watch() -> None:
    """Record from here on which variables are read and changed."""
    _read.clear()
    _looked.clear()
    _reads.forget()
    _changes.forget()
    kind = type(os.environ)
    plain = kind.__getitem__
    _patches.replace(kind, "__getitem__", _getting)
    _patches.replace(kind, "items", lambda _: lambda self: ItemsView(self, plain))
    _patches.replace(kind, "values", lambda _: lambda self: ValuesView(self, plain))
    audit.listen("os.putenv", _set)
    audit.listen("os.unsetenv", _unset)


def unwatch() -> None:
    """Record it no more."""
    _patches.restore()
    _looked.clear()
    audit.ignore("os.putenv", "os.unsetenv")


class ItemsView(abc.ItemsView[Any, Any]):
    """All variables with their values: a walk over them, of which nothing is recorded.

    Some libraries walk over all of them for every request that they send.
    """

    def __init__(self, mapping: Any, plain: Callable[..., Any]) -> None:
        super().__init__(mapping)
        self._all = mapping
        self._plain = plain

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for key in self._all:
            yield key, self._plain(self._all, key)


class ValuesView(abc.ValuesView[Any]):
    """The values of all variables: a walk over them, of which nothing is recorded."""

    def __init__(self, mapping: Any, plain: Callable[..., Any]) -> None:
        super().__init__(mapping)
        self._all = mapping
        self._plain = plain

    def __iter__(self) -> Iterator[Any]:
        for key in self._all:
            yield self._plain(self._all, key)


def _getting(original: Callable[..., Any]) -> Callable[..., Any]:
    frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time

    def getitem(self: Any, key: Any) -> Any:
        try:
            value = original(self, key)
        except BaseException as error:
            if (above := error.__traceback__) is not None:
                error.__traceback__ = above.tb_next
            if type(error) is KeyError:
                looked = _looked.get(key)
                # In place, here and below: some libraries read many for each of their requests.
                if (
                    looked is None
                    or looked[2] < VARIABLE_LOOKS_MAX
                    or looked[1] is not None
                    or looked[0] is not scope.get().lane.trace.trace_id
                ) and _is_worth_a_look(key, None):
                    quietly(_WHERE, _tell_read, key, None, frame_of(1))
            raise
        looked = _looked.get(key)
        if (
            looked is None
            or looked[2] < VARIABLE_LOOKS_MAX
            or looked[1] != value
            or looked[0] is not scope.get().lane.trace.trace_id
        ) and _is_worth_a_look(key, value):
            quietly(_WHERE, _tell_read, key, value, frame_of(1))
        return value

    return getitem


def _is_worth_a_look(key: Any, value: Any) -> bool:
    """Tell whether a variable has not been read very often in this trace, as it is by now."""
    trace = scope.get().lane.trace.trace_id
    looked = _looked.get(key)
    if looked is None or looked[0] != trace or looked[1] != value:
        if len(_looked) >= EFFECT_PLACES_MAX:
            _looked.clear()
        _looked[key] = (trace, value, 1)
        return True
    if looked[2] >= VARIABLE_LOOKS_MAX:
        return False
    _looked[key] = (trace, value, looked[2] + 1)
    return True


def _text(given: Any) -> str:
    return os.fsdecode(given) if type(given) is bytes else str.__str__(given)


def _reader(frame: FrameType | None) -> tuple[FrameType | None, str]:
    """Return who reads a variable, past the standard library's own means of doing so."""
    while frame is not None:
        code = frame.f_code
        if code.co_filename not in _ACCESS:
            return frame, code.co_filename
        if code.co_name not in _MEANS:
            return None, ""
        frame = frame.f_back
    return None, ""


def _tell_read(given: Any, value: Any, frame: FrameType | None) -> None:
    name = _text(given)
    reader, file = _reader(frame)
    app = origin(reader)
    if app is None or (app is not reader and (value is None or not _is_package(file))):
        return
    trace = scope.current().trace.trace_id
    key = (trace, name, app.f_code.co_filename, app.f_lineno)
    if key in _read:
        return
    if len(_read) >= EFFECT_PLACES_MAX:
        _read.clear()
    _read[key] = None
    if not _reads.left(app):
        return
    walk, calls = Walk(), callers(app, CALLS_MAX)
    body = EnvironmentRead(
        name=shown_text(name, walk),
        value=_shown(name, None if value is None else _text(value), walk),
        caller=calls[0],
        calls=calls,
    )
    tell("environment.read", body, walk)


def _is_package(file: str) -> bool:
    return f"{os.sep}site-packages{os.sep}" in file or f"{os.sep}dist-packages{os.sep}" in file


def _shown(name: str, value: str | None, walk: Walk) -> str | None:
    if value is None:
        return None
    if is_secret_name(name):
        walk.taint(value)
        return MARKER
    return shown_text(value, walk)


def _set(arguments: audit.Arguments, frame: FrameType | None) -> None:
    _tell_changed(arguments[0], _text(arguments[1]), frame)


def _unset(arguments: audit.Arguments, frame: FrameType | None) -> None:
    _tell_changed(arguments[0], None, frame)


def _tell_changed(key: bytes, after: str | None, frame: FrameType | None) -> None:
    app = origin(frame)
    name = _text(key)
    if app is None or not _changes.left(app, name):
        return
    # Python's own view is changed after the system's.
    data: dict[Any, Any] = getattr(os.environ, "_data", {})
    before = data.get(key)
    walk, calls = Walk(), callers(app, CALLS_MAX)
    body = EnvironmentChanged(
        name=shown_text(name, walk),
        before=_shown(name, None if before is None else _text(before), walk),
        after=_shown(name, after, walk),
        caller=calls[0],
        calls=calls,
    )
    tell("environment.changed", body, walk)
