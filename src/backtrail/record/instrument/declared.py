"""State that is not what the source declares, found when an error is recorded.

A default that all calls share, a list that all objects of a class share, a constant that somebody
has set: the source says what each was to be, so nothing has to be recorded until something goes
wrong. Only values of the language's own types are compared, and none of the program's code runs.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from backtrail.model.changes import StateChanged
from backtrail.model.clock import NS_PER_S
from backtrail.model.event import Place
from backtrail.model.limits import (
    DECLARED_CPU_S_MAX,
    DECLARED_MAX,
    DECLARED_MODULES_MAX,
    DECLARED_OPERATIONS_MAX,
    DECLARED_TOLD_MAX,
    LITERAL_NODES_MAX,
    SITES_SOURCE_BYTES_MAX,
)
from backtrail.record import guard
from backtrail.record.capture.callers import app_frame
from backtrail.record.capture.failure import traceback_of
from backtrail.record.capture.frames import calls_of_stack, calls_of_traceback
from backtrail.record.capture.places import is_app_file
from backtrail.record.capture.redact import clean_source, clean_text
from backtrail.record.capture.snapshot import snapshot
from backtrail.record.capture.source import lines_of
from backtrail.record.capture.values.shapes import namespace_of
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects.audit import Quiet
from backtrail.record.effects.origin import tell
from backtrail.record.instrument.literals import Change, Declared, Literals, literals
from backtrail.record.state.patch import is_same, json_patch

_PLAIN: frozenset[type] = frozenset({str, int, float, bool, bytes, complex, type(None)})
_UNWRAPPED_MAX = 5
_MISSING: Any = object()
_Compare = Callable[[Any, Any, list[int]], bool]


class _Known:
    """What was found out so far."""

    def __init__(self) -> None:
        self.literals: dict[str, Literals | None] = {}
        self.told: dict[str, Any] = {}
        self.cpu_ns = 0


_known = _Known()


def tell_of_state(error: BaseException) -> None:
    """Record what differs from its declaration, in the modules that an error came through."""
    began_ns = time.thread_time_ns()
    told = 0
    for namespace in _namespaces(error):
        if _known.cpu_ns + time.thread_time_ns() - began_ns > DECLARED_CPU_S_MAX * NS_PER_S:
            guard.count("declared state not compared: no time left")
            break
        path = namespace["__file__"]
        for declared, value in _differing(namespace):
            if told >= DECLARED_MAX:
                guard.count("declared state not told")
                break
            told += _tell(namespace, path, declared, value)
    _known.cpu_ns += time.thread_time_ns() - began_ns


def forget() -> None:
    """Start afresh."""
    _known.literals.clear()
    _known.told.clear()
    _known.cpu_ns = 0


def _namespaces(error: BaseException) -> Iterator[dict[str, Any]]:
    """Yield the modules of the program's own: those that the error came through come first."""
    calls = [*calls_of_traceback(traceback_of(error)), *calls_of_stack(sys._getframe())]  # noqa: SLF001 - inspect costs start-up time
    found = [frame.f_globals for frame, _, _ in calls if app_frame(frame) is frame]
    found += [vars(module) for module in list(sys.modules.values()) if type(module) is ModuleType]
    seen: set[int] = set()
    for namespace in found:
        if len(seen) >= DECLARED_MODULES_MAX:
            guard.count("declared state not compared: too many modules")
            return
        path = dict.get(namespace, "__file__")
        if id(namespace) in seen or type(path) is not str or not is_app_file(path):
            continue
        seen.add(id(namespace))
        yield namespace


def _literals_of(path: str) -> Literals | None:
    if path not in _known.literals:
        _known.literals[path] = _read(path)
    return _known.literals[path]


def _read(path: str) -> Literals | None:
    try:
        with Quiet():
            if not os.path.isfile(path) or os.stat(path).st_size > SITES_SOURCE_BYTES_MAX:
                return None
            with open(path, "rb") as file:
                return literals(file.read(SITES_SOURCE_BYTES_MAX), path)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        guard.count("declared state not compared: source not understood")
        return None


def _differing(namespace: dict[str, Any]) -> Iterator[tuple[Declared, Any]]:
    """Yield what is not as it was declared, with what it is."""
    known = _literals_of(namespace["__file__"])
    for declared in known.declared if known else ():
        value = _present(namespace, declared)
        if type(value) in _COMPARED and not _is_as_declared(
            declared.value, value, [LITERAL_NODES_MAX]
        ):
            yield declared, value


def _present(namespace: dict[str, Any], declared: Declared) -> Any:
    """Return what a declaration's name stands for at present."""
    if declared.kind == "global":
        return dict.get(namespace, declared.name, _MISSING)
    if declared.kind == "attribute":
        owner = _owned(namespace, declared.owner)
        is_class = isinstance(owner, type)
        return namespace_of(owner).get(declared.name, _MISSING) if is_class else _MISSING
    function = _function(_owned(namespace, declared.owner), declared)
    return _MISSING if function is None else _default(function, declared.name)


def _owned(namespace: dict[str, Any], name: str) -> Any:
    """Return what a qualified name stands for, as far as it goes through classes."""
    first, *rest = name.split(".")
    found = dict.get(namespace, first, _MISSING)
    for part in rest:
        if not issubclass(type(found), type):
            return _MISSING
        found = namespace_of(found).get(part, _MISSING)
    return found


def _function(value: Any, declared: Declared) -> FunctionType | None:
    """Return the function of a declaration from what holds it: decorators may have wrapped it."""
    waiting = [value]
    for _ in range(_UNWRAPPED_MAX):
        if not waiting:
            return None
        value = waiting.pop(0)
        if type(value) in {staticmethod, classmethod}:
            value = value.__func__
        elif type(value) is property:
            value = value.fget
        if type(value) is not FunctionType:
            continue
        if _is_of(value.__code__, declared):
            return value
        waiting.append(value.__dict__.get("__wrapped__"))
        waiting += [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
    return None


def _is_of(code: CodeType, declared: Declared) -> bool:
    # The first line of a function is that of its first decorator.
    name = declared.owner.rpartition(".")[2]
    return code.co_name == name and code.co_firstlineno <= declared.line


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _default(function: FunctionType, name: str) -> Any:
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__ or ()
    if name in positional:
        at = positional.index(name) - len(positional) + len(defaults)
        return defaults[at] if at >= 0 else _MISSING
    return (function.__kwdefaults__ or {}).get(name, _MISSING)


def _is_as_declared(declared: Any, value: Any, left: list[int]) -> bool:
    """Tell whether a value is what a literal stands for; one of another type never is."""
    left[0] -= 1
    compare: _Compare = _COMPARED.get(type(value), _is_never)
    return left[0] < 0 or compare(declared, value, left)


def _is_never(_declared: Any, _value: Any, _left: list[int]) -> bool:
    return False


def _is_same_plain(declared: Any, value: Any, _: list[int]) -> bool:
    return type(declared) is type(value) and bool(declared == value)


def _is_same_set(declared: Any, value: Any, _: list[int]) -> bool:
    is_plain = all(type(item) in _PLAIN for item in list(value))
    return type(declared) is set and is_plain and bool(declared == value)


def _is_same_sequence(declared: Any, value: Any, left: list[int]) -> bool:
    kind = tuple if type(value) is tuple else list
    if type(declared) is not kind or len(declared) != len(value):
        return False
    pairs = zip(declared, list(value), strict=False)
    return all(_is_as_declared(one, other, left) for one, other in pairs)


def _is_same_mapping(declared: Any, value: Any, left: list[int]) -> bool:
    pairs = list(dict.items(value))
    if type(declared) is not dict or len(pairs) != len(declared):
        return False
    return all(
        type(key) in _PLAIN and key in declared and _is_as_declared(declared[key], item, left)
        for key, item in pairs
    )


_COMPARED: dict[type, _Compare] = {
    **dict.fromkeys(_PLAIN, _is_same_plain),
    **dict.fromkeys((dict, defaultdict, Counter, OrderedDict), _is_same_mapping),
    **dict.fromkeys((list, tuple, deque), _is_same_sequence),
    set: _is_same_set,
}


def _tell(namespace: dict[str, Any], path: str, declared: Declared, value: Any) -> bool:
    """Record that something is not as it was declared, unless that was told before."""
    name = _name(namespace, path, declared)
    walk = Walk()
    after = snapshot(value, name=declared.name, walk=walk)
    if name in _known.told and is_same(_known.told[name], after):
        return False
    if len(_known.told) >= DECLARED_TOLD_MAX:
        _known.told.clear()
    _known.told[name] = after
    before = snapshot(declared.value, name=declared.name, walk=walk)
    patch = json_patch(before, after) if declared.value else []
    body = StateChanged(
        name=clean_text(name),
        how="declared",
        before=before,
        after=after,
        patch=patch if len(patch) <= DECLARED_OPERATIONS_MAX else [],
        is_cut=bool(walk.cuts),
        caller=_place(path, declared),
    )
    tell("state.changed", body, walk)
    return True


def _name(namespace: dict[str, Any], path: str, declared: Declared) -> str:
    if declared.kind != "global":
        return f"{declared.owner}.{declared.name}"
    module = dict.get(namespace, "__name__")
    if type(module) is not str or module == "__main__":
        module = os.path.basename(path).removesuffix(".py")
    return f"{module.rpartition('.')[2]}.{declared.name}"


def _place(path: str, declared: Declared) -> Place:
    """Return where the program changes it, if only one function does; else its declaration."""
    functions: dict[str, Change] = {}
    known = _literals_of(path)
    for change in known.changes if known else ():
        if _may_change(change, declared):
            functions.setdefault(change.function, change)
    if declared.kind == "default":
        at, function = functions.get(declared.owner), declared.owner
        line = declared.line if at is None else at.line
    elif len(functions) == 1:
        ((function, at),) = functions.items()
        line = at.line
    else:
        function, line = declared.owner or "<module>", declared.line
    lines = lines_of(path)
    code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    file = clean_text(path)
    return Place(file=file, line=line, function=function, code=clean_source(code) or None)


def _may_change(change: Change, declared: Declared) -> bool:
    if change.name != declared.name:
        return False
    if declared.kind == "default":
        return change.function == declared.owner and not change.is_attribute
    return change.is_attribute or declared.kind == "global"
