"""Which spans were accepted lately, so that one that comes again is not kept twice.

A client that got no answer sends its request again. Of the last spans at least `INGEST_KEYS_MAX`
are known, and at most twice as many; across a restart, those in the segments that are still there,
of which `INGEST_SEGMENTS_KEPT` stay after they are indexed. So what comes again within seconds or
minutes is dropped, and what comes again days later is kept a second time: a reader shows it once,
since both have one span id, but counts it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from backtrail.model.errors import BacktrailError
from backtrail.model.limits.reading import INGEST_KEYS_MAX
from backtrail.serve.journal.unit import Unit
from backtrail.store.segments import Lines, list_segments, opened, read_header, read_lines

_ID_DIGITS = (32, 16)


class Remembered:
    """A bounded memory of keys, in two generations: the older one goes as a whole."""

    def __init__(self, most: int = INGEST_KEYS_MAX) -> None:
        self._most = most
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()
        self.begun: dict[bytes, int] = {}
        """Of spans of which a sudden end left only the beginning: how many lines are there."""

    def __contains__(self, key: bytes) -> bool:
        return key in self._young or key in self._old

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def add(self, keys: Iterable[bytes]) -> None:
        """Remember keys."""
        self._young.update(keys)
        for key in self.begun.keys() & self._young:
            del self.begun[key]
        if len(self._young) >= self._most:
            self._old, self._young = self._young, set()

    def unwritten(self, unit: Unit) -> Unit:
        """Return what is missing of a unit whose beginning is on the disk."""
        lines = unit.lines.split(b"\n")[self.begun.get(unit.key, 0) :]
        return Unit(key=unit.key, lines=b"\n".join(lines))

    def keep_beginning(self, units: Iterable[Unit], size: int) -> None:
        """Remember those units, of some that were written together, that are in so many bytes.

        Of the one that is there in part it remembers how many of its lines are.
        """
        for unit in units:
            left = size
            size -= len(unit.lines)
            if size >= 0:
                self.add([unit.key] if unit.key else [])
            elif left > 0 and unit.key:
                count = unit.lines.count(b"\n", 0, left)
                self.begun[unit.key] = self.begun.get(unit.key, 0) + count
            if size <= 0:
                return

    def read_back(self, journal: Path, processes: set[str]) -> None:
        """Remember what the journals of earlier servers hold, the oldest first."""
        for segment in list_segments(journal):
            if segment.process in processes:
                try:
                    self._read(segment.path)
                except (OSError, BacktrailError):
                    # Pruned meanwhile, or damaged: what comes again is kept twice, not lost.
                    continue

    def _read(self, path: Path) -> None:
        begun: dict[bytes, int] = {}
        for lines in _lines(path):
            ended: list[bytes] = []
            for line in lines.parsed:
                key = _key(line.trace, line.span)
                if line.kind == "trace.started" and line.span is None:
                    ended.append(_key_of_trace(line.trace))
                elif key and line.kind == "span.started":
                    begun[key] = 1
                elif key in begun:
                    if line.kind == "span.ended":
                        del begun[key]
                        ended.append(key)
                    else:
                        begun[key] += 1
            self.add(filter(None, ended))
        # Lines of one span stand together: only the last one of a segment can be torn.
        self.begun.update(begun)


def _lines(path: Path) -> Iterator[Lines]:
    with opened(path) as fd:
        opening = read_header(fd, source=path.name)
        if opening is None:
            return
        offset = opening[1]
        while (lines := read_lines(fd, offset, is_final=True)) is not None:
            yield lines
            offset = lines.end


def _key(trace_id: str, span_id: str | None) -> bytes:
    if span_id is None or (len(trace_id), len(span_id)) != _ID_DIGITS:
        return b""
    try:
        return bytes.fromhex(trace_id + span_id)
    except ValueError:
        return b""


def _key_of_trace(trace_id: str) -> bytes:
    try:
        return bytes.fromhex(trace_id)
    except ValueError:
        return b""
