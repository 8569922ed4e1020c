"""One file of the server's journal: its space is taken beforehand, its lines are appended.

A full disk is met when a segment is opened, never in the midst of a write. Behind the last line the
file is NUL, as a recorder's segment is; the lock says that the writer lives.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path


class Segment:
    """An open segment.

    Raises:
        OSError: there is no room, or no right to write there.
    """

    def __init__(self, path: Path, header: bytes, *, size: int, seq: int) -> None:
        self.path = path
        self.size = max(size, len(header))
        self.seq = seq
        """The `seq` of the next line."""
        self.end = 0
        """Offset behind the last whole line."""
        draft = path.with_name(f"{path.name}.new")
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(draft, flags, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            os.posix_fallocate(self._fd, 0, self.size)
            self.end = _written(self._fd, header, 0)
            os.fsync(self._fd)
            # Under its final name a reader finds it locked, and with a header.
            draft.rename(path)
            _sync_folder(path.parent)
        except BaseException:
            os.close(self._fd)
            draft.unlink(missing_ok=True)
            raise

    def has_room(self, size: int) -> bool:
        """Tell whether so many bytes fit."""
        return self.end + size <= self.size

    def append(self, data: bytes) -> None:
        """Write whole lines and force them to the disk.

        Raises:
            OSError: not all of them are there; `salvage` says how many are.
        """
        end = self.end
        if _written(self._fd, data, end) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fdatasync(self._fd)
        self.end = end + len(data)
        self.seq += data.count(b"\n")

    def salvage(self, data: bytes) -> int:
        """Return how many bytes of lines stand on the disk after an append that failed.

        They are whole lines, since a reader may have read them; nothing follows them.
        """
        there = os.pread(self._fd, len(data), self.end)
        # What was not written is NUL still, and no line has one.
        whole = there.rstrip(b"\0").rfind(b"\n") + 1
        try:
            os.fdatasync(self._fd)
        except OSError:
            synced = 0
        else:
            synced = whole
        self.end += whole
        self.seq += data.count(b"\n", 0, whole)
        return synced

    def close(self) -> None:
        """Cut off the unused space and let go of the lock."""
        try:
            os.ftruncate(self._fd, self.end)
        finally:
            os.close(self._fd)


def _written(fd: int, data: bytes, offset: int) -> int:
    view = memoryview(data)
    done = 0
    while done < len(view):
        count = os.pwrite(fd, view[done:], offset + done)
        if not count:
            break
        done += count
    return done


def _sync_folder(path: Path) -> None:
    """Make the name of a file survive the loss of power."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
