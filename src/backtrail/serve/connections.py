"""Connections whose requests must come in time.

uvicorn waits for ever for a request that has begun. A client that sends a byte now and then would
keep a connection, and many of them would keep all; so head and body have a limit each, after which
the connection is closed. A body that an application gives up earlier is answered by it.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from backtrail.model.limits.reading import BODY_READ_S_MAX, HEAD_READ_S_MAX


class TimedConnection(H11Protocol):
    """A connection that is closed when a request takes too long to come."""

    _awaited: float = 0.0
    """Within how many seconds what is awaited must be there; 0 when nothing is."""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await(HEAD_READ_S_MAX)

    def data_received(self, data: bytes) -> None:
        """Take what came, and see what is missing still."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Go on to the next request; that may have begun to come already."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._await(0.0)
        super().connection_lost(exc)

    def _look(self) -> None:
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._await(BODY_READ_S_MAX)
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            self._await(HEAD_READ_S_MAX)
        else:
            # Between two requests uvicorn itself closes what is idle.
            self._await(0.0)

    def _await(self, seconds: float) -> None:
        """Close the connection in so many seconds; what is awaited already has its time."""
        if seconds == self._awaited:
            return
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._awaited = seconds
        if seconds:
            self._deadline = self.loop.call_later(seconds, self.transport.abort)
