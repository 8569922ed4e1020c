"""requests, urllib3 and `urllib.request`: their names, and their errors."""

from __future__ import annotations

import gzip
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import urllib3

from http_servers import Asked, Reply, json_reply, serving, told, told_one, watched


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
    if asked.path == "/busy":
        return json_reply({"detail": "busy"}, 503)
    if asked.path == "/moved":
        return Reply(b"", 302, {"Location": "/orders"})
    if asked.path == "/missing":
        return json_reply({"detail": "no such order"}, 404)
    return json_reply({"order": 17})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(answer) as url:
        yield url


@pytest.fixture
def refused() -> Iterator[str]:
    """Give a URL on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/orders"


def test_a_call_by_requests_is_one_event(home: Path, url: str) -> None:
    assert requests.post(url + "/orders", json={"item": "cup"}, timeout=5).json() == {"order": 17}
    body = told_one(home)
    assert body["client"] == "requests"
    assert body["request_body"] == {"item": "cup"}
    assert body["response_body"] == {"order": 17}
    assert body["caller"]["function"] == "test_a_call_by_requests_is_one_event"


@pytest.mark.parametrize("path", ["/pieces", "/packed"])
def test_pieces_and_compressed_answers_are_put_together(home: Path, url: str, path: str) -> None:
    requests.get(url + path, timeout=5)
    with urllib3.PoolManager() as pool:
        pool.request("GET", url + path)
    wanted = "one two three" if path == "/pieces" else {"city": "Lisbon"}
    assert [(body["client"], body["response_body"]) for body in told(home)] == [
        ("requests", wanted),
        ("urllib3", wanted),
    ]
    assert all(body.get("is_complete", True) for body in told(home))


def test_a_stream_that_is_left_early_is_not_complete(home: Path, url: str) -> None:
    with requests.get(url + "/pieces", stream=True, timeout=5) as response:
        pieces = response.iter_content(4)
        assert next(pieces) == b"one "
        assert told(home) == []
    body = told_one(home)
    assert body["response_body"] == "one "
    assert body["is_complete"] is False


def test_the_error_of_requests_is_told_not_the_one_below_it(home: Path, refused: str) -> None:
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get(refused, timeout=5)
    assert all("backtrail" not in str(entry.path) for entry in caught.traceback[1:])
    body = told_one(home)
    assert body["client"] == "requests"
    assert body["error"].startswith("ConnectionError: HTTPConnectionPool")
    assert not body.get("is_timeout", False)


def test_a_timeout_of_requests_is_one(home: Path) -> None:
    go_on = threading.Event()

    def late(_: Asked) -> Reply:
        go_on.wait(10)
        return Reply(b"late")

    with serving(late) as slow:
        with pytest.raises(requests.ReadTimeout):
            requests.get(slow, timeout=0.05)
        go_on.set()
    body = told_one(home)
    assert body["error"].startswith("ReadTimeout: HTTPConnectionPool")
    assert body["is_timeout"] is True


def test_each_try_of_urllib3_is_a_call(home: Path, url: str, refused: str) -> None:
    with urllib3.PoolManager() as pool:
        with pytest.raises(urllib3.exceptions.MaxRetryError):
            pool.request("GET", refused, retries=1)
        retries = urllib3.Retry(2, status_forcelist=[503], raise_on_status=False)
        assert pool.request("GET", url + "/busy", retries=retries).status == 503
    bodies = told(home)
    assert [body["error"].split(":")[0] for body in bodies[:2]] == [
        "NewConnectionError",
        "MaxRetryError",
    ]
    assert [(body["status"], body.get("attempt", 1)) for body in bodies[2:]] == [
        (503, 1),
        (503, 2),
        (503, 3),
    ]


def test_a_request_that_never_reached_a_connection_is_told(home: Path) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.post("https://127.0.0.1:1/orders", json={"item": "cup"}, timeout=5)
    body = told_one(home)
    assert body["url"] == "https://127.0.0.1:1/orders"
    assert body["request_body"] == {"item": "cup"}
    assert body["error"].startswith("ConnectionError")


def test_urllib_has_its_name_and_its_error(home: Path, url: str, refused: str) -> None:
    with urllib.request.urlopen(url + "/orders", timeout=5) as response:
        assert response.read() == b'{"order": 17}'
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(refused, timeout=5)
    good, bad = told(home)
    assert (good["client"], good["response_body"]) == ("urllib", {"order": 17})
    assert bad["error"].startswith("URLError")


def test_the_body_of_an_error_of_urllib_is_told_when_it_is_read(home: Path, url: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url + "/missing", timeout=5)
    with caught.value as error:
        assert error.read() == b'{"detail": "no such order"}'
    body = told_one(home)
    assert (body["status"], body["response_body"]) == (404, {"detail": "no such order"})


def test_each_hop_of_a_redirect_is_a_call(home: Path, url: str) -> None:
    requests.get(url + "/moved", timeout=5)
    urllib.request.urlopen(url + "/moved", timeout=5).close()
    assert [(body["client"], body["status"]) for body in told(home)] == [
        ("requests", 302),
        ("requests", 200),
        ("urllib", 302),
        ("urllib", 200),
    ]
