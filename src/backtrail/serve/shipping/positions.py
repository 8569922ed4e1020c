"""How far each process's journal has been sent to a server."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
from msgspec import Struct

FOLDER = "sent"
_NAME_CHARS_MAX = 100
_OTHER = re.compile(r"[^A-Za-z0-9.]+")


class Place(Struct, frozen=True, kw_only=True):
    """A place in the journal of a process."""

    segment: int
    offset: int = 0
    """In the segment's file; 0 is before its header."""
    seq: int = 0
    """Of the next event."""
    offset_ns: int = 0
    """Wall clock minus monotonic clock."""
    is_ended: bool = False
    """Whether the server was told that nothing follows."""
    is_after_gap: bool = False
    """Whether what the server misses before it is not here either."""


class Positions(Struct, kw_only=True):
    """What one server has of this machine's journals.

    It is written after the server has it. So after a sudden end it says too little rather than too
    much, and what is then sent again changes nothing.
    """

    server: str
    processes: dict[str, Place] = {}


def position_file(home: Path, server: str) -> Path:
    """Return where the positions for a server are kept."""
    return home / FOLDER / f"{_OTHER.sub('_', server)[:_NAME_CHARS_MAX].strip('_')}.json"


def read_positions(home: Path, server: str) -> Positions:
    """Return what a server has; nothing where that is not known, or of another server."""
    try:
        data = position_file(home, server).read_bytes()
        found = msgspec.json.decode(data, type=Positions)
    except (OSError, msgspec.DecodeError):
        return Positions(server=server)
    return found if found.server == server else Positions(server=server)


def write_positions(home: Path, positions: Positions) -> None:
    """Keep what a server has: whole, or as it was before.

    Raises:
        OSError: it cannot be written.
    """
    path = position_file(home, positions.server)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as target:
            target.write(msgspec.json.encode(positions))
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
