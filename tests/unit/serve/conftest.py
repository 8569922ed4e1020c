"""A project to ask about, and the SDK's own client to ask with."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from backtrail.model.clock import Clock
from backtrail.serve.opening import Project
from sample_store import MS, write_store

NOW = 1_760_000_000_000_000_000 + 10_000 * MS
"""Ten seconds after the first event of the sample store."""
BACKTRAIL = ["-c", "from backtrail.cli.main import main; main()"]

Session = Callable[[Client], Awaitable[Any]]
Ask = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a store of two traces, one of them failed."""
    home = write_store(tmp_path)
    clock = Clock(time_unix_ns=lambda: NOW, monotonic_ns=time.monotonic_ns)
    return Project(home=home, clock=clock)


@pytest.fixture
def over_stdio(tmp_path: Path) -> Callable[[Session], Any]:
    """Hold a session with a server process of its own, over its standard input and output."""

    def hold(session: Session) -> Any:
        server = StdioServerParameters(
            command=sys.executable, args=[*BACKTRAIL, "mcp"], cwd=tmp_path
        )

        async def connected() -> Any:
            async with Client(server, read_timeout_seconds=60) as client:
                return await session(client)

        return anyio.run(connected)

    return hold
