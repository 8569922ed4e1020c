"""What a state is read from: a value, a function, a file, a folder or a database."""

from __future__ import annotations

import sys
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from backtrail.record.attach.functions import CO_COROUTINE
from backtrail.record.capture.values.shapes import derives, type_name
from backtrail.record.state import databases, files
from backtrail.record.state.whole import Look, named

Json = Any

_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, partial)
"""What is called for the state; an object that may be called is itself the state."""
_NOT_STATE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType, type)
"""What a module or a class holds that is no state of it."""


class Unreadable(Exception):  # noqa: N818 - it never leaves the recorder
    """A state that cannot be read, for no fault of ours."""


def state_of(source: Any, name: str, tables: tuple[str, ...], look: Look) -> Json:
    """Return the state that a source holds at this moment, as JSON.

    Raises:
        Unreadable: its function failed, or it is a file or a database that cannot be read.
    """
    if type(source) in _FUNCTIONS:
        return named(name, _called(source), look)
    return _held(source, name, tables, look)


async def state_of_async(source: Any, name: str, tables: tuple[str, ...], look: Look) -> Json:
    """Return the state that a source holds, awaiting it where its function is asynchronous.

    Raises:
        Unreadable: as of `state_of`.
    """
    if not is_async(source):
        return state_of(source, name, tables, look)
    try:
        value = await source()
    except Exception as error:
        raise Unreadable("its function failed") from error
    return named(name, value, look)


def is_async(source: Any) -> bool:
    """Whether a source is a function that has to be awaited."""
    function = source.__func__ if type(source) is MethodType else source
    return type(function) is FunctionType and bool(function.__code__.co_flags & CO_COROUTINE)


def _called(function: Any) -> Any:
    if is_async(function):
        raise Unreadable("its function is asynchronous, and the block is not")
    try:
        return function()
    except Exception as error:
        raise Unreadable("its function failed") from error


def _held(source: Any, name: str, tables: tuple[str, ...], look: Look) -> Json:
    """Return the state of anything but a function."""
    kind = type(source)
    if kind is str or _is_path(kind) or databases.is_connection(kind):
        try:
            return _stored(source, kind, tables, look)
        except (OSError, databases.fault()) as error:
            raise Unreadable(type_name(type(error))) from error
    if kind is ModuleType or derives(kind, type):
        return named(name, _assigned(source), look)
    return named(name, source, look)


def _stored(source: Any, kind: type, tables: tuple[str, ...], look: Look) -> Json:
    """Return the state of a file, a folder or a database."""
    if not databases.is_connection(kind):
        return files.state_of_path(str(source), tables, look)
    path = databases.path_of_connection(source)
    if path:
        return files.state_of_path(path, tables, look)
    return databases.state_of_memory(source, tables, look)


def _is_path(kind: type) -> bool:
    path = getattr(sys.modules.get("pathlib"), "PurePath", None)
    return path is not None and derives(kind, path)


def _assigned(owner: Any) -> dict[str, Any]:
    """Return what a module or a class holds under names of its own."""
    of: Any = type if derives(type(owner), type) else ModuleType
    held = dict(vars(of)["__dict__"].__get__(owner))
    return {key: value for key, value in held.items() if _is_state(key, type(value))}


def _is_state(key: Any, kind: type) -> bool:
    is_named = type(key) is str and key[:2] != "__"
    return is_named and not any(derives(kind, each) for each in _NOT_STATE)
