"""A thread that writes together what was handed in meanwhile: one sync serves all who wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Condition, Thread
from typing import Generic, TypeVar

from msgspec import Struct

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import INGEST_GROUP_BYTES_MAX

Work = TypeVar("Work")
Told = TypeVar("Told")


class Handed(Struct, Generic[Work, Told], frozen=True):
    """What one request handed in."""

    work: Work
    size: int
    """In bytes."""
    future: Future[Told]
    """Of what becomes of it."""


class Grouping(Generic[Work, Told]):
    """Lets a function write group after group, until it is closed.

    Args:
        folder: where it writes.
        commit: writes a group and tells each of its futures; when it raises, all of them fail.
        told: called after each group, with its bytes.
        end: called at the end, when nothing is written any more.
    """

    def __init__(
        self,
        folder: Path,
        *,
        commit: Callable[[list[Handed[Work, Told]]], None],
        told: Callable[[int], None],
        end: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._commit = commit
        self._told = told
        self._end = end
        self._handed: list[Handed[Work, Told]] = []
        self._is_closing = False
        self._changed = Condition()
        self.failures = 0
        """Groups that could not be written."""
        self._thread = Thread(target=self._run, name="backtrail-journal", daemon=True)

    def start(self) -> None:
        """Begin to take what is handed in."""
        self._thread.start()

    def submit(self, work: Work, size: int) -> Future[Told]:
        """Hand something in, from any thread; the future is done when it is on the disk.

        It fails with StoreError when it cannot be written; then the same may be handed in again.
        """
        future: Future[Told] = Future()
        # From here on nobody can take it back: what is handed in is written.
        future.set_running_or_notify_cancel()
        with self._changed:
            if self._is_closing:
                future.set_exception(self._not_written("the server is stopping"))
                return future
            self._handed.append(Handed(work, size, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Write what waits, and stop."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._handed and not self._is_closing:
                    self._changed.wait()
                group = self._next_group()
            if not group:
                break
            self._write(group)
            self._told(sum(handed.size for handed in group))
        self._end()

    def _next_group(self) -> list[Handed[Work, Told]]:
        size = count = 0
        for handed in self._handed:
            if count and size + handed.size > INGEST_GROUP_BYTES_MAX:
                break
            size += handed.size
            count += 1
        group, self._handed = self._handed[:count], self._handed[count:]
        return group

    def _write(self, group: list[Handed[Work, Told]]) -> None:
        try:
            self._commit(group)
        except Exception as error:  # noqa: BLE001 - an edge: nobody may wait for ever
            self.failures += 1
            why = error.strerror if isinstance(error, OSError) else repr(error)
            for handed in group:
                if not handed.future.done():
                    handed.future.set_exception(self._not_written(f"{why}"))

    def _not_written(self, why: str) -> StoreError:
        return StoreError(
            f"{self._folder} cannot be written: {why}",
            hint="free space on that disk; what was sent is taken when it is sent again",
        )
