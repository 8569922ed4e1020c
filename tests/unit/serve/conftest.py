"""A project to ask about, and the SDK's own client to ask with."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from backtrail.model.clock import SYSTEM_CLOCK, Clock
from backtrail.serve.mcp_server import make_server
from backtrail.serve.opening import Project
from running import BACKTRAIL, environment
from sample_store import MS, write_store

NOW = 1_760_000_000_000_000_000 + 10_000 * MS
"""Ten seconds after the first event of the sample store."""

Session = Callable[[Client], Awaitable[Any]]
Hold = Callable[[Session], Any]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a store of two traces, one of them failed."""
    home = write_store(tmp_path)
    clock = Clock(time_unix_ns=lambda: NOW, monotonic_ns=time.monotonic_ns)
    return Project(home=home, clock=clock)


@pytest.fixture
def over_stdio(tmp_path: Path) -> Hold:
    """Hold a session with a server process of its own, over its standard input and output."""
    command, *arguments = BACKTRAIL
    server = StdioServerParameters(
        command=command, args=[*arguments, "mcp"], cwd=tmp_path, env=environment()
    )
    return lambda session: _held(server, session)


@pytest.fixture
def in_process(tmp_path: Path) -> Hold:
    """Hold a session with a server in this process, where the way of asking does not matter."""
    place = Project(home=tmp_path / ".backtrail", clock=SYSTEM_CLOCK)
    return lambda session: _held(make_server(place), session)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a server process that answers over HTTP."""
    command = [*BACKTRAIL, "mcp", "--http", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("listening on ").strip()
        server.terminate()


@pytest.fixture(params=["stdio", "http"])
def ask(request: pytest.FixtureRequest) -> Hold:
    """Hold a session over each way of asking."""
    if request.param == "stdio":
        hold: Hold = request.getfixturevalue("over_stdio")
        return hold
    address = request.getfixturevalue("address")
    return lambda session: _held(address, session)


def _held(server: Any, session: Session) -> Any:
    async def connected() -> Any:
        async with Client(server, read_timeout_seconds=60) as client:
            return await session(client)

    return anyio.run(connected)
