"""httpx and httpx2, as programs use them."""

from __future__ import annotations

import asyncio
import gc
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

import backtrail
from http_servers import Asked, Reply, json_reply, serving, told, told_one, watched

CLIENTS = pytest.mark.parametrize("client", [httpx, httpx2], ids=["httpx", "httpx2"])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


def answer(asked: Asked) -> Reply:
    if asked.path == "/moved":
        return Reply(b"", 302, {"Location": "/orders"})
    if asked.path == "/packed":
        body = gzip.compress(b'{"city": "Lisbon"}')
        return Reply(body, 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    if asked.path == "/pieces":
        return Reply([b"one ", b"two ", b"three"], 200, {"Content-Type": "text/plain"})
    if asked.path == "/missing":
        return json_reply({"detail": "no such order"}, 404)
    return json_reply({"order": 17, "state": "open"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(answer) as url:
        yield url


@CLIENTS
def test_a_call_is_told_with_what_was_sent_and_answered(
    client: ModuleType, home: Path, url: str
) -> None:
    assert client.post(url + "/orders?page=2", json={"item": "cup"}).json()["order"] == 17
    body = told_one(home)
    assert body["method"] == "POST"
    assert body["url"] == url + "/orders?page=2"
    assert body["client"] == client.__name__
    assert body["status"] == 200
    assert body["request_body"] == {"item": "cup"}
    assert body["response_body"] == {"order": 17, "state": "open"}
    assert body["response_headers"]["content-type"] == "application/json"
    assert 0 < body["first_byte_ms"] <= body["took_ms"]
    assert body["caller"] == body["calls"][0]
    assert body["caller"]["file"] == __file__
    assert body["caller"]["function"] == "test_a_call_is_told_with_what_was_sent_and_answered"


@CLIENTS
def test_an_asynchronous_call_is_told_with_the_calls_that_led_to_it(
    client: ModuleType, home: Path, url: str
) -> None:
    async def fetch() -> Any:
        async with client.AsyncClient() as session:
            return (await session.get(url + "/orders")).json()

    async def work() -> Any:
        return await fetch()

    assert asyncio.run(work()) == {"order": 17, "state": "open"}
    body = told_one(home)
    assert body["response_body"] == {"order": 17, "state": "open"}
    names = [place["function"].rpartition(".")[2] for place in body["calls"]]
    assert names[:2] == ["fetch", "work"]


@CLIENTS
def test_each_hop_of_a_redirect_is_a_call(client: ModuleType, home: Path, url: str) -> None:
    client.get(url + "/moved", follow_redirects=True)
    assert [body["status"] for body in told(home)] == [302, 200]


@CLIENTS
def test_a_compressed_answer_is_read(client: ModuleType, home: Path, url: str) -> None:
    assert client.get(url + "/packed").json() == {"city": "Lisbon"}
    assert told_one(home)["response_body"] == {"city": "Lisbon"}


@CLIENTS
def test_a_stream_is_told_when_the_program_has_read_it(
    client: ModuleType, home: Path, url: str
) -> None:
    with client.stream("GET", url + "/pieces") as response:
        assert told(home) == []
        assert b"".join(response.iter_raw()) == b"one two three"
    body = told_one(home)
    assert body["response_body"] == "one two three"
    assert body.get("is_complete", True)


@CLIENTS
def test_a_stream_that_is_closed_early_is_told_as_far_as_it_was_read(
    client: ModuleType, home: Path
) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first "
        go_on.wait(10)
        yield b"second"

    with serving(lambda _: Reply(pieces())) as slow:
        with client.stream("GET", slow) as response:
            assert next(response.iter_bytes()) == b"first "
        go_on.set()
    body = told_one(home)
    assert body["is_complete"] is False
    assert body["response_body"] == "first "


@CLIENTS
def test_an_asynchronous_stream_is_told(client: ModuleType, home: Path, url: str) -> None:
    async def read(*, is_whole: bool) -> list[bytes]:
        async with (
            client.AsyncClient() as session,
            session.stream("GET", url + "/pieces") as response,
        ):
            found = []
            async for piece in response.aiter_raw():
                found.append(piece)
                if not is_whole:
                    break
            return found

    assert b"".join(asyncio.run(read(is_whole=True))) == b"one two three"
    asyncio.run(read(is_whole=False))
    whole, part = told(home)
    assert whole["response_body"] == "one two three"
    assert part["response_body"] == "one two three"[: part["response_bytes"]]


@CLIENTS
def test_an_answer_that_is_let_go_of_is_told_of(client: ModuleType, home: Path) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first "
        go_on.wait(10)

    with serving(lambda _: Reply(pieces())) as slow:
        session = client.Client()
        response = session.send(session.build_request("GET", slow), stream=True)
        reading = response.iter_bytes()
        assert next(reading) == b"first "
        del reading, response
        gc.collect()
        body = told_one(home)
        go_on.set()
        session.close()
    assert body["is_complete"] is False


@CLIENTS
def test_what_the_client_raises_is_told_and_raised_unchanged(
    client: ModuleType, home: Path
) -> None:
    go_on = threading.Event()

    def late(_: Asked) -> Reply:
        go_on.wait(10)
        return Reply(b"late")

    with serving(late) as slow, pytest.raises(client.ReadTimeout) as caught:
        client.get(slow, timeout=0.05)
    go_on.set()
    assert all("backtrail" not in str(entry.path) for entry in caught.traceback[1:])
    body = told_one(home)
    assert body["error"].startswith("ReadTimeout")
    assert body["is_timeout"] is True
    assert body.get("status") is None


@CLIENTS
def test_a_refused_connection_is_no_timeout(client: ModuleType, home: Path) -> None:
    with serving(answer) as url:
        pass
    with pytest.raises(client.ConnectError):
        client.get(url)
    body = told_one(home)
    assert body["error"].startswith("ConnectError")
    assert not body.get("is_timeout", False)


@CLIENTS
def test_a_cancelled_call_is_told(client: ModuleType, home: Path) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def late(_: Asked) -> Reply:
        begun.set()
        go_on.wait(10)
        return Reply(b"late")

    async def work(slow: str) -> None:
        async with client.AsyncClient() as session:
            task = asyncio.ensure_future(session.get(slow))
            await asyncio.to_thread(begun.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with serving(late) as slow:
        asyncio.run(work(slow))
        go_on.set()
    body = told_one(home)
    assert body["error"].startswith("CancelledError")
    assert not body.get("is_timeout", False)


@CLIENTS
def test_a_transport_without_a_network_is_told_of_too(client: ModuleType, home: Path) -> None:
    transport = client.MockTransport(lambda _: client.Response(200, json={"a": 1}))
    with client.Client(transport=transport) as session:
        assert session.get("http://nowhere/").json() == {"a": 1}
    assert told_one(home)["response_body"] == {"a": 1}


@CLIENTS
def test_nothing_is_told_while_recording_is_off(client: ModuleType, home: Path, url: str) -> None:
    backtrail.disable()
    client.get(url)
    backtrail.enable()
    assert told(home) == []
