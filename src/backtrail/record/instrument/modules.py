"""Which of the program's modules get sites, and when: its own, as they are imported.

Python finds, reads, compiles and caches a module as it would without us; then the code that is
about to run is exchanged for one with sites. A module that a loader of another kind brings, as
pytest's does for tests, stays as it is. So does whatever cannot be read, is too large, or comes
after the time for it is used up.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
import time
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits import SITES_CPU_S_MAX, SITES_SOURCE_BYTES_MAX
from backtrail.record import guard
from backtrail.record.attach import inherit
from backtrail.record.attach.imports import when_imported
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.capture.callers import app_frame
from backtrail.record.capture.places import OWN_CODE, is_app_file
from backtrail.record.effects import audit
from backtrail.record.effects.audit import Quiet
from backtrail.record.instrument import script
from backtrail.record.instrument.rewrite import Marker, rewritten

_OURS = os.path.dirname(os.path.dirname(OWN_CODE)) + os.sep
"""Where all of our own code is."""
_TRACING = ("sys.settrace", "sys.setprofile")
"""What tells that a program is to be told of its calls."""
_patches = Patches()
_markers: list[Marker] = []
_when_traced: list[Callable[[], object]] = []


class _Spent:
    """What putting sites into modules has taken so far."""

    cpu_ns = 0


def watch(marker: Marker) -> None:
    """Let a feature put its sites into what is imported from here on, under `backtrail run`."""
    if not inherit.handed_on:
        return
    if not _markers:
        _patches.replace(importlib.machinery.SourceFileLoader, "get_code", _get_code)
        when_imported("multiprocessing.spawn", _watch_spawned)
        script.watch(with_sites)
    _markers.append(marker)


def unwatch(marker: Marker) -> None:
    """Put no more sites of a feature into anything."""
    if marker in _markers:
        _markers.remove(marker)
        if not _markers:
            _patches.restore()
            script.unwatch()
            _when_traced.clear()
            audit.ignore(*_TRACING)


def when_traced(be_still: Callable[[], object]) -> None:
    """Have a function called once the program itself asks to be told of every call."""
    if be_still not in _when_traced:
        _when_traced.append(be_still)
    for event in _TRACING:
        audit.listen_plainly(event, _tell_of_tracing)


def with_sites(code: CodeType) -> CodeType:
    """Return code that does the same as a module's, with sites in it; itself if that cannot be."""
    path = code.co_filename
    if not _markers or path[:1] == "<" or path.startswith(_OURS) or not is_app_file(path):
        return code
    if _Spent.cpu_ns > SITES_CPU_S_MAX * NS_PER_S:
        guard.count("module without sites: no time left")
        return code
    began_ns = time.thread_time_ns()
    try:
        with Quiet():
            source = _read(path)
            made = None if source is None else rewritten(source, path, _markers)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        guard.count("module without sites: not understood")
        return code
    except Exception as error:  # noqa: BLE001 - an edge: an import of the program
        guard.broke("sites", error)
        return code
    finally:
        _Spent.cpu_ns += time.thread_time_ns() - began_ns
    return made if made is not None and _are_alike(code, made) else code


def _tell_of_tracing(_: object) -> None:
    frame = sys._getframe(2)  # noqa: SLF001 - inspect costs start-up time
    if app_frame(frame) is frame:
        for be_still in _when_traced:
            be_still()


def _get_code(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_code(self: Any, fullname: Any) -> Any:
        try:
            code = original(self, fullname)
        except BaseException as error:
            step_out(error)
            raise
        is_plain = type(self) is importlib.machinery.SourceFileLoader
        return with_sites(code) if is_plain and type(code) is CodeType else code

    return get_code


def _watch_spawned(spawn: ModuleType) -> None:
    """Let the main script have sites where a spawned process runs it again, by its path."""
    runpy = getattr(spawn, "runpy", None)
    if _markers and runpy is not None:
        _patches.replace(runpy, "_get_code_from_file", _get_code_from_file)


def _get_code_from_file(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_code_from_file(*arguments: Any) -> Any:
        try:
            found = original(*arguments)
        except BaseException as error:
            step_out(error)
            raise
        if type(found) is CodeType:
            return with_sites(found)
        if type(found) is tuple and found and type(found[0]) is CodeType:
            return (with_sites(found[0]), *found[1:])
        return found

    return get_code_from_file


def _read(path: str) -> bytes | None:
    """Return a source; `None` if it is no plain file, or a large one."""
    facts = os.stat(path)
    if not os.path.isfile(path) or facts.st_size > SITES_SOURCE_BYTES_MAX:
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.read(descriptor, SITES_SOURCE_BYTES_MAX + 1)
    finally:
        os.close(descriptor)


def _are_alike(code: CodeType, made: CodeType) -> bool:
    """Tell whether two codes are of one source: the file may have changed meanwhile."""
    if (code.co_name, code.co_firstlineno, code.co_flags) != (
        made.co_name,
        made.co_firstlineno,
        made.co_flags,
    ):
        return False
    own, others = _parts(code), _parts(made)
    return len(own) == len(others) and all(map(_are_alike, own, others))


def _parts(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if type(constant) is CodeType]
