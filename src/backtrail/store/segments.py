"""Segment files of the journal: which there are, whose writer still lives, what their lines say.

A writer maps its segment into memory and holds an exclusive `flock` on it for its whole life;
behind the last line the file is NUL. A reader that gets a shared lock therefore knows that the
writer is gone, however it died, and two readers never take each other for a writer.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from backtrail.model.errors import StoreError
from backtrail.model.event import Header, parse_header
from backtrail.model.limits.reading import (
    COMMAND_WORDS_MAX,
    HEADER_BYTES_MAX,
    ID_CHARS_MAX,
    READ_BYTES_MAX,
)

_NAME = re.compile(r"([0-9a-f]{32})\.([0-9]{4,9})\.jsonl\Z")


class Segment(Struct, frozen=True, kw_only=True):
    """One file of the journal."""

    path: Path
    process: str
    """Who wrote it, by the file's name."""
    number: int

    @property
    def name(self) -> str:
        """The file's name, by which the catalogue knows it."""
        return self.path.name


class Holder(Struct, frozen=True, kw_only=True):
    """A process that holds a lock."""

    pid: int
    command: str | None
    """How it was started, without its options; `None` where the system does not tell."""

    @property
    def text(self) -> str:
        """Its identity in words."""
        return f"process {self.pid} ({self.command})" if self.command else f"process {self.pid}"


_NUMBER_MAX = 1 << 62
"""What an SQLite column can hold, with room to add."""

Nanoseconds = Annotated[int, Meta(ge=-_NUMBER_MAX, le=_NUMBER_MAX)]
"""A clock's reading; beyond this range a line is garbage."""


Id = Annotated[str, Meta(max_length=ID_CHARS_MAX)]
"""What names something, short enough for any index; a line with a longer one is garbage."""


class Line(Struct, gc=False):
    """What indexing needs of every event line: its envelope and what may name a trace."""

    t: Nanoseconds
    trace: Id
    kind: str
    span: Id | None = None
    name: Any = None
    parent: Any = None
    action: Any = None


class Lines(Struct, frozen=True, kw_only=True):
    """Whole lines read from a segment."""

    raw: list[bytes]
    """Each readable event line as it stands in the file."""
    parsed: list[Line]
    """The same lines, read."""
    end: int
    """Offset in the file behind them."""
    torn: int
    """Lines that could not be read."""


def list_segments(journal: Path) -> list[Segment]:
    """Return the journal's segments, those of the oldest process first.

    A journal that is not there has none; a folder or a link that is named like a segment is not
    one.
    """
    segments = []
    try:
        with os.scandir(journal) as entries:
            for entry in entries:
                match = _NAME.match(entry.name)
                if match and entry.is_file(follow_symlinks=False):
                    segments.append(
                        Segment(path=Path(entry.path), process=match[1], number=int(match[2]))
                    )
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(segments, key=lambda segment: (segment.process, segment.number))


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Give a file descriptor of a segment, for reading."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


def is_writer_gone(fd: int) -> bool:
    """Tell whether the segment's writer has ended, in whatever way.

    Where the file system knows no locks, the answer is no: a live file is never cut.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    fcntl.flock(fd, fcntl.LOCK_UN)
    return True


def holders(*paths: Path) -> list[Holder]:
    """Return the processes that hold a lock for writing on any of these files.

    The system is asked, so that nothing has to be written down by the holder and nothing of a dead
    one remains. Where it does not tell, as for another user's processes, the answer is shorter.
    """
    wanted = {identity for path in paths if (identity := _identity(path)) is not None}
    pids: dict[int, None] = {}
    with suppress(OSError):
        for match in _LOCK.finditer(Path("/proc/locks").read_text(encoding="ascii")):
            device = os.makedev(int(match["major"], 16), int(match["minor"], 16))
            if (device, int(match["inode"])) in wanted and int(match["pid"]) > 0:
                pids[int(match["pid"])] = None
    return [Holder(pid=pid, command=_command(pid)) for pid in pids]


def holders_text(*paths: Path, otherwise: str) -> str:
    """Name the processes that hold these files: `process 4711 (python app.py)`."""
    found = [holder.text for holder in holders(*paths)]
    return " and ".join(found) or otherwise


def read_header(fd: int, *, source: str) -> tuple[Header, int] | None:
    """Return a segment's header and the offset behind it; `None` while there is none.

    Raises:
        NewerFormatError: a later version wrote the segment.
        StoreError: the file is no segment.
    """
    start = os.pread(fd, HEADER_BYTES_MAX, 0)
    line, newline, _ = start.partition(b"\n")
    if not newline and not start.strip(b"\0"):
        return None
    header = parse_header(line, source=source)
    numbers = (header.seq, header.time_unix_ns, header.monotonic_ns, header.segment, header.pid)
    if not all(-_NUMBER_MAX <= number <= _NUMBER_MAX for number in numbers):
        raise StoreError(f"{source} has a header beyond all numbers", hint="backtrail doctor")
    return header, len(line) + 1


def read_lines(fd: int, offset: int, *, is_final: bool) -> Lines | None:
    """Return the next whole lines of a segment, or `None` when there are no more.

    Of a live segment it reads up to the first NUL and leaves a line without an end to the next
    call. Of a final one it reads to the end of the file: the NUL tail is passed over, a line that
    was being written when the writer died is counted as torn, and so is each hole of NULs.
    """
    data = os.pread(fd, READ_BYTES_MAX, offset)
    is_full = len(data) == READ_BYTES_MAX
    if not is_final:
        nul = data.find(b"\0")
        if nul >= 0:
            data = data[:nul]
            is_full = False
    if not data:
        return None
    end = data.rfind(b"\n") + 1
    if end:
        raw, parsed, torn = _parse(data[:end])
        return Lines(raw=raw, parsed=parsed, end=offset + end, torn=torn)
    if not is_final and not is_full:
        return None
    torn = 1 if data.strip(b"\0") else 0
    return Lines(raw=[], parsed=[], end=offset + len(data), torn=torn)


def parse_line(line: bytes) -> Line | None:
    """Read one event line; `None` when it is none."""
    try:
        str(line, "utf-8")
        return _decode_line(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def recover(path: Path) -> int:
    """Cut a dead writer's segment behind its last whole line; return how many bytes went.

    Only a file with a header is cut: one without may belong to a program that is about to begin.
    """
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if not is_writer_gone(fd):
            return 0
        size = os.fstat(fd).st_size
        end = _end_of_lines(fd, size)
        if not end or end == size:
            return 0
        os.ftruncate(fd, end)
        return size - end
    finally:
        os.close(fd)


_LOCK = re.compile(
    r"^\d+: (?:FLOCK|POSIX) +ADVISORY +WRITE +(?P<pid>-?\d+) "
    r"(?P<major>[0-9a-f]+):(?P<minor>[0-9a-f]+):(?P<inode>\d+) ",
    flags=re.MULTILINE,
)
"""A lock for writing that somebody has; one that is waited for has `->` behind its number."""


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _command(pid: int) -> str | None:
    """Return a process's program and what it was told, up to the first option."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return None
    words = line.rstrip("\0").split("\0")
    shown: list[str] = []
    for word in words[:COMMAND_WORDS_MAX]:
        if word.startswith("-") and word != "-m":
            break
        shown.append(word.rpartition("/")[2] if len(shown) < 2 else word)  # noqa: PLR2004 - see below
    # An interpreter, and a console script that it runs, are known by their names alone.
    if len(shown) > 1 and shown[0].startswith("python") and "/bin/" in words[1]:
        shown = shown[1:]
    return " ".join(word for word in shown if word.isprintable()) or None


_decode_line = msgspec.json.Decoder(Line).decode
_decode_lines = msgspec.json.Decoder(Line).decode_lines


def _parse(data: bytes) -> tuple[list[bytes], list[Line], int]:
    raw = data[:-1].split(b"\n")
    try:
        str(data, "utf-8")
        parsed = _decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _parse_each(raw)
    if len(parsed) != len(raw) or b"\n\n" in data:
        return _parse_each(raw)
    return raw, parsed, 0


def _parse_each(lines: list[bytes]) -> tuple[list[bytes], list[Line], int]:
    raw = []
    parsed = []
    torn = 0
    for line in lines:
        text = line.strip(b"\0")
        torn += text != line
        if not text:
            continue
        read = parse_line(text)
        if read is None:
            torn += text == line
            continue
        raw.append(text)
        parsed.append(read)
    return raw, parsed, torn


def _end_of_lines(fd: int, size: int) -> int:
    """Find the offset behind the last newline; 0 when there is none."""
    end = size
    while end > 0:
        start = max(0, end - READ_BYTES_MAX)
        newline = os.pread(fd, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
