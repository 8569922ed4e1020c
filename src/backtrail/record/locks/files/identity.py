"""Who holds a lock file, written beside it: `stock.lock.holder`.

The lock itself is the system's: it goes away with the process that has it. What is written beside
it may outlive that process, so it is believed only of one that still runs: same host, same boot,
same process by number and by the time of its start. A waiter never writes, moves or removes it; the
holder does, while it has the lock.
"""

from __future__ import annotations

import os
import sys
from functools import cache

import msgspec
from msgspec import Struct

from backtrail.model.limits import LOCK_IDENTITY_BYTES_MAX
from backtrail.record import guard, journal, scope
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.secrets.command import clean_command
from backtrail.record.locks.owners import Owner

SUFFIX = ".holder"
_MODE = 0o644
_START_FIELD = 19
"""Of what follows the name of a program in `/proc/<pid>/stat`: when it was started."""


class Identity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A process and a thread that hold a lock file."""

    pid: int
    started_ticks: int | None = None
    """When the process was started, in the system's ticks since it was booted."""
    boot_id: str | None = None
    host: str
    thread: str
    thread_id: int
    trace_id: str
    command: list[str]
    time_unix_ns: int
    """When it took the lock."""
    waits_for: str | None = None
    """The path of a further lock file, where it waits for one while it holds this one."""
    deadlock: str | None = None
    """The error that tells of the deadlock it is in."""

    @property
    def name(self) -> str:
        """How it is called in a timeline."""
        return f"process {self.pid}"


_decode = msgspec.json.Decoder(Identity).decode
_encode = msgspec.json.Encoder().encode
_own_start: dict[int, int | None] = {}
"""By the number of this process, when it was started; anew in a forked one."""


def own_identity(owner: Owner, thread_id: int) -> Identity:
    """Return the identity of this process, for an owner in it."""
    pid = os.getpid()
    if pid not in _own_start:
        _own_start.clear()
        _own_start[pid] = started_ticks(pid)
    return Identity(
        pid=pid,
        started_ticks=_own_start[pid],
        boot_id=boot_id(),
        host=os.uname().nodename,
        thread=owner.last_name,
        thread_id=thread_id,
        trace_id=scope.current().trace.trace_id,
        command=clean_command(getattr(sys, "orig_argv", sys.argv)),
        time_unix_ns=journal.clock().time_unix_ns(),
    )


def write_identity(path: str, identity: Identity) -> None:
    """Say beside a lock file who holds it; for its holder only."""
    draft = f"{path}{SUFFIX}.{identity.pid}.{identity.thread_id}"
    try:
        with open(draft, "wb", opener=_opener) as file:
            file.write(_encode(identity))
        os.rename(draft, path + SUFFIX)
    except OSError as error:
        guard.count(f"holder of a lock file not written: {error.strerror}")


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, _MODE)


def forget_identity(path: str) -> None:
    """Take away what says who holds a lock file; for its holder, before it lets go."""
    try:
        os.unlink(path + SUFFIX)
    except FileNotFoundError:
        return
    except OSError as error:
        guard.count(f"holder of a lock file not forgotten: {error.strerror}")


def read_identity(path: str) -> Identity | None:
    """Return what is written beside a lock file, true or not; `None` where that is nothing."""
    try:
        with open(path + SUFFIX, "rb") as file:
            return _decode(file.read(LOCK_IDENTITY_BYTES_MAX))
    except (OSError, msgspec.MsgspecError):
        return None


def holder_of(path: str) -> Identity | None:
    """Return who holds a lock file, as far as that can be told."""
    identity = read_identity(path)
    return identity if identity is not None and may_live(identity) else None


def may_live(identity: Identity) -> bool:
    """Whether a process may still run: of another host nothing is known."""
    if identity.host != os.uname().nodename:
        return True
    if None not in {identity.boot_id, boot_id()} and identity.boot_id != boot_id():
        return False
    started = started_ticks(identity.pid)
    if started is None:
        return False
    return identity.started_ticks in {None, started}


def started_ticks(pid: int) -> int | None:
    """Return when a process was started; `None` if there is none of that number."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[_START_FIELD])
    except (OSError, ValueError, IndexError):
        return None


@cache
def boot_id() -> str | None:
    """Return what tells this run of the system from every other."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


def shown(identity: Identity) -> str:
    """Return who holds a lock, for a person."""
    command = clean_text(" ".join(identity.command))
    return f"held by process {identity.pid} on {identity.host}, {identity.thread}: {command}"
