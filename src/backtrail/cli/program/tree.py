"""The processes that a program has started, found in `/proc`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from msgspec import Struct

from backtrail.model.limits.reading import TREE_PROCESSES_MAX

_PROC = Path("/proc")
_PR_SET_CHILD_SUBREAPER = 36


class Process(Struct, frozen=True, kw_only=True):
    """A process that lives; its start tells it from a later one with the same pid."""

    pid: int
    parent: int
    started: int
    """Clock ticks since the machine started."""


def look_up(pid: int) -> Process | None:
    """Return a process by its pid; `None` where there is none, or only its remains."""
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name of the program stands in parentheses and may hold any character.
    fields = stat.rpartition(b")")[2].split()
    if fields[0] in b"ZX":
        return None
    return Process(pid=pid, parent=int(fields[1]), started=int(fields[19]))


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; tell whether that worked."""
    # Only a run with a time limit needs it, and it takes longer to load than all else here.
    ctypes = importlib.import_module("ctypes")
    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def descendants(
    root: int, *, mark: bytes | None = None, beside: Collection[Process] = frozenset()
) -> list[Process]:
    """List a process, its children and theirs, and all others with a mark in their environment.

    The mark finds those whose parent has ended, and who therefore hang on no branch of the tree.
    Those named beside it, and their children, are left out.
    """
    everyone = [process for process in _everyone() if process not in beside]
    children: dict[int, list[Process]] = {}
    for process in everyone:
        children.setdefault(process.parent, []).append(process)
    found = [process for process in everyone if process.pid == root]
    for process in found:
        found.extend(children.get(process.pid, ()))
    if mark is not None:
        known = set(found)
        found.extend(each for each in everyone if each not in known and _bears(each, mark))
    return found[:TREE_PROCESSES_MAX]


def living(processes: Iterable[Process], *, spared: frozenset[int]) -> list[Process]:
    """List the processes that are still there."""
    return [each for each in processes if each.pid not in spared and _is_there(each)]


def send(processes: Iterable[Process], number: int, *, spared: frozenset[int]) -> None:
    """Send a signal to each of the processes that is still there."""
    for process in living(processes, spared=spared):
        try:
            os.kill(process.pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def _is_there(process: Process) -> bool:
    present = look_up(process.pid)
    return present is not None and present.started == process.started


def _everyone() -> list[Process]:
    pids = (int(path.name) for path in _PROC.iterdir() if path.name.isdigit())
    return [process for pid in pids if (process := look_up(pid)) is not None]


def _bears(process: Process, mark: bytes) -> bool:
    try:
        return mark in (_PROC / str(process.pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
