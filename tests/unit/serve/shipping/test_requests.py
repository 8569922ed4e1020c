from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from backtrail.model.errors import NotFoundError, RefusedError, UnreachableError, UsageError
from backtrail.model.limits.reading import SEND_PAUSE_S_MAX
from backtrail.serve.shipping.parcel import Answer, Outcome, Payload, encoded
from backtrail.serve.shipping.requests import Patience, Server
from http_servers import Asked, Reply, json_reply, serving

PARCEL = Payload(name=sha256(b"[1]").hexdigest(), text="[1]")
TAKEN = json_reply({"processes": {"p": {"next_seq": 7}}})


class Waiting:
    """Waits no time, and notes how long it would have been."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.said: list[str] = []

    def patience(self, tries_max: int | None = None, jitter: float = 1.0) -> Patience:
        """Return a patience that waits by this."""
        return Patience(
            pause=self.pauses.append,
            jitter=lambda: jitter,
            tries_max=tries_max,
            told=lambda why, _seconds: self.said.append(why),
        )


def answering(*replies: Reply, asked: list[Asked] | None = None) -> Callable[[Asked], Reply]:
    rest = list(replies)

    def answer(request: Asked) -> Reply:
        if asked is not None:
            asked.append(request)
        return rest.pop(0) if len(rest) > 1 else rest[0]

    return answer


def test_parcels_are_posted_with_the_key() -> None:
    asked: list[Asked] = []
    with (
        serving(answering(TAKEN, asked=asked)) as url,
        Server(f"{url}/behind/", "k-1", Waiting().patience()) as server,
    ):
        assert server.post([PARCEL]) == Answer(processes={"p": Outcome(next_seq=7)})
    (request,) = asked
    assert (request.method, request.path) == ("POST", "/behind/api/journal")
    assert request.headers["Authorization"] == "Bearer k-1"
    assert request.headers["Content-Type"] == "application/x-ndjson"
    assert gzip.decompress(request.body) == encoded([PARCEL])


def test_what_may_be_taken_another_time_is_sent_again_after_what_the_server_asks_for() -> None:
    waiting = Waiting()
    full = Reply(b'{"detail": "no room"}', 429, {"Retry-After": "7"})
    for_ever = Reply(b"", 503, {"Retry-After": "999999"})
    nonsense = Reply(b"", 503, {"Retry-After": "Fri, 31 Dec"})
    with (
        serving(answering(full, for_ever, nonsense, TAKEN)) as url,
        Server(url, None, waiting.patience()) as server,
    ):
        assert server.post([PARCEL]).processes["p"].next_seq == 7
    assert waiting.pauses == [7.0, SEND_PAUSE_S_MAX, 2.0]
    assert waiting.said == ["429 no room", "503", "503"]


def test_pauses_become_longer_and_are_spread_by_chance() -> None:
    waiting = Waiting()
    assert [waiting.patience().seconds(n, None) for n in (0, 1, 2, 50)] == [
        0.5, 1.0, 2.0, SEND_PAUSE_S_MAX,
    ]  # fmt: skip
    assert waiting.patience(jitter=0.0).seconds(2, None) == 1.0


def test_a_server_that_is_not_there_is_given_up_in_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    waiting = Waiting()
    server = Server(f"http://127.0.0.1:{port}", None, waiting.patience(tries_max=3))
    with pytest.raises(UnreachableError, match="in 3 tries, at last: Connection refused"):
        server.post([PARCEL])
    assert waiting.pauses == [0.5, 1.0]


def test_an_answer_that_ends_too_early_is_asked_for_again() -> None:
    cut = Reply(b'{"processes"', 200, {"Content-Length": "500"}, is_last=True)
    with serving(answering(cut, TAKEN)) as url, Server(url, None, Waiting().patience()) as server:
        assert server.post([PARCEL]).processes["p"].next_seq == 7


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (json_reply({"detail": "who?", "hint": "a key"}, 401), RefusedError, "401 who?"),
        (Reply(b"<html>", 403), RefusedError, "403"),
        (Reply(b"", 404), NotFoundError, "does not take journals"),
        (json_reply({"detail": "no journal"}, 400), UnreachableError, "400 no journal"),
        (Reply(b"<html>", 200), UnreachableError, "no server of Backtrail"),
        (Reply(b"", 301, {"Location": "http://elsewhere/"}), UnreachableError, "301"),
    ],
)
def test_what_would_be_answered_the_same_again_is_told_at_once(
    reply: Reply, error: type[Exception], says: str
) -> None:
    with (
        serving(answering(reply)) as url,
        Server(url, None, Waiting().patience()) as server,
        pytest.raises(error, match=says.replace("?", r"\?")),
    ):
        server.post([PARCEL])


@pytest.mark.parametrize(
    "url", ["", "ftp://h", "http://", "h:80", "http://[::1", "http://h:99999999", "http://h/?a=1"]
)
def test_what_is_no_address_is_told(url: str) -> None:
    patience: Any = Waiting().patience()
    with pytest.raises(UsageError, match="no address"):
        Server(url, None, patience)
