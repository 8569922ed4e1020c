"""Calls back when a module is imported, so that start-up loads nothing the program may not need.

One finder at the head of `sys.meta_path` knows the awaited names. For these it asks the other
finders and lets the loader that they name run the callbacks behind the module's own code; of all
other imports it sees no more than the name. A module that is reloaded is new, and calls back again.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from backtrail.record import guard
from backtrail.record.attach.patching import step_out

Callback = Callable[[ModuleType], object]


def when_imported(name: str, callback: Callback) -> None:
    """Run a callback with a module: at once if it is imported, else right after it is.

    It runs again whenever the module is executed anew. What it raises is counted, and never
    reaches the import.
    """
    _awaited[name] = (*_awaited.get(name, ()), callback)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    module = sys.modules.get(name)
    if module is None:
        return
    if _is_half_imported(module):
        # Returns when a thread that imports it is done; at once if that is this thread.
        __import__(name)
        if _is_half_imported(module):
            _late.append((name, callback))
            return
    _call(name, callback, module)


def forget_imports() -> None:
    """Let go of all callbacks."""
    _awaited.clear()
    _late.clear()
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


class _Finder:
    """Asks the other finders, and has the loader call back."""

    def __init__(self) -> None:
        self.searching: set[tuple[int, str]] = set()
        """Threads and the names that they are asking the other finders for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if _late:
            _call_late()
        if fullname not in _awaited:
            return None
        searched = (get_ident(), fullname)
        if searched in self.searching:
            return None
        self.searching.add(searched)
        try:
            spec = _ask_others(fullname, path, target)
        finally:
            self.searching.discard(searched)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            try:
                _wrap_loader(spec)
            except Exception as error:  # noqa: BLE001 - an edge: an import of the program
                guard.broke("import", error)
        return spec


def _ask_others(
    fullname: str, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    """Return the first spec that another finder has, as the import system would."""
    for finder in list(sys.meta_path):
        find_spec = None if finder is _finder else getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = find_spec and find_spec(fullname, path, target)
        if spec is not None:
            return spec
    return None


def _wrap_loader(spec: ModuleSpec) -> None:
    """Have a module's loader call back once, leaving no trace on it after that."""
    loader: Any = spec.loader
    if isinstance(loader, type) or not hasattr(loader, "__dict__"):
        guard.count("import not followed")
        return
    execute = loader.exec_module
    if isinstance(execute, _Execution):
        # Somebody asked for the spec and left it at that.
        execute = execute.execute
    loader.exec_module = _Execution(loader, spec.name, execute)


class _Execution:
    """Executes a module as its loader would, then calls back."""

    def __init__(self, loader: object, name: str, execute: Callable[[ModuleType], None]) -> None:
        self.loader = loader
        self.name = name
        self.execute = execute

    def __call__(self, module: ModuleType) -> None:
        # A loader may serve several modules: the zip importer does.
        is_awaited = module.__name__ == self.name
        if is_awaited:
            vars(self.loader).pop("exec_module", None)
        try:
            self.execute(module)
        except BaseException as error:
            step_out(error)
            raise
        if is_awaited:
            for callback in _awaited.get(self.name, ()):
                _call(self.name, callback, module)


def _is_half_imported(module: ModuleType) -> bool:
    return getattr(getattr(module, "__spec__", None), "_initializing", False) is True


def _call_late() -> None:
    """Call back for modules that were half imported when they were asked for."""
    for name, callback in list(_late):
        module = sys.modules.get(name)
        if module is not None and not _is_half_imported(module):
            _late.remove((name, callback))
            _call(name, callback, module)


def _call(name: str, callback: Callback, module: ModuleType) -> None:
    try:
        callback(module)
    except Exception as error:  # noqa: BLE001 - an edge: an import of the program
        guard.broke(f"import of {name}", error)


_awaited: dict[str, tuple[Callback, ...]] = {}
_late: list[tuple[str, Callback]] = []
_finder = _Finder()
