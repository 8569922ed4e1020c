"""How much may wait at one time: a request that finds no room is refused at once."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Self

from backtrail.model.errors import BacktrailError
from backtrail.model.limits.reading import INGEST_WAITING_BYTES_MAX


class BusyError(BacktrailError):
    """More is waiting than may; the same request will be taken a moment later."""


class Room:
    """Counts the bytes of all requests that are being taken."""

    def __init__(self, most: int = INGEST_WAITING_BYTES_MAX) -> None:
        self.most = most
        self.taken = 0
        self.refused = 0
        self._lock = Lock()

    def share(self) -> Share:
        """Begin to take room for one request."""
        return Share(self)

    def take(self, size: int) -> None:
        """Take room.

        Raises:
            BusyError: there is not so much.
        """
        with self._lock:
            if self.taken + size > self.most:
                self.refused += 1
                raise BusyError(
                    f"{self.taken} bytes of other requests are waiting, of {self.most} that may",
                    hint="send it again in a second",
                )
            self.taken += size

    def give_back(self, size: int) -> None:
        """Return room that was taken."""
        with self._lock:
            self.taken -= size


class Share:
    """The room of one request; leaving the `with` statement gives it back."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0

    def grow(self, size: int) -> None:
        """Take more room; raises BusyError as `Room.take` does."""
        self._room.take(size)
        self._size += size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._room.give_back(self._size)
        self._size = 0
