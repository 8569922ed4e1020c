from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from backtrail.serve import connections
from backtrail.serve.connections import TimedConnection

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
LIMIT_S = 0.4
left: list[str] = []


async def echo(request: Request) -> Response:
    """Answer with what was sent."""
    try:
        return PlainTextResponse(await request.body())
    except ClientDisconnect:
        left.append("left")
        raise


async def at_once(_request: Request) -> Response:
    """Answer without a look at the body."""
    return PlainTextResponse("no", 413)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connections, "HEAD_READ_S_MAX", LIMIT_S)
    monkeypatch.setattr(connections, "BODY_READ_S_MAX", LIMIT_S + 0.01)
    left.clear()
    routes = [Route("/", echo, methods=["POST"]), Route("/no", at_once, methods=["POST"])]
    app = Starlette(routes=routes)
    server = uvicorn.Server(
        uvicorn.Config(app, http=TimedConnection, log_level="error", timeout_keep_alive=30)
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        yield client


def seconds_until_closed(client: socket.socket, drip: bytes = b"") -> float:
    """Send a byte now and then until the server closes; return how long that was."""
    began = time.monotonic()
    client.settimeout(0.05)
    while True:
        try:
            if drip:
                client.sendall(drip[:1])
                drip = drip[1:] or drip
            if not client.recv(1_000):
                return time.monotonic() - began
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began


@pytest.mark.parametrize("first", [b"", b"P", REQUEST[:-2]])
def test_a_head_that_does_not_end_closes_the_connection(port: int, first: bytes) -> None:
    with connected(port) as client:
        client.sendall(first)
        drip = b"X-Slow: " + b"y" * 10_000 if first else b""
        assert LIMIT_S * 0.5 < seconds_until_closed(client, drip) < LIMIT_S * 10


def test_a_body_that_does_not_end_closes_the_connection(port: int) -> None:
    slow = REQUEST.replace(b"5", b"100000")
    with connected(port) as client:
        client.sendall(slow)
        assert LIMIT_S * 0.5 < seconds_until_closed(client, b"z" * 10_000) < LIMIT_S * 10
    assert left == ["left"]


def test_a_body_that_goes_on_behind_its_answer_closes_the_connection(port: int) -> None:
    slow = REQUEST.replace(b"5", b"100000").replace(b"/ ", b"/no ", 1)
    with connected(port) as client:
        client.sendall(slow)
        assert b"413" in client.recv(1_000)
        assert seconds_until_closed(client, b"z" * 10_000) < LIMIT_S * 10


def test_requests_that_come_in_time_are_answered_on_one_connection(port: int) -> None:
    with connected(port) as client:
        for _ in range(4):
            for piece in (REQUEST[:20], REQUEST[20:], b"he", b"llo"):
                client.sendall(piece)
                time.sleep(LIMIT_S / 5)
            answer = client.recv(1_000)
            while not answer.endswith(b"hello"):
                answer += client.recv(1_000)


def test_a_head_of_a_later_request_has_no_more_time_than_that_of_the_first(port: int) -> None:
    with connected(port) as client:
        client.sendall(REQUEST + b"hello" + REQUEST[:20])
        assert seconds_until_closed(client, b"y" * 10_000) < LIMIT_S * 10
