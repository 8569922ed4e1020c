"""A request that was read becomes units, and is acknowledged once they are on the disk."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.journal.room import Share
from backtrail.serve.journal.unit import Unit
from backtrail.serve.otlp.events import Lines
from backtrail.serve.otlp.request.bodies import decompressed
from backtrail.serve.otlp.request.received import Received

Reader = Callable[[bytes], Received]


async def take(
    ingest: Ingest, reader: Reader, body: bytes, share: Share, *, encoding: str = ""
) -> Counter[str]:
    """Decode and write a request; return how much of it was not taken, by reason.

    The body is as it was sent, compressed as its encoding says, and has its share of room already.

    Raises:
        StoreError: it cannot be written.
        BusyError: it has no room once it is decompressed.
        ValueError: it is no request, or one of those of `request.bodies`.
    """
    now = ingest.clock.time_unix_ns()
    await ingest.pace()
    units, rejected = await asyncio.get_running_loop().run_in_executor(
        ingest.decoders, _decoded, body, encoding, reader, share, now
    )
    if units:
        await asyncio.wrap_future(ingest.submit(units))
    return rejected


def _decoded(
    body: bytes, encoding: str, reader: Reader, share: Share, now_unix_ns: int
) -> tuple[list[Unit], Counter[str]]:
    received = reader(decompressed(body, encoding, share))
    return Lines(now_unix_ns).units(received), received.rejected
