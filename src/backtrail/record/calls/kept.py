"""The bytes of a body, kept while the program reads or sends them: the beginning and the end."""

from __future__ import annotations

from typing import Any

from backtrail.model.limits import ARRIVALS_MAX, BODY_TAIL_BYTES_MAX


class Kept:
    """Bytes as they come by, within a limit, and how many there were."""

    # What stands here is what an empty one has: two are made for every request.
    head: bytes | bytearray = b""
    tail: bytes | bytearray = b""
    """The last bytes of what the head did not take."""
    size = 0
    arrivals: list[tuple[int, int]] = []  # noqa: RUF012 - replaced by the first that comes
    """How many bytes had come, and when, by the monotonic clock."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def add(self, piece: Any, time_ns: int) -> None:
        """Take bytes that came by."""
        size = len(piece)
        if not size:
            return
        if not self.size:
            self.arrivals = [(0, time_ns)]
        elif len(self.arrivals) < ARRIVALS_MAX:
            self.arrivals.append((self.size, time_ns))
        self.size += size
        if size == self.size and size <= self.limit:
            # Most bodies come as a whole.
            self.head = bytes(piece)
            return
        if type(self.head) is bytes:
            self.head = bytearray(self.head)
            self.tail = bytearray()
        self._append(piece)

    def _append(self, piece: Any) -> None:
        room = self.limit - len(self.head)
        if room >= len(piece):
            self.head += piece
            return
        if room > 0:
            self.head += piece[:room]
            piece = piece[room:]
        self.tail += piece[-BODY_TAIL_BYTES_MAX:]
        if len(self.tail) > 2 * BODY_TAIL_BYTES_MAX:
            self.tail = self.tail[-BODY_TAIL_BYTES_MAX:]

    @property
    def cut(self) -> int:
        """How many bytes between the head and the tail are missing."""
        return self.size - len(self.head) - len(self.tail)

    @property
    def is_whole(self) -> bool:
        """Whether the head is all there was."""
        return self.size == len(self.head)

    def arrived_ns(self, offset: int) -> int | None:
        """Return when the byte at an offset came by, where that is known."""
        found = None
        for start, time_ns in self.arrivals:
            if start > offset:
                return found
            found = time_ns
        return found if offset < self.size else None
