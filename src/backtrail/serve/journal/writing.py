"""The thread that writes: what requests handed in meanwhile is written and synced together.

Nothing is told to be accepted before `fdatasync` has returned. A write that fails ends its segment,
since a reader may have read a part of it; the next one begins a further segment.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from socket import gethostname

import msgspec
from msgspec import Struct

from backtrail.model.clock import Clock
from backtrail.model.event import JOURNAL_VERSION, Body, Header
from backtrail.model.kinds import ProcessEnded, ProcessStarted
from backtrail.model.limits.reading import INGEST_SEGMENT_BYTES
from backtrail.model.version import __version__
from backtrail.record.capture.secrets.command import clean_command
from backtrail.serve.journal.grouping import Grouping, Handed
from backtrail.serve.journal.remembered import Remembered
from backtrail.serve.journal.segment import Segment
from backtrail.serve.journal.unit import Unit

_encode = msgspec.json.Encoder().encode


class Accepted(Struct, frozen=True, kw_only=True):
    """What became of what was handed in."""

    written: int
    """Spans and log records that are on the disk now."""
    repeated: int
    """Spans that were there already."""


class Writer:
    """Writes the journal of one server; `submit` may be called from any thread.

    Args:
        journal: the folder.
        process: under which id.
        remembered: what was accepted lately.
        told: called after each write, with its bytes.
    """

    def __init__(
        self,
        journal: Path,
        process: str,
        *,
        clock: Clock,
        remembered: Remembered,
        told: Callable[[int], None],
    ) -> None:
        self._journal = journal
        self._process = process
        self._clock = clock
        self._remembered = remembered
        self._segment: Segment | None = None
        self._number = 0
        self._seq = 0
        # Only its own thread counts.
        self.written_units = self.repeated_units = self.written_bytes = self.commits = 0
        self._groups = Grouping(journal, commit=self._commit, told=told, end=self._end)

    @property
    def failed_commits(self) -> int:
        """Groups that could not be written."""
        return self._groups.failures

    def start(self) -> None:
        """Begin to take units."""
        self._groups.start()

    def submit(self, units: list[Unit]) -> Future[Accepted]:
        """Hand in units; the future tells when all of them are on the disk.

        It fails with StoreError when the disk is full or cannot be written; then what is there and
        what is not is known here, and the same units may be handed in again.
        """
        return self._groups.submit(units, sum(len(unit.lines) for unit in units))

    def close(self) -> None:
        """Write what waits, and end the journal."""
        self._groups.close()

    def _commit(self, group: list[Handed[list[Unit], Accepted]]) -> None:
        """Write a group and tell each of its requests what became of it."""
        fresh: set[bytes] = set()
        batches = [self._fresh(handed.work, fresh) for handed in group]
        units = [unit for batch in batches for unit in batch]
        if units:
            self._write(units)
        self._remembered.add(fresh)
        self.written_units += len(units)
        for handed, batch in zip(group, batches, strict=True):
            repeated = len(handed.work) - len(batch)
            self.repeated_units += repeated
            handed.future.set_result(Accepted(written=len(batch), repeated=repeated))

    def _fresh(self, units: list[Unit], fresh: set[bytes]) -> list[Unit]:
        """Return the units that are not known yet, and add their keys."""
        remembered = self._remembered
        found = []
        for unit in units:
            key = unit.key
            if key:
                if key in fresh or key in remembered:
                    continue
                fresh.add(key)
            found.append(remembered.unwritten(unit) if key in remembered.begun else unit)
        return found

    def _write(self, units: list[Unit]) -> None:
        data = b"".join([unit.lines for unit in units])
        segment = self._segment
        if segment is None or not segment.has_room(len(data)):
            segment = self._open_next(len(data))
        try:
            segment.append(data)
            self.written_bytes += len(data)
            self.commits += 1
        except OSError:
            self._remembered.keep_beginning(units, segment.salvage(data))
            self._retire()
            raise

    def _open_next(self, size: int) -> Segment:
        """Open the next segment; the one before keeps its lock until then."""
        prologue = self._prologue() if not self._number else b""
        now = self._clock.time_unix_ns()
        header = Header(
            v=JOURNAL_VERSION,
            process=self._process,
            segment=self._number + 1,
            seq=self._segment.seq if self._segment else self._seq,
            # Events bring their own wall clock: nothing is to be added to their time.
            time_unix_ns=now,
            monotonic_ns=now,
            pid=os.getpid(),
            writer=__version__,
        )
        line = _encode(header) + b"\n"
        room = len(line) + len(prologue) + size
        path = self._journal / f"{self._process}.{self._number + 1:04d}.jsonl"
        segment = Segment(path, line, size=max(INGEST_SEGMENT_BYTES, room), seq=header.seq)
        before, self._segment = self._segment, segment
        self._number += 1
        if before is not None:
            before.close()
        if prologue:
            segment.append(prologue)
        return segment

    def _retire(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            self._seq = segment.seq
            segment.close()

    def _prologue(self) -> bytes:
        """Say first who writes: without it no trace is known to be another than the server's."""
        return self._line(
            "process.started",
            ProcessStarted(
                pid=os.getpid(),
                parent_pid=os.getppid(),
                argv=clean_command(sys.orig_argv),
                executable=sys.executable,
                cwd=str(Path.cwd()),
                python=platform.python_version(),
                platform=platform.platform(),
                host=gethostname(),
                mode="full",
            ),
        )

    def _line(self, kind: str, body: Body) -> bytes:
        head = b'{"t":%d,"trace":"","kind":"%b"' % (self._clock.time_unix_ns(), kind.encode())
        members = _encode(body)
        return head + (b"}\n" if members == b"{}" else b"," + members[1:] + b"\n")

    def _end(self) -> None:
        try:
            if self._segment is not None:
                self._write([Unit(key=b"", lines=self._line("process.ended", ProcessEnded()))])
        except OSError:
            # The disk is full: without this line the server counts as one that died.
            return
        finally:
            self._retire()
