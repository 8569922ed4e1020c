from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from backtrail.record.calls.clients.time_limits import is_over
from http_servers import Asked, Reply, serving, told_one, watched

CLIENTS = pytest.mark.parametrize("client", [httpx, httpx2], ids=["httpx", "httpx2"])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


@pytest.fixture
def slow() -> Iterator[str]:
    go_on = threading.Event()

    def late(_: Asked) -> Reply:
        go_on.wait(10)
        return Reply(b"late")

    with serving(late) as url:
        yield url
        go_on.set()


async def timeout(work: Awaitable[Any]) -> None:
    async with asyncio.timeout(0.05):
        await work


async def wait_for(work: Awaitable[Any]) -> None:
    await asyncio.wait_for(work, 0.05)


@CLIENTS
@pytest.mark.parametrize("limited", [timeout, wait_for])
def test_a_call_whose_time_is_over_is_a_timeout(
    client: ModuleType, home: Path, slow: str, limited: Any
) -> None:
    async def main() -> None:
        async with client.AsyncClient() as session:
            await limited(session.get(slow))

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    body = told_one(home)
    assert body["error"].startswith("CancelledError")
    assert body["is_timeout"] is True


@pytest.mark.usefixtures("home")
def test_a_time_that_was_over_before_says_nothing_of_what_follows() -> None:
    found: list[bool] = []

    async def sleep() -> None:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            found.append(is_over())
            raise

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await sleep()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sleep(), 0.01)
        found.append(is_over())
        task = asyncio.ensure_future(asyncio.wait_for(sleep(), 10))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert found == [True, True, False, False]
    assert is_over() is False
