"""`http.client`, used plainly."""

from __future__ import annotations

import http.client
import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from http_servers import Asked, Reply, json_reply, serving, told, told_one, watched


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


def answer(asked: Asked) -> Reply:
    if asked.path == "/pieces":
        return Reply([b"one ", b"two ", b"three"])
    if asked.path == "/short":
        return Reply(b"half", 200, {"Content-Length": "8", "Connection": "close"})
    if asked.path == "/nothing":
        return Reply(b"", 204)
    return json_reply({"got": asked.body.decode()})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(answer) as url:
        yield url


@pytest.fixture
def connection(url: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    yield connection
    connection.close()


def test_a_call_is_told(home: Path, url: str, connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/orders", b"item=cup", {"X-Order": "17"})
    assert connection.getresponse().read() == b'{"got": "item=cup"}'
    body = told_one(home)
    assert (body["method"], body["url"], body["client"]) == ("POST", url + "/orders", "http.client")
    assert body["request_headers"] == {"content-length": "8", "x-order": "17"}
    assert body["request_body"] == "item=cup"
    assert body["response_body"] == {"got": "item=cup"}
    assert body["caller"]["function"] == "test_a_call_is_told"


def test_one_connection_tells_each_of_its_calls(
    home: Path, connection: http.client.HTTPConnection
) -> None:
    for number in range(3):
        connection.request("POST", "/orders", str(number))
        connection.getresponse().read()
    assert [str(body["request_body"]) for body in told(home)] == ["0", "1", "2"]


def test_a_body_that_is_sent_in_pieces_is_put_together(
    home: Path, connection: http.client.HTTPConnection
) -> None:
    connection.request("POST", "/orders", iter([b"it", b"em"]), encode_chunked=True)
    assert connection.getresponse().read() == b'{"got": "item"}'
    assert told_one(home)["request_body"] == "item"
    connection.request("POST", "/orders", io.BytesIO(b"a file"))
    connection.getresponse().read()
    assert told(home)[1]["request_body"] == "a file"


@pytest.mark.parametrize("way", ["read", "pieces", "read1", "readinto", "lines"])
def test_every_way_of_reading_is_seen(
    home: Path, connection: http.client.HTTPConnection, way: str
) -> None:
    connection.request("GET", "/pieces")
    response = connection.getresponse()
    if way == "read":
        found = response.read()
    elif way == "pieces":
        found = b"".join(iter(lambda: response.read(4), b""))
    elif way == "read1":
        found = b"".join(iter(response.read1, b""))
    elif way == "readinto":
        room = bytearray(100)
        found = bytes(room[: response.readinto(room)])
        assert response.readinto(room) == 0
    else:
        found = b"".join(response)
    assert found == b"one two three"
    body = told_one(home)
    assert body["response_body"] == "one two three"
    assert body.get("is_complete", True)


def test_an_answer_without_a_body_is_complete(
    home: Path, connection: http.client.HTTPConnection
) -> None:
    connection.request("GET", "/nothing")
    connection.getresponse().read()
    connection.request("HEAD", "/orders")
    connection.getresponse().read()
    assert [body.get("is_complete", True) for body in told(home)] == [True, True]


def test_an_answer_that_is_closed_early_is_not_complete(
    home: Path, connection: http.client.HTTPConnection
) -> None:
    connection.request("GET", "/pieces")
    response = connection.getresponse()
    assert response.read(2) == b"on"
    response.close()
    body = told_one(home)
    assert body["response_body"] == "on"
    assert body["is_complete"] is False


def test_an_answer_that_ends_too_early_is_an_error(
    home: Path, connection: http.client.HTTPConnection
) -> None:
    connection.request("GET", "/short")
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    body = told_one(home)
    assert body["error"].startswith("IncompleteRead")
    assert body["response_body"] == "half"
    assert body["is_complete"] is False


def test_a_timeout_is_told_and_raised_unchanged(home: Path) -> None:
    go_on = threading.Event()

    def late(_: Asked) -> Reply:
        go_on.wait(10)
        return Reply(b"late")

    with serving(late) as slow:
        connection = http.client.HTTPConnection(slow.removeprefix("http://"), timeout=0.05)
        connection.request("GET", "/")
        with pytest.raises(TimeoutError) as caught:
            connection.getresponse()
        go_on.set()
        connection.close()
    assert all("backtrail" not in str(entry.path) for entry in caught.traceback[1:])
    body = told_one(home)
    assert body["error"] == "TimeoutError: timed out"
    assert body["is_timeout"] is True


def test_a_refused_connection_is_told(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        connection = http.client.HTTPConnection(*taken.getsockname(), timeout=5)
        with pytest.raises(ConnectionRefusedError):
            connection.request("GET", "/")
    assert told_one(home)["error"].startswith("ConnectionRefusedError")
