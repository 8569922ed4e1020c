"""One file of a journal: preallocated, mapped into memory, appended to with one C call.

`mmap.write` keeps its own position and runs under the interpreter's lock, so an append needs no
lock of ours, no system call and no thread, and what it wrote belongs to the kernel: it survives
any death of the process. The space is allocated beforehand because a mapped file that meets a full
disk is killed by SIGBUS; this way a full disk is an error when the segment is opened.
"""

from __future__ import annotations

import fcntl
import mmap
import os

from msgspec.json import encode

from backtrail.model.event import JOURNAL_VERSION, Header

ZEROS_BYTES = 1 << 21
"""Size of one write of zeros: that of a huge page, so that the kernel can map it as one."""
_POPULATE = getattr(mmap, "MAP_POPULATE", 0)
SMALLEST_BYTES = 1 << 16
"""On a nearly full disk a segment this small is tried last."""
LAST_WORDS_BYTES = 1 << 12
"""Room at the end of each file that lines never fill: for what was lost when no other follows."""
_COUNTED_BYTES = 1 << 16
"""Bytes of a file that are copied at once to count its lines."""


class Segment:
    """An open segment. Its `append` raises ValueError when the bytes do not fit."""

    def __init__(self, path: str, size: int, header: bytes) -> None:
        """Create the file, take its lock for as long as this process lives, and map it.

        Raises:
            OSError: there is no room, or no right to write there.
            MemoryError: there is no memory.
        """
        self.path = path
        unfinished = f"{path}.new"
        fd = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            # The lock says that the writer lives; the kernel takes it away however that ends.
            fcntl.flock(fd, fcntl.LOCK_EX)
            os.posix_fallocate(fd, 0, size + LAST_WORDS_BYTES)
            _touch(fd, size)
            # Without the room at its end: only whole huge pages are mapped at no cost a page.
            self._map = mmap.mmap(fd, size, flags=mmap.MAP_SHARED | _POPULATE)
            self._map.write(header)
            # Under its final name a reader finds it locked, and with a header.
            os.rename(unfinished, path)
        except BaseException:
            os.unlink(unfinished)
            raise
        finally:
            os.close(fd)
        self._end: int | None = None
        self.append = self._map.write

    def finish(self) -> int:
        """Take no further line, and return how many there are, the header among them.

        To move to the end is one C call: a line that another thread appends meanwhile is either
        in the file by then or refused, and is never cut off after its call has returned.

        Raises:
            ValueError: it is closed.
        """
        if self._end is None:
            near = self._map.tell()
            self._map.seek(0, os.SEEK_END)
            end = self._map.find(b"\0", near)
            self._end = len(self._map) if end < 0 else end
        pieces = range(0, self._end, _COUNTED_BYTES)
        return sum(
            self._map[at : min(at + _COUNTED_BYTES, self._end)].count(b"\n") for at in pieces
        )

    def add_last_words(self, words: bytes) -> None:
        """Write behind the last line of a finished segment, in the room that was kept for it.

        Raises:
            ValueError: they do not fit, or it is closed.
            OSError: the system refuses.
        """
        assert self._end is not None
        if len(words) > LAST_WORDS_BYTES:
            raise ValueError(f"{len(words)} bytes of last words")
        self._map.resize(len(self._map) + LAST_WORDS_BYTES)
        self._map.seek(0, os.SEEK_END)
        self._map[self._end : self._end + len(words)] = words
        self._end += len(words)

    def position(self) -> int:
        """Return how many bytes have been written."""
        return self._map.tell()

    def sync(self, size: int) -> None:
        """Force the last bytes to the disk, so that they survive the loss of power as well.

        Raises:
            OSError: the disk failed.
        """
        end = self._map.tell()
        start = max(0, end - size) // mmap.PAGESIZE * mmap.PAGESIZE
        self._map.flush(start, end - start)

    def is_unlinked(self) -> bool:
        """Whether somebody deleted the file, so that what is written to it will be lost."""
        return not os.path.exists(self.path)

    def close(self, *, truncate: bool) -> None:
        """Let go of the file; cut off its unused space unless another process still writes it."""
        if truncate:
            self.finish()
        self._map.close()
        if truncate and self._end is not None:
            os.truncate(self.path, self._end)


def let_go(path: str) -> None:
    """Ask the kernel to write a retired segment to the disk and to forget its pages.

    The first call starts the writing, a later one frees what is written: the trace neither pushes
    the program's own files out of memory, nor needs fresh memory for each segment.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(fd)


def _touch(fd: int, size: int) -> None:
    """Bring the file's pages into memory in a few large writes.

    Otherwise the first append to each page would meet a page fault, and together those would cost
    as much as all else that an event costs.
    """
    zeros = bytes(min(size, ZEROS_BYTES))
    for offset in range(0, size, len(zeros)):
        os.pwrite(fd, zeros, offset)


def header_line(
    *,
    process: str,
    number: int,
    seq: int,
    time_unix_ns: int,
    monotonic_ns: int,
    pid: int,
    writer: str,
) -> bytes:
    """Make the first line of a segment."""
    header = Header(
        v=JOURNAL_VERSION,
        process=process,
        segment=number,
        seq=seq,
        time_unix_ns=time_unix_ns,
        monotonic_ns=monotonic_ns,
        pid=pid,
        writer=writer,
    )
    return encode(header) + b"\n"
