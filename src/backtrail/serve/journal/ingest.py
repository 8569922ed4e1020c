"""The way in: units are written, acknowledged, and found by a query a moment later."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from backtrail.model import ids
from backtrail.model.clock import SYSTEM_CLOCK, Clock
from backtrail.model.limits.reading import (
    INGEST_DECODERS,
    INGEST_PACE_LOOK_S,
    INGEST_PACE_S_MAX,
)
from backtrail.serve.journal.home import Home
from backtrail.serve.journal.indexing import Indexing
from backtrail.serve.journal.numbers import IngestNumbers
from backtrail.serve.journal.received import Received
from backtrail.serve.journal.remembered import Remembered
from backtrail.serve.journal.room import Room
from backtrail.serve.journal.unit import Unit
from backtrail.serve.journal.writing import Accepted, Writer
from backtrail.serve.shipping.parcel import Outcome, Parcel


class Ingest:
    """Takes what programs send into one store, which has one such server at a time.

    Args:
        home: the `.backtrail` directory.
        store: the setting of that name, which says where the catalogue is kept.
    """

    def __init__(
        self, home: Path, *, clock: Clock = SYSTEM_CLOCK, store: str | None = None
    ) -> None:
        self.home = home
        self.clock = clock
        self._store = store
        self.room = Room()
        """What may wait; requests take their share of it before they are read."""
        self.decoders = ThreadPoolExecutor(INGEST_DECODERS, thread_name_prefix="backtrail-decode")
        self._home: Home | None = None
        self._writer: Writer | None = None
        self._received: Received | None = None
        self._indexing: Indexing | None = None

    @property
    def indexing(self) -> Indexing | None:
        """The thread that indexes, which tells whether it can; `None` before `start`."""
        return self._indexing

    def start(self) -> None:
        """Take the store, remember what earlier servers accepted, and begin.

        Raises:
            RefusedError: another server has it.
            StoreError: it cannot be written.
        """
        process = ids.uuid7(self.clock.time_unix_ns(), os.urandom(10))
        self._home = home = Home(self.home, process)
        remembered = Remembered()
        remembered.read_back(home.journal, set(home.before))
        self._indexing = indexing = Indexing(
            self.home, home.processes, clock=self.clock, store=self._store
        )
        counting = Lock()

        def told(size: int) -> None:
            # Two threads write, and each says how much.
            with counting:
                indexing.nudge(size)

        self._writer = Writer(
            home.journal,
            process,
            clock=self.clock,
            remembered=remembered,
            told=told,
        )
        self._received = Received(self.home, told=told)
        indexing.start()
        self._writer.start()
        self._received.start()

    def submit(self, units: list[Unit]) -> Future[Accepted]:
        """Hand in units; the future is done when they are on the disk.

        It fails with StoreError when they cannot be written.
        """
        assert self._writer is not None, "not started"
        return self._writer.submit(units)

    def submit_parcels(self, parcels: list[Parcel], size: int) -> Future[dict[str, Outcome]]:
        """Hand in what another machine recorded; the future tells how far each process came.

        It fails with StoreError when they cannot be written.
        """
        assert self._received is not None, "not started"
        return self._received.submit(parcels, size)

    async def pace(self) -> None:
        """Wait while the catalogue is too far behind, but not for long.

        Without it senders at full load would take the time that indexing needs, and what was
        acknowledged would be found later and later.
        """
        indexing = self._indexing
        for _ in range(int(INGEST_PACE_S_MAX / INGEST_PACE_LOOK_S)):
            if indexing is None or not indexing.is_behind():
                return
            await asyncio.sleep(INGEST_PACE_LOOK_S)

    def numbers(self) -> IngestNumbers:
        """Return what is counted of it; all is 0 while it is not started."""
        writer, indexing = self._writer, self._indexing
        if writer is None or indexing is None:
            return IngestNumbers()
        return IngestNumbers(
            written_units=writer.written_units,
            repeated_units=writer.repeated_units,
            written_bytes=writer.written_bytes,
            commits=writer.commits,
            failed_commits=writer.failed_commits,
            refused_requests=self.room.refused,
            waiting_bytes=self.room.taken,
            behind_bytes=indexing.behind_bytes,
            index_failures=indexing.failures,
        )

    def close(self) -> None:
        """Write and index what waits, and let another server have the store."""
        self.decoders.shutdown()
        if self._received is not None:
            self._received.close()
            self._received = None
        if self._writer is not None and self._indexing is not None and self._home is not None:
            self._writer.close()
            self._indexing.close()
            self._home.close()
            self._writer = self._indexing = self._home = None
