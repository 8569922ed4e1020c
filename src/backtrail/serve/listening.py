"""Listens on this machine, and answers until the process is ended."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from backtrail.model.errors import RefusedError, UsageError
from backtrail.model.limits.reading import HEAD_BYTES_MAX

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
YOUNG_OBJECTS = 100_000
"""Objects made after which Python looks for rings among them."""
GRACE_S = 3
"""Seconds that answers which are under way get to end."""


def listen(app: ASGIApp, *, host: str, port: int, told: Callable[[str], object]) -> None:
    """Serve an application on loopback.

    Args:
        app: what answers.
        host: an address of loopback.
        port: 0 takes a free one.
        told: is told the address, once requests are taken.

    Raises:
        RefusedError: the host is another one.
        UsageError: another program has that port.
    """
    check(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be listened on: {error.strerror}", hint="--port 0 takes a free one"
        ) from error
    # Answers make many small objects and no rings of them: looking for those seldom is enough.
    gc.set_threshold(YOUNG_OBJECTS)
    with listening:
        shown = f"[{host}]" if ":" in host else host
        told(f"http://{shown}:{listening.getsockname()[1]}/")
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            http="h11",
            h11_max_incomplete_event_size=HEAD_BYTES_MAX,
        )
        uvicorn.Server(config).run(sockets=[listening])


def check(host: str) -> None:
    """Make sure that nobody else is answered.

    Raises:
        RefusedError: the host is not this machine's loopback.
    """
    if host not in LOOPBACK:
        raise RefusedError(
            f"--host {host} is not this machine's loopback, and there are no credentials yet",
            hint="use 127.0.0.1, and an SSH tunnel from elsewhere",
        )
