"""The processes that a program has started, found in `/proc`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from backtrail.model.limits import TREE_PROCESSES_MAX

_PROC = Path("/proc")


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


def descendants(root: int, *, mark: bytes) -> list[Process]:
    """List a process, its children and theirs, and all others with a mark in their environment.

    The mark finds those whose parent has ended, and who therefore hang on no branch of the tree.
    """
    everyone = _everyone()
    children: dict[int, list[Process]] = {}
    for process in everyone:
        children.setdefault(process.parent, []).append(process)
    found = [process for process in everyone if process.pid == root]
    for process in found:
        found.extend(children.get(process.pid, ()))
    known = set(found)
    found.extend(process for process in everyone if process not in known and _bears(process, mark))
    return found[:TREE_PROCESSES_MAX]


def send(processes: Iterable[Process], number: int, *, spared: frozenset[int]) -> None:
    """Send a signal to each of the processes that is still there."""
    for process in processes:
        if process.pid in spared:
            continue
        present = look_up(process.pid)
        if present is None or present.started != process.started:
            continue
        try:
            os.kill(process.pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def _everyone() -> list[Process]:
    pids = (int(path.name) for path in _PROC.iterdir() if path.name.isdigit())
    return [process for pid in pids if (process := look_up(pid)) is not None]


def _bears(process: Process, mark: bytes) -> bool:
    try:
        return mark in (_PROC / str(process.pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
