"""The journals of other machines' processes, as they come in.

What a process wrote stays one journal of that process here: in segments of the same format, with
its own numbers of events and its own clock, so that the indexer reads them as those of a program
of this machine. Which segment of the source a line stood in is not kept: a segment here ends when
it is full, when the process has ended, or when this server does.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from backtrail.model.changes import BLOBS, blob_place
from backtrail.model.errors import StoreError
from backtrail.model.event import Header
from backtrail.model.limits.reading import (
    RECEIVED_KNOWN_MAX,
    RECEIVED_OPEN_MAX,
    RECEIVED_SEGMENT_BYTES,
)
from backtrail.serve.journal.grouping import Grouping, Handed
from backtrail.serve.journal.segment import Segment
from backtrail.serve.shipping.parcel import (
    Outcome,
    Parcel,
    Payload,
    Stretch,
    offset_behind,
)
from backtrail.store.segments import Segment as Listed
from backtrail.store.segments import list_segments, opened, read_header, read_lines

_MARK = b',"received":true}\n'
_encode = msgspec.json.Encoder().encode


class _Marked(Struct):
    received: bool = False


_decode_marked = msgspec.json.Decoder(_Marked).decode


class _Journal(Struct):
    """What is known of the journal of one process."""

    next_seq: int = 0
    number: int = 0
    """Of its last segment."""
    segment: Segment | None = None
    offset_ns: int = 0
    """Wall clock minus monotonic clock, behind its last line."""
    is_own: bool = False
    """Whether a program of this machine writes it."""


class _Run(Struct):
    """Lines that are written at once."""

    header: Header | None = None
    """Of a segment that begins with the first of them."""
    lines: list[bytes] = []


class Received:
    """Writes what other machines send; `submit` may be called from any thread.

    Args:
        home: the `.backtrail` directory.
        told: called after each write, with its bytes.
    """

    def __init__(self, home: Path, *, told: Callable[[int], None]) -> None:
        self._home = home
        self._folder = home / "journal"
        self._journals: OrderedDict[str, _Journal] = OrderedDict()
        self._groups = Grouping(self._folder, commit=self._commit, told=told, end=self._end)

    def start(self) -> None:
        """Begin to take parcels."""
        self._groups.start()

    def submit(self, parcels: list[Parcel], size: int) -> Future[dict[str, Outcome]]:
        """Hand in parcels; the future tells how far each process came, once that is on the disk.

        It fails with StoreError when something cannot be written; then the same may be sent again.
        """
        return self._groups.submit(parcels, size)

    def close(self) -> None:
        """Write what waits, and let go of all journals."""
        self._groups.close()

    def _end(self) -> None:
        for journal in self._journals.values():
            _close(journal)

    def _commit(self, group: list[Handed[list[Parcel], dict[str, Outcome]]]) -> None:
        """Write a group, each process's lines at once, and tell each request of its processes."""
        waiting: dict[str, list[Stretch]] = {}
        for handed in group:
            for parcel in handed.work:
                if isinstance(parcel, Payload):
                    self._keep(parcel)
                else:
                    waiting.setdefault(parcel.header.process, []).append(parcel)
        outcomes = {name: self._write(name, all_) for name, all_ in waiting.items()}
        for handed in group:
            names = {parcel.header.process for parcel in handed.work if isinstance(parcel, Stretch)}
            handed.future.set_result({name: outcomes[name] for name in names})

    def _write(self, process: str, stretches: list[Stretch]) -> Outcome:
        """Append what is new of one process, and force it to the disk."""
        journal = self._journal(process)
        if journal.is_own:
            return Outcome(next_seq=0, refused="it is recorded on the server's own machine")
        is_gap = False
        run = _Run()
        for stretch in stretches:
            first = stretch.header.seq
            at = journal.next_seq + len(run.lines)
            if first > at and not stretch.is_after_gap:
                is_gap = True
                continue
            skipped = max(0, at - first)
            new = [bytes(line) for line in stretch.lines[skipped:]]
            if not new:
                continue
            header = _header_at(stretch, skipped)
            if first > at or _offset_ns(header) != journal.offset_ns:
                # A segment has one beginning: what goes on elsewhere, or by another tie between
                # the clocks, begins a further one.
                self._append(journal, run)
                _close(journal)
                journal.next_seq, run = header.seq, _Run()
            run.header = run.header or header
            run.lines += new
            journal.offset_ns = offset_behind(new, _offset_ns(header))
        self._append(journal, run)
        if stretches[-1].is_ended and not is_gap:
            _close(journal)
        return Outcome(next_seq=journal.next_seq, is_gap=is_gap)

    def _append(self, journal: _Journal, run: _Run) -> None:
        if run.header is None:
            return
        data = b"\n".join([*run.lines, b""])
        segment = journal.segment
        if segment is None or not segment.has_room(len(data)):
            segment = self._open_next(journal, run.header, len(data))
        try:
            segment.append(data)
        except OSError:
            segment.salvage(data)
            # How far it came is read from the file, the next time.
            _close(self._journals.pop(run.header.process))
            raise
        journal.next_seq = segment.seq

    def _open_next(self, journal: _Journal, header: Header, size: int) -> Segment:
        number = journal.number + 1
        line = _encode(structs.replace(header, segment=number))[:-1] + _MARK
        path = self._folder / f"{header.process}.{number:04d}.jsonl"
        room = max(RECEIVED_SEGMENT_BYTES, len(line) + size)
        segment = Segment(path, line, size=room, seq=header.seq)
        # The one before keeps its lock until then: nobody takes the process for one that ended.
        _close(journal)
        journal.segment, journal.number = segment, number
        return segment

    def _journal(self, process: str) -> _Journal:
        """Return what is known of a process; of those that are open the oldest one is closed."""
        found = self._journals.get(process)
        if found is None:
            found = self._journals[process] = _looked_up(self._folder, process)
        self._journals.move_to_end(process)
        held = [each for each in self._journals.values() if each.segment is not None]
        if len(held) >= RECEIVED_OPEN_MAX:
            _close(next(each for each in held if each is not found))
        if len(self._journals) > RECEIVED_KNOWN_MAX:
            _close(self._journals.popitem(last=False)[1])
        return found

    def _keep(self, payload: Payload) -> None:
        """Keep a blob, on the disk before it is acknowledged."""
        part, file = blob_place(payload.name)
        path = self._home / BLOBS / part / file
        for folder in (self._home / BLOBS, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        if os.path.lexists(path):
            os.utime(path, follow_symlinks=False)
            return
        draft = path.with_suffix(".draft")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(draft, flags, 0o600), "wb") as target:
                target.write(payload.text.encode())
                target.flush()
                os.fsync(target.fileno())
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise


def _header_at(stretch: Stretch, skipped: int) -> Header:
    """Return the header of a segment that begins behind so many lines of a stretch."""
    header = stretch.header
    lines = [bytes(line) for line in stretch.lines[:skipped]]
    offset_ns = offset_behind(lines, _offset_ns(header))
    return structs.replace(
        header, seq=header.seq + skipped, time_unix_ns=header.monotonic_ns + offset_ns
    )


def _offset_ns(header: Header) -> int:
    return header.time_unix_ns - header.monotonic_ns


def _looked_up(folder: Path, process: str) -> _Journal:
    """Return what the files of a process tell; what they hold is then safe on the disk."""
    listed = [each for each in list_segments(folder) if each.process == process]
    journal = _Journal()
    for segment in listed:
        journal.number = segment.number
        try:
            found = _counted(segment)
        except StoreError:
            # Of what cannot be read it is not known how far it came.
            found = None
        if found is None:
            journal.is_own = True
        else:
            journal.next_seq = max(found, journal.next_seq)
    return journal


def _counted(segment: Listed) -> int | None:
    """Return the `seq` behind a segment; `None` when it was not received."""
    with opened(segment.path) as fd:
        opening = read_header(fd, source=segment.name)
        if opening is None:
            return None
        header, offset = opening
        first = os.pread(fd, offset, 0)
        if not _decode_marked(first).received:
            return None
        seq = header.seq
        while (lines := read_lines(fd, offset, is_final=True)) is not None:
            seq += len(lines.raw)
            offset = lines.end
        os.fsync(fd)
    return seq


def _close(journal: _Journal) -> None:
    segment, journal.segment = journal.segment, None
    if segment is not None:
        segment.close()
