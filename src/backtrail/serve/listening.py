"""Listens at an address, and answers until the process is ended."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from backtrail.model.errors import RefusedError, UsageError
from backtrail.model.limits.reading import HEAD_BYTES_MAX
from backtrail.serve.connections import TimedConnection

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PROXIES = ("127.0.0.1", "::1")
"""Whose word is taken for where a request comes from."""
YOUNG_OBJECTS = 100_000
"""Objects made after which Python looks for rings among them."""
GRACE_S = 3
"""Seconds that answers which are under way get to end."""


def listen(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    told: Callable[[str], object],
    has_credentials: bool | None = None,
    is_behind_proxy: bool = False,
) -> None:
    """Serve an application.

    Args:
        app: what answers.
        host: an address of loopback, or any when there are credentials.
        port: 0 takes a free one.
        told: is told the address, once requests are taken.
        has_credentials: whether there are some that the application asks for; `None` where it
            asks nobody.
        is_behind_proxy: whether a proxy on loopback says where a request comes from.

    Raises:
        RefusedError: others than this machine would be answered without credentials.
        UsageError: another program has that port.
    """
    check(host, has_credentials=has_credentials)
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
            http=TimedConnection,
            h11_max_incomplete_event_size=HEAD_BYTES_MAX,
            proxy_headers=is_behind_proxy,
            forwarded_allow_ips=list(PROXIES),
        )
        uvicorn.Server(config).run(sockets=[listening])


def check(host: str, *, has_credentials: bool | None = None) -> None:
    """Make sure that nobody else is answered without credentials.

    Args:
        host: where is listened.
        has_credentials: whether there are some; `None` where nobody is asked for any.

    Raises:
        RefusedError: the host is not this machine's loopback, and there are none.
    """
    if host in LOOPBACK or has_credentials:
        return
    raise RefusedError(
        f"--host {host} is not this machine's loopback, and there are no credentials yet",
        hint="use 127.0.0.1, and an SSH tunnel from elsewhere"
        if has_credentials is None
        else "make a user first: `backtrail users add NAME`",
    )
