"""The one server of a store, and the journals of those before it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backtrail.model.errors import RefusedError, StoreError
from backtrail.model.limits.reading import INGEST_JOURNALS_MAX
from backtrail.store.segments import holders_text

FILE = "servers"
"""In the journal's folder: the processes that were servers, one a line, the last one last."""


@contextmanager
def without_server(home: Path) -> Iterator[None]:
    """Keep every server away from a store.

    Raises:
        RefusedError: one has it.
        StoreError: the folder cannot be written.
    """
    fd, path = _opened(home)
    try:
        _claim(fd, path)
        yield
    finally:
        os.close(fd)


class Home:
    """A store's claim to take what programs send, and which servers had it before.

    Raises:
        RefusedError: another server has it.
        StoreError: the folder cannot be written.
    """

    def __init__(self, home: Path, process: str) -> None:
        self.journal = home / "journal"
        self._fd, path = _opened(home)
        try:
            self.before = self._claimed(path, process)
        except BaseException:
            os.close(self._fd)
            raise
        self.process = process
        self.processes = {*self.before, process}
        """Whose segments are a server's."""

    def close(self) -> None:
        """Let another server have it."""
        os.close(self._fd)

    def _claimed(self, path: Path, process: str) -> list[str]:
        _claim(self._fd, path)
        try:
            text = os.pread(self._fd, os.fstat(self._fd).st_size, 0).decode("ascii", "replace")
            before = text.split()[1 - INGEST_JOURNALS_MAX :]
            told = "".join(f"{each}\n" for each in (*before, process)).encode()
            os.pwrite(self._fd, told, 0)
            os.ftruncate(self._fd, len(told))
            os.fsync(self._fd)
        except OSError as error:
            raise StoreError(
                f"{path} cannot be written: {error.strerror}", hint="free space on that disk"
            ) from error
        return before


def _opened(home: Path) -> tuple[int, Path]:
    journal = home / "journal"
    path = journal / FILE
    try:
        for folder in (home, journal):
            folder.mkdir(mode=0o700, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}",
            hint="look at the directory's owner and at the free space",
        ) from error
    return fd, path


def _claim(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RefusedError(
            f"{holders_text(path, otherwise='another server')} takes what is sent to "
            f"{path.parents[1]}",
            hint="send to that one, or stop it first",
        ) from error
