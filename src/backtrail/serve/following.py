"""Follows the journal: hands out events as running programs record them.

It reads the segments themselves, without the catalogue, so that a live view costs the store
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from backtrail.model.errors import StoreError
from backtrail.model.event import Event, LineReader
from backtrail.model.limits.reading import FOLLOW_EVENTS_MAX
from backtrail.store import segments
from backtrail.store.segments import Segment


class Follower:
    """Remembers how far each segment was read."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.torn = 0
        """Lines that could not be read."""
        self._open: dict[str, _Position] = {}
        self._done: set[str] = set()

    def skip_finished(self) -> None:
        """Pass over every segment whose writer has ended."""
        for segment in segments.list_segments(self.journal):
            with suppress(OSError), segments.opened(segment.path) as fd:
                if segments.is_writer_gone(fd):
                    self._done.add(segment.name)

    def skip_recorded(self) -> None:
        """Pass over all that has been recorded so far."""
        self.skip_finished()
        while len(self.poll()) >= FOLLOW_EVENTS_MAX:
            pass

    def poll(self) -> list[Event]:
        """Return events since the last call, in time order.

        After so many, `FOLLOW_EVENTS_MAX`, it stops: the next call goes on from there.
        """
        found: list[Event] = []
        for segment in segments.list_segments(self.journal):
            if segment.name in self._done:
                continue
            for events in self._read(segment):
                found += events
                if len(found) >= FOLLOW_EVENTS_MAX:
                    return sorted(found, key=_time)
        return sorted(found, key=_time)

    def _read(self, segment: Segment) -> Iterator[list[Event]]:
        """Yield what is new in one segment; one that cannot be read is not asked again."""
        try:
            with segments.opened(segment.path) as fd:
                yield from self._read_open(segment, fd)
        except (OSError, StoreError):
            self._done.add(segment.name)

    def _read_open(self, segment: Segment, fd: int) -> Iterator[list[Event]]:
        is_final = segments.is_writer_gone(fd)
        position = self._open.get(segment.name)
        if position is None:
            opening = segments.read_header(fd, source=segment.name)
            if opening is None:
                return
            position = self._open[segment.name] = _Position(LineReader(opening[0]), opening[1])
        while lines := segments.read_lines(fd, position.offset, is_final=is_final):
            position.offset = lines.end
            self.torn += lines.torn
            yield list(position.events(lines.raw))
        if is_final:
            self._done.add(segment.name)
            del self._open[segment.name]


def _time(event: Event) -> tuple[int, str, int]:
    return event.time_unix_ns, event.process, event.seq


class _Position:
    def __init__(self, reader: LineReader, offset: int) -> None:
        self.reader = reader
        self.offset = offset

    def events(self, lines: Iterable[bytes]) -> Iterator[Event]:
        for line in lines:
            with suppress(msgspec.DecodeError, KeyError, TypeError):
                yield self.reader.event(line)


def is_wanted(*, trace_id: str | None, kinds: tuple[str, ...]) -> Callable[[Event], bool]:
    """Return the test that an event of this trace and these kinds, or nouns of kinds, passes."""

    def test(event: Event) -> bool:
        if trace_id is not None and event.trace_id != trace_id:
            return False
        noun = event.kind.partition(".")[0]
        return not kinds or event.kind in kinds or noun in kinds

    return test
