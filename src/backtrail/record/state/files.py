"""Files and folders as states.

A file that this process has open is read through the descriptor that it has: opening it once more
and closing that again would take away the locks (POSIX) that the program holds on it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

from backtrail.model.limits import TRACKED_COUNTED_MAX, TRACKED_FILE_BYTES_MAX, TRACKED_FILES_MAX
from backtrail.record.capture.redact import clean_text, is_secret_name
from backtrail.record.state import databases
from backtrail.record.state.whole import Look, marked, secret, whole

Json = Any

_PIECE_BYTES = 1 << 20
_INFO_BYTES = 1 << 16
_DESCRIPTORS = "/proc/self/fd"
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
Identity = tuple[int, int]


class Held(Struct, frozen=True):
    """What this process has open."""

    by_file: dict[Identity, int]
    """A descriptor of each, by device and inode."""


def state_of_path(path: str, tables: tuple[str, ...], look: Look) -> Json:
    """Return what is at a path; `None` when nothing is."""
    path = os.path.abspath(path)
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    held = _held()
    if stat.S_ISDIR(found.st_mode):
        return _folder(path, look, held)
    if not stat.S_ISREG(found.st_mode):
        return {"$type": "special file"}
    if not found.st_size and path.endswith(databases.SUFFIXES):
        return {}
    head = _read(path, found, held, databases.MAGIC_BYTES)
    if tables or databases.is_database(path, head):
        return databases.state_of_file(path, head, tables, look)
    return _file(path, found, look, held)


def _held() -> Held:
    """Find out what this process has open."""
    by_file: dict[Identity, int] = {}
    try:
        names = os.listdir(_DESCRIPTORS)
    except OSError:
        return Held(by_file)
    for name in names:
        try:
            found = os.fstat(int(name))
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode):
            by_file[found.st_dev, found.st_ino] = int(name)
    return Held(by_file)


def _is_readable(descriptor: int) -> bool:
    try:
        os.pread(descriptor, 0, 0)
    except OSError:
        return False
    return True


def _is_locked(descriptor: int) -> bool:
    """Whether the program may hold a lock on a file that it has open."""
    try:
        with open(f"{_DESCRIPTORS}info/{descriptor}", "rb") as told:
            return b"lock:" in told.read(_INFO_BYTES)
    except OSError:
        return True


def _file(path: str, found: os.stat_result, look: Look, held: Held) -> Json:
    """Show a file by its size and what it holds, or the digest of that."""
    shown: dict[str, Json] = {"$type": "file", "size": found.st_size}
    if found.st_size > TRACKED_FILE_BYTES_MAX:
        shown["sha256"] = look.digests.of(_pieces(path, found, held), found.st_size)
        look.cuts += 1
        return shown
    data = _read(path, found, held, TRACKED_FILE_BYTES_MAX)
    if data is None:
        look.cuts += 1
        return shown | {"$unreadable": True}
    if is_secret_name(os.path.basename(path).partition(".")[0]):
        return shown | {"content": secret(data, look)}
    return shown | _content(path, data, look)


def _content(path: str, data: bytes, look: Look) -> dict[str, Json]:
    """Return what a small file holds: JSON as what it says, a text by its lines."""
    try:
        written = data.decode()
    except UnicodeDecodeError:
        return {"sha256": look.digests.of([data], len(data))}
    if "\0" in written:
        return {"sha256": look.digests.of([data], len(data))}
    if path.endswith(".json"):
        try:
            return {"json": whole(msgspec.json.decode(data), look)}
        except (msgspec.DecodeError, RecursionError):
            pass
    return {"lines": _lines(written, clean_text(written, found=look.taint))}


def _lines(written: str, clean: str) -> list[str]:
    """Return the lines of a text without its secrets; what was hidden is told apart."""
    before, after = written.split("\n"), clean.split("\n")
    if len(before) != len(after):
        # A secret went over several lines.
        before = [written] * len(after)
    return [marked(one, other) for one, other in zip(after, before, strict=True)]


def _folder(path: str, look: Look, held: Held) -> Json:
    """List what is in a folder, at any depth, with sizes and digests."""
    shown: dict[str, Json] = {}
    inside = _inside(path)
    for name, full in islice(inside, TRACKED_FILES_MAX):
        shown[clean_text(os.fsencode(name).decode("utf-8", "backslashreplace"))] = _listed(
            full, look, held
        )
    if left := sum(1 for _ in islice(inside, TRACKED_COUNTED_MAX)):
        look.cuts += 1
        shown["$cut"] = left
    return shown


def _inside(folder: str) -> Iterator[tuple[str, str]]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            full = os.path.join(parent, name)
            yield os.path.relpath(full, folder), full
        if not folders and not names and parent != folder:
            yield os.path.relpath(parent, folder) + os.sep, parent


def _listed(path: str, look: Look, held: Held) -> Json:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    if stat.S_ISLNK(found.st_mode):
        return {"link": clean_text(os.readlink(path))}
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    shown: dict[str, Json] = {"size": found.st_size}
    if stat.S_ISREG(found.st_mode):
        try:
            digest = look.digests.of(_pieces(path, found, held), found.st_size)
        except OSError:
            digest = None
        if digest is None:
            shown["modified_ns"] = found.st_mtime_ns
        else:
            shown["sha256"] = digest
    return shown


def _read(path: str, found: os.stat_result, held: Held, size: int) -> bytes | None:
    """Return the beginning of a file; `None` where it cannot be read."""
    try:
        return b"".join(_pieces(path, found, held, size))
    except OSError:
        return None


def _pieces(
    path: str, found: os.stat_result, held: Held, size: int | None = None
) -> Iterator[bytes]:
    """Yield what a file held when it was looked at, piece by piece.

    Raises:
        OSError: it cannot be read, or is another one by now.
    """
    identity = found.st_dev, found.st_ino
    own = held.by_file.get(identity)
    if own is not None and not _is_readable(own) and not _is_locked(own):
        own = None
    descriptor = os.open(path, _FLAGS) if own is None else own
    try:
        place, end = 0, found.st_size if size is None else min(size, found.st_size)
        while place < end:
            piece = os.pread(descriptor, min(_PIECE_BYTES, end - place), place)
            present = os.fstat(descriptor)
            if (present.st_dev, present.st_ino) != identity:
                raise OSError(0, "another file is there by now")
            if not piece:
                return
            yield piece
            place += len(piece)
    finally:
        if own is None:
            os.close(descriptor)
