"""The thread that moves what the journal brought into the catalogue."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from backtrail.model.clock import NS_PER_S, Clock
from backtrail.model.errors import BacktrailError
from backtrail.model.limits.reading import (
    INGEST_BEHIND_BYTES_MAX,
    INGEST_INDEX_EVERY_S,
    INGEST_INDEX_RETRY_S_MAX,
    INGEST_SEGMENTS_KEPT,
    TEXT_PARTS_AT_ONCE,
)
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh, segment_row
from backtrail.store.retention import exclusive
from backtrail.store.segments import list_segments
from backtrail.store.text.index import TextIndex


class Indexing:
    """Indexes while lines come in; an engine that is down is tried again until it is back.

    Args:
        home: the `.backtrail` directory.
        processes: whose segments are a server's, and go once they are indexed.
        keep: how many of them stay.
        store: the setting of that name, which says where the catalogue is kept.
    """

    def __init__(
        self,
        home: Path,
        processes: set[str],
        *,
        clock: Clock,
        keep: int = INGEST_SEGMENTS_KEPT,
        store: str | None = None,
    ) -> None:
        self._home = home
        self._store = store
        self._processes = processes
        self._clock = clock
        self._keep = keep
        self._news = Event()
        self._closing = Event()
        self._catalog: Catalog | None = None
        self._text: TextIndex | None = None
        self._written = 0
        """Bytes of lines that this server wrote; only its writer counts them."""
        self._indexed = 0
        self.failures = 0
        """Refreshes that failed since the last one that did not."""
        self.trouble: Exception | None = None
        """Why the last one failed; `None` when it did not."""
        self._thread = Thread(target=self._run, name="backtrail-index", daemon=True)

    def start(self) -> None:
        """Begin with what is there."""
        self._news.set()
        self._thread.start()

    def nudge(self, size: int = 0) -> None:
        """Say that there are new lines, and how many bytes."""
        self._written += size
        self._news.set()

    @property
    def behind_bytes(self) -> int:
        """Bytes that were written and are not indexed yet."""
        return self._written - self._indexed

    def is_behind(self) -> bool:
        """Tell whether so much waits that a query would miss what was acknowledged long ago.

        While the engine is down nobody waits for it: the journal takes what comes.
        """
        return not self.failures and self.behind_bytes > INGEST_BEHIND_BYTES_MAX

    def close(self) -> None:
        """Index what is left, and stop."""
        self._closing.set()
        self._news.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._news.wait()
                self._news.clear()
                began = self._clock.monotonic_ns()
                self._step()
                self._fill_text()
                took_s = (self._clock.monotonic_ns() - began) / NS_PER_S
                self._closing.wait(max(self._pause_s() - took_s, 0.0))
            self._step()
        finally:
            self._let_go()

    def _pause_s(self) -> float:
        pause = INGEST_INDEX_EVERY_S * 2.0 ** min(self.failures, 10)
        return min(pause, INGEST_INDEX_RETRY_S_MAX)

    def _step(self) -> None:
        """Index once; what fails is tried again after a pause that grows."""
        try:
            if self._catalog is None:
                self._catalog = Catalog.open(self._home, store=self._store)
                self._text = TextIndex(self._catalog)
            written = self._written
            refresh(self._catalog)
            self._indexed = written
            self._prune(self._catalog)
        except Exception as error:  # noqa: BLE001 - an edge: whatever it was, it goes on
            self._fail(error)
        else:
            self.failures = 0
            self.trouble = None

    def _fill_text(self) -> None:
        """Index words until lines come in: they are found without it, only later."""
        try:
            while not self._news.is_set() and not self._closing.is_set():
                if self._text is None or not self._text.fill(TEXT_PARTS_AT_ONCE):
                    break
        except Exception as error:  # noqa: BLE001 - an edge, as above: the thread goes on
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failures += 1
        self.trouble = error
        self._let_go()
        self._news.set()

    def _let_go(self) -> None:
        text, self._text = self._text, None
        if text is not None:
            text.close()
        catalog, self._catalog = self._catalog, None
        if catalog is not None:
            with suppress(BacktrailError):
                catalog.close()

    def _prune(self, catalog: Catalog) -> None:
        """Remove the oldest segments of servers that are in blocks, once those are on the disk."""
        if catalog.note is not None:
            # It is held in memory only.
            return
        own = [each for each in list_segments(catalog.journal) if each.process in self._processes]
        done = [each for each in own[: -self._keep or None] if self._is_final(catalog, each.name)]
        if not done:
            return
        with exclusive(self._home):
            # A commit alone need not survive the loss of power; its log on the disk does. The
            # catalogue's own file is not touched: to close it once more would drop all locks that
            # this process has on it, and another one would take the log away.
            for path in (Path(f"{catalog.path}-wal"), self._home):
                with suppress(FileNotFoundError):
                    _sync(path)
            for segment in done:
                with suppress(OSError):
                    segment.path.unlink(missing_ok=True)
            with catalog.writing():
                for segment in done:
                    catalog.run("drop_segment", name=segment.name)

    @staticmethod
    def _is_final(catalog: Catalog, name: str) -> bool:
        row = segment_row(catalog, name)
        return row is not None and row.state == "final"


def _sync(path: Path) -> None:
    """Force a file, or a folder's names, to the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
