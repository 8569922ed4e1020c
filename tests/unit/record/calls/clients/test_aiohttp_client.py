"""aiohttp's client, as programs use it."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from http_servers import Asked, Reply, json_reply, serving, told, told_one, watched

Work = Callable[[aiohttp.ClientSession], Awaitable[Any]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


def answer(asked: Asked) -> Reply:
    if asked.path == "/pieces":
        return Reply([b"one ", b"two ", b"three"])
    if asked.path == "/packed":
        body = gzip.compress(b'{"city": "Lisbon"}')
        return Reply(body, 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    if asked.path == "/nothing":
        return Reply(b"", 204)
    if asked.path == "/moved":
        return Reply(b"", 302, {"Location": "/orders"})
    return json_reply({"order": 17})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(answer) as url:
        yield url


def run(work: Work, **settings: Any) -> Any:
    async def main() -> Any:
        async with aiohttp.ClientSession(**settings) as session:
            return await work(session)

    return asyncio.run(main())


def test_a_call_is_told(home: Path, url: str) -> None:
    async def work(session: aiohttp.ClientSession) -> Any:
        async with session.post(
            url + "/orders", params={"page": "2"}, json={"item": "cup"}, headers={"X-Order": "9"}
        ) as response:
            return await response.json()

    assert run(work) == {"order": 17}
    body = told_one(home)
    assert (body["client"], body["method"], body["status"]) == ("aiohttp", "POST", 200)
    assert body["url"] == url + "/orders?page=2"
    assert body["request_body"] == {"item": "cup"}
    assert body["request_headers"]["x-order"] == "9"
    assert body["response_body"] == {"order": 17}
    assert body["caller"]["function"].endswith("work")


def test_forms_texts_and_base_urls_are_seen(home: Path, url: str) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        for data in ({"item": "cup", "count": "2"}, "plain"):
            async with session.post("/orders", data=data) as response:
                await response.read()

    run(work, base_url=url)
    bodies = told(home)
    assert [body["url"] for body in bodies] == [url + "/orders"] * 2
    assert [body["request_body"] for body in bodies] == [{"item": "cup", "count": "2"}, "plain"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/pieces", "one two three"), ("/packed", {"city": "Lisbon"}), ("/nothing", None)],
)
def test_every_kind_of_answer_is_put_together(
    home: Path, url: str, path: str, wanted: object
) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        async with session.get(url + path) as response:
            await response.read()
        async with session.get(url + path) as response:
            async for _ in response.content.iter_chunked(2):
                pass

    run(work)
    assert [body.get("response_body") for body in told(home)] == [wanted, wanted]
    assert all(body.get("is_complete", True) for body in told(home))


def test_an_answer_that_is_left_early_is_told_as_far_as_it_was_read(home: Path) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first "
        go_on.wait(10)

    async def work(session: aiohttp.ClientSession) -> None:
        async with session.get(slow) as response:
            assert await response.content.readany() == b"first "
            response.close()

    with serving(lambda _: Reply(pieces())) as slow:
        run(work)
        go_on.set()
    body = told_one(home)
    assert body["response_body"] == "first "
    assert body["is_complete"] is False


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_timeout_is_told_and_raised(home: Path, where: str) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first "
        go_on.wait(10)

    def late(_: Asked) -> Reply:
        if where == "head":
            go_on.wait(10)
        return Reply(pieces())

    async def work(session: aiohttp.ClientSession) -> None:
        async with session.get(slow, timeout=aiohttp.ClientTimeout(total=0.1)) as response:
            await response.read()

    with serving(late) as slow:
        with pytest.raises(TimeoutError):
            run(work)
        go_on.set()
    body = told_one(home)
    assert body["error"].startswith("TimeoutError")
    assert body["is_timeout"] is True


def test_a_cancelled_read_is_told(home: Path) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first "
        go_on.wait(10)

    async def work(session: aiohttp.ClientSession) -> None:
        response = await session.get(slow)
        assert await response.content.readany() == b"first "
        reading = asyncio.ensure_future(response.read())
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    with serving(lambda _: Reply(pieces())) as slow:
        run(work)
        go_on.set()
    body = told_one(home)
    assert body["error"].startswith("CancelledError")
    assert body["response_body"] == "first "


def test_a_refused_connection_is_told(home: Path) -> None:
    with serving(answer) as gone:
        pass

    async def work(session: aiohttp.ClientSession) -> None:
        await session.get(gone)

    with pytest.raises(aiohttp.ClientConnectorError):
        run(work)
    assert told_one(home)["error"].startswith("ClientConnectorError")


def test_a_redirect_is_told_as_where_it_led(home: Path, url: str) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        async with session.get(url + "/moved") as response:
            await response.read()

    run(work)
    body = told_one(home)
    assert (body["url"], body["status"]) == (url + "/orders", 200)
