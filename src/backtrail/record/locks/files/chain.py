"""Whether waiting for a lock file closes a circle of processes.

Who waits for a lock file says so beside each one that it holds. So a waiter can go from holder to
holder; where it comes back to itself, nobody in between will ever let go.
"""

from __future__ import annotations

import os
from _thread import get_ident
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from backtrail.model.limits import LOCK_CHAIN_MAX
from backtrail.record.locks.files.identity import Identity, holder_of, read_identity, write_identity
from backtrail.record.locks.notes import Notes, held_by
from backtrail.record.locks.owners import Owner
from backtrail.record.locks.waiting import waits

KIND = "FileLock"


class Link(Struct, frozen=True):
    """One wait of a circle: for a lock file, and who holds it."""

    path: str
    holder: Identity


def files_held(owner: Owner) -> list[Notes]:
    """Return the lock files that an owner holds."""
    return [notes for notes in held_by(owner) if notes.kind == KIND]


def say_waiting(owner: Owner, path: str | None) -> None:
    """Say beside each lock file that an owner holds for which one it waits, or that it does not.

    Threads of this process that wait for the owner wait for the same.
    """
    for each in [owner, *_behind(owner)]:
        for notes in files_held(each):
            _amend(notes.key, waits_for=path)


def say_told(owner: Owner, error_id: str) -> None:
    """Say beside each lock file that an owner holds that the deadlock was recorded."""
    for notes in files_held(owner):
        _amend(notes.key, deadlock=error_id)


def _amend(path: str, **changes: str | None) -> None:
    identity = read_identity(path)
    if identity is None or identity.pid != os.getpid():
        return
    amended = msgspec.structs.replace(identity, **changes)
    if amended != identity:
        write_identity(path, amended)


def _behind(owner: Owner) -> Iterator[Owner]:
    """Yield the owners in this process that wait for a lock of another one, at any remove."""
    wanted = {owner}
    for _ in range(LOCK_CHAIN_MAX):
        found = {wait.owner for wait in waits() if wait.notes.holder in wanted} - wanted
        if not found:
            return
        yield from found
        wanted |= found


def circle_from(path: str) -> list[Link]:
    """Return the circle that the present thread closes by waiting for a lock file, or nothing."""
    begun_at, pid = path, os.getpid()
    links: list[Link] = []
    for _ in range(LOCK_CHAIN_MAX):
        holder = holder_of(path)
        if holder is None:
            return []
        links.append(Link(path, holder))
        if (holder.pid, holder.thread_id) == (pid, get_ident()):
            return links if len(links) > 1 else []
        if holder.waits_for is None:
            return []
        path = holder.waits_for
        if path == begun_at:
            # Another thread of this process holds one of them, and waits for the present thread.
            return links if any(link.holder.pid == pid for link in links) else []
    return []
