"""Moves new bytes of the journal into the catalogue.

Blocks and how far each segment was read change in one transaction, and both are read again inside
it: a crash loses and repeats nothing, and two programs may index at once. An error that has no
file of its own, because its program was killed or still runs, gets one.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from backtrail.model import bundle
from backtrail.model.errors import NewerFormatError, StoreError
from backtrail.model.limits.reading import (
    BATCH_BYTES_MAX,
    BATCH_EVENTS_MAX,
    BLOCK_BYTES_MAX,
    BLOCK_EVENTS_MAX,
)
from backtrail.store import blocks, segments
from backtrail.store.blocks import OpenBlock
from backtrail.store.catalog import Catalog, Progress
from backtrail.store.engines.protocol import Row
from backtrail.store.kept import read_kept
from backtrail.store.packing.dictionaries import current, unpacked
from backtrail.store.segments import Line, Lines, Segment
from backtrail.store.spans.recount import bring_up
from backtrail.store.spans.trace_row import FROM_KIND, OPENED_BY_EVENT, Number, Place, Trace
from backtrail.store.summaries import SPECIAL, Summaries

_NEVER = -(1 << 63)
LISTINGS_MAX = 4
"""Times that one refresh looks for segments that were opened while it read others."""


class Indexed(Struct, frozen=True, kw_only=True):
    """What one refresh did."""

    events: int = 0
    bytes_read: int = 0
    segments: int = 0
    """Segments that brought something."""
    torn: int = 0
    """Lines that could not be read."""


class SegmentRow(Struct, kw_only=True):
    """A row of the table `segment`: how far a file has been read, and what it is."""

    name: str
    process: str
    number: int
    state: str = "live"
    """`live` while its writer holds it, `final` afterwards; or why it cannot be read: `newer`,
    `garbage`, `unreadable`."""
    note: str | None = None
    bytes_read: int = 0
    size: int = 0
    seq_first: int = 0
    seq_next: int = 0
    offset_ns: int = 0
    """Wall clock minus monotonic clock."""
    time_min_ns: int = 0
    time_max_ns: int = 0
    torn: int = 0
    pid: int = 0


def refresh(catalog: Catalog, progress: Progress | None = None) -> Indexed:
    """Index what the journal holds and the catalogue does not; cheap when there is nothing.

    `progress` is told bytes done and bytes in all.

    Raises:
        StoreError: the catalogue cannot be written; what it held before is intact.
    """
    bring_up(catalog)
    found = segments.list_segments(catalog.journal)
    _settle_missing(catalog, {segment.name for segment in found})
    settled = {row["name"] for row in catalog.rows("settled_segments")}
    pending = [segment for segment in found if segment.name not in settled]
    total = Totals(catalog, progress)
    for _ in range(LISTINGS_MAX):
        _index(catalog, deque(one for one in pending if _has_news(catalog, one)), total)
        # A program that went on to its next segment meanwhile must not be taken for dead.
        known = {segment.name for segment in found}
        found = segments.list_segments(catalog.journal)
        pending = [segment for segment in found if segment.name not in known]
        if not pending:
            break
    return total.indexed()


def segment_row(catalog: Catalog, name: str) -> SegmentRow | None:
    """Return what is known of a segment."""
    row = catalog.row("segment", name=name)
    return None if row is None else SegmentRow(**dict(zip(row.keys(), row, strict=True)))


def _index(catalog: Catalog, queue: deque[Segment], total: Totals) -> None:
    total.expect(queue)
    while queue:
        settled: list[Segment] = []
        with catalog.writing():
            batch = Batch(catalog, total)
            while queue and not batch.is_full():
                state = batch.read(queue[0])
                if state is not None:
                    segment = queue.popleft()
                    if state == "final":
                        settled.append(segment)
            batch.save()
        for segment in settled:
            # What cannot be cut is read around: the catalogue knows where the lines end.
            with suppress(OSError):
                segments.recover(segment.path)


class Totals:
    """Counts what all batches of one refresh did, and reports progress."""

    def __init__(self, catalog: Catalog, progress: Progress | None) -> None:
        self.events = 0
        self.bytes_read = 0
        self.names: set[str] = set()
        self.torn = 0
        self._catalog = catalog
        self._progress = progress
        self._bytes = 0

    def expect(self, queue: Iterable[Segment]) -> None:
        """Add what there is to read to what is reported."""
        if self._progress is not None:
            for segment in queue:
                row = segment_row(self._catalog, segment.name)
                with suppress(OSError):
                    self._bytes += segment.path.stat().st_size - (row.bytes_read if row else 0)

    def add(self, events: int, size: int, torn: int) -> None:
        """Count a piece of a segment."""
        self.events += events
        self.bytes_read += size
        self.torn += torn
        if self._progress is not None:
            self._progress(min(self.bytes_read, self._bytes), self._bytes)

    def indexed(self) -> Indexed:
        """Return the sum, and report the end."""
        if self._progress is not None and self._bytes:
            self._progress(self._bytes, self._bytes)
        return Indexed(
            events=self.events, bytes_read=self.bytes_read, segments=len(self.names), torn=self.torn
        )


class Batch:
    """One transaction's work."""

    def __init__(self, catalog: Catalog, total: Totals) -> None:
        self.catalog = catalog
        self.total = total
        self.events = 0
        self.bytes = 0
        self._summaries = Summaries(catalog)
        self._dictionary = current(catalog)
        self._open: dict[str, OpenBlock[Trace]] = {}
        self._dropped = read_kept(catalog.home).dropped

    def is_full(self) -> bool:
        """Tell whether it is time to commit."""
        return self.events >= BATCH_EVENTS_MAX or self.bytes >= BATCH_BYTES_MAX

    def save(self) -> None:
        """Write what is still held back."""
        self._summaries.save()

    def read(self, segment: Segment) -> str | None:
        """Index one segment as far as the batch has room; return its state once it is read."""
        row = segment_row(self.catalog, segment.name) or SegmentRow(
            name=segment.name, process=segment.process, number=segment.number
        )
        before = msgspec.structs.asdict(row)
        is_done = True
        try:
            with segments.opened(segment.path) as fd:
                is_done = self._read(fd, row)
        except NewerFormatError as error:
            row.state, row.note = "newer", error.message
        except StoreError as error:
            row.state, row.note = "garbage", error.message
        except OSError as error:
            row.state, row.note = "unreadable", f"{error.strerror}"
        if msgspec.structs.asdict(row) != before:
            self.total.names.add(row.name)
            self.catalog.run("save_segment", **msgspec.structs.asdict(row))
        return row.state if is_done else None

    def add_block(self, block: Row, covered: Callable[[int], bool], against: bytes) -> None:
        """Index again the events of a block of another catalogue, but those that are covered.

        `against` is the dictionary that its payload needs.
        """
        row = SegmentRow(name="", process=block["process"], number=0, offset_ns=block["offset_ns"])
        seqs, raws = blocks.unpack(block["payload"], against)
        for seq, raw in zip(seqs, raws, strict=True):
            line = segments.parse_line(raw)
            if line is not None and not covered(seq):
                self._put(row, raw, line, seq)
                self.events += 1
        self._flush(row)

    def _read(self, fd: int, row: SegmentRow) -> bool:
        is_final = segments.is_writer_gone(fd)
        if not row.bytes_read and not _begin(fd, row):
            return True
        covered = self._covered(row)
        while not self.is_full():
            lines = segments.read_lines(fd, row.bytes_read, is_final=is_final)
            if lines is None:
                row.state, row.note = ("final" if is_final else "live"), None
                break
            self._add(lines, row, covered)
            size = lines.end - row.bytes_read
            row.bytes_read = row.size = lines.end
            row.torn += lines.torn
            self.events += len(lines.raw)
            self.bytes += size
            self.total.add(len(lines.raw), size, lines.torn)
        else:
            self._flush(row)
            return False
        self._flush(row)
        return True

    def _covered(self, row: SegmentRow) -> frozenset[int]:
        """Return the seqs of this segment that blocks already hold: those of a copied file."""
        if row.seq_next != row.seq_first:
            return frozenset()
        kept = self.catalog.rows("blocks_of_process_from", process=row.process, seq=row.seq_first)
        return frozenset(seq for block in kept for seq in unpacked(self.catalog, block)[0])

    def _add(self, lines: Lines, row: SegmentRow, covered: frozenset[int]) -> None:
        put = self._put
        seq = row.seq_next
        for raw, line in zip(lines.raw, lines.parsed, strict=True):
            if line.kind == "clock.anchored":
                self._flush(row)
                row.offset_ns = _anchored(raw, line, row.offset_ns)
            if seq not in covered:
                put(row, raw, line, seq)
            seq += 1
        row.seq_next = seq

    def _put(self, row: SegmentRow, raw: bytes, line: Line, seq: int) -> None:
        """Add one event to the block of its trace, and to the summaries."""
        time_ns = line.t + row.offset_ns
        block = self._open.get(line.trace)
        if block is None:
            if time_ns <= self._dropped.get(line.trace, _NEVER):
                return
            process = row.process
            trace = self._summaries.trace(
                line.trace, line=line, process=process, time_unix_ns=time_ns
            )
            trace.name_it(line.kind, FROM_KIND, time_ns)
            trace.open_it(process, OPENED_BY_EVENT, time_ns)
            block = OpenBlock(
                trace=trace, seq_first=seq, seq_next=seq, time_min_ns=time_ns, time_max_ns=time_ns
            )
            self._open[line.trace] = block
        block.add(raw, line.kind, seq, time_ns)
        self._summaries.note(block.trace, raw)
        if line.kind in SPECIAL:
            place = Place(process=row.process, seq=seq, time_unix_ns=time_ns)
            self._summaries.add(block.trace, line, raw, place)
        if line.kind == "error.raised" and self.catalog.note is None:
            # Without its file a record is complete: no right or room to write one is no error.
            with suppress(OSError, ValueError):
                _write_bundle(self.catalog.home, raw)
        if len(block.lines) >= BLOCK_EVENTS_MAX or block.size >= BLOCK_BYTES_MAX:
            self._write(self._open.pop(line.trace), row)

    def _flush(self, row: SegmentRow) -> None:
        for block in self._open.values():
            self._write(block, row)
        self._open.clear()

    def _write(self, block: OpenBlock[Trace], row: SegmentRow) -> None:
        trace = block.trace
        payload = blocks.pack(block.runs, block.lines, self._dictionary)
        self.catalog.run(
            "add_block",
            trace_id=trace.trace_id,
            process=row.process,
            seq_min=block.seq_first,
            seq_max=block.seq_next - 1,
            time_min_ns=block.time_min_ns,
            time_max_ns=block.time_max_ns,
            offset_ns=row.offset_ns,
            events=len(block.lines),
            line_bytes=block.size,
            kinds=" ".join(sorted(block.kinds)),
            payload=payload,
        )
        trace.add_block(
            events=len(block.lines),
            time_min_ns=block.time_min_ns,
            time_max_ns=block.time_max_ns,
            stored_bytes=len(payload),
            line_bytes=block.size,
        )
        row.time_min_ns = min(row.time_min_ns, block.time_min_ns)
        row.time_max_ns = max(row.time_max_ns, block.time_max_ns)


def _write_bundle(home: Path, raw: bytes) -> None:
    """Write the file of an error that the recording program has not written, or not yet."""
    path = home / bundle.FOLDER / bundle.file_name(bundle.error_id_of(raw))
    if os.path.lexists(path):
        return
    text = bundle.rendered(raw)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(text)
    except OSError:
        draft.unlink()
        raise
    draft.replace(path)


class _Anchor(Struct):
    time_unix_ns: Number


_decode_anchor = msgspec.json.Decoder(_Anchor).decode


def _anchored(raw: bytes, line: Line, offset_ns: int) -> int:
    """Return the wall clock's offset as an event of kind `clock.anchored` says it."""
    with suppress(msgspec.DecodeError):
        return _decode_anchor(raw).time_unix_ns - line.t
    return offset_ns


def _begin(fd: int, row: SegmentRow) -> bool:
    """Take over what the header says; `False` while there is none."""
    opening = segments.read_header(fd, source=row.name)
    if opening is None:
        return False
    header, row.bytes_read = opening
    row.process, row.number, row.pid = header.process, header.segment, header.pid
    row.seq_first = row.seq_next = header.seq
    row.offset_ns = header.time_unix_ns - header.monotonic_ns
    row.time_min_ns = row.time_max_ns = header.time_unix_ns
    row.size = row.bytes_read
    return True


def _has_news(catalog: Catalog, segment: Segment) -> bool:
    """Tell whether a segment that is not settled has bytes or an end to index."""
    row = segment_row(catalog, segment.name)
    try:
        with segments.opened(segment.path) as fd:
            if row is not None and row.state == "live":
                return segments.is_writer_gone(fd) or (
                    segments.read_lines(fd, row.bytes_read, is_final=False) is not None
                )
            return segments.read_header(fd, source=segment.name) is not None
    except NewerFormatError:
        return row is None or row.state != "newer"
    except StoreError:
        return True
    except OSError:
        return row is None or row.state != "unreadable"


def _settle_missing(catalog: Catalog, names: set[str]) -> None:
    """Close the books of segments whose file was removed while it was live."""
    lost = [row for row in catalog.rows("open_segments", state="live") if row["name"] not in names]
    if lost:
        with catalog.writing():
            for row in lost:
                row_now = segment_row(catalog, row["name"])
                if row_now is not None and row_now.state == "live":
                    row_now.state, row_now.note = "final", "the file is gone"
                    catalog.run("save_segment", **msgspec.structs.asdict(row_now))
