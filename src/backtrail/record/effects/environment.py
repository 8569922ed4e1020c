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
from backtrail.record.attach.patching import Patches, step_out
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
_frame_of = sys._getframe  # noqa: SLF001 - inspect costs start-up time
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
    _patches.replace(kind, "__getitem__", _getting)
    _patches.replace(kind, "get", lambda _: _get)
    _patches.replace(kind, "__contains__", lambda _: _contains)
    _patches.replace(kind, "items", lambda _: _items)
    _patches.replace(kind, "values", lambda _: _values)
    audit.listen("os.putenv", _set)
    audit.listen("os.unsetenv", _unset)


def unwatch() -> None:
    """Record it no more."""
    _patches.restore()
    _looked.clear()
    audit.ignore("os.putenv", "os.unsetenv")


class ItemsView(abc.ItemsView[Any, Any]):
    """All variables with their values: a walk over them, of which nothing is recorded.

    Some libraries walk over all of them for every request that they send, so nothing here is done
    twice: the standard library's own walk decodes each name, encodes it and looks it up.
    """

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return _walk(self._mapping)  # type: ignore[attr-defined]


class ValuesView(abc.ValuesView[Any]):
    """The values of all variables: a walk over them, of which nothing is recorded."""

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in _walk(self._mapping))  # type: ignore[attr-defined]


def _walk(environ: Any) -> Iterator[tuple[Any, Any]]:
    data, name_of, value_of = environ._data, environ.decodekey, environ.decodevalue  # noqa: SLF001 - what its own methods use
    for key in list(data):
        name = name_of(key)
        try:
            value = data[key]
        except KeyError:
            # It went while the program walked.
            raise KeyError(name) from None
        yield name, value_of(value)


def _items(self: Any) -> ItemsView:
    return ItemsView(self)


def _values(self: Any) -> ValuesView:
    return ValuesView(self)


def _getting(original: Callable[..., Any]) -> Callable[..., Any]:
    def getitem(self: Any, key: Any) -> Any:
        try:
            value = original(self, key)
        except BaseException as error:
            step_out(error)
            if type(error) is KeyError:
                _look(key, None)
            raise
        _look(key, value)
        return value

    return getitem


# As the two below read a variable, one that is not set needs no exception: some libraries look for
# many for each of their requests.


def _get(self: Any, key: Any, default: Any = None) -> Any:
    try:
        found = self._data.get(self.encodekey(key))
    except BaseException as error:
        step_out(error)
        raise
    if found is None:
        _look(key, None)
        return default
    value = self.decodevalue(found)
    _look(key, value)
    return value


def _contains(self: Any, key: Any) -> bool:
    try:
        found = self._data.get(self.encodekey(key))
    except BaseException as error:
        step_out(error)
        raise
    _look(key, None if found is None else self.decodevalue(found))
    return found is not None


def _look(key: Any, value: Any) -> None:
    """Tell of a variable that has not been read very often in this trace, as it is by now."""
    looked = _looked.get(key)
    trace = scope.get().lane.trace.trace_id
    if looked is None or looked[0] is not trace or looked[1] != value:
        if len(_looked) >= EFFECT_PLACES_MAX:
            _looked.clear()
        looked = (trace, value, 0)
    if looked[2] < VARIABLE_LOOKS_MAX:
        _looked[key] = (trace, value, looked[2] + 1)
        quietly(_WHERE, _tell_read, key, value, _frame_of(2))


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
