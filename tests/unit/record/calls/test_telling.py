from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import recorded
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.telling import attempt, is_streamed, is_timeout, tell_http
from backtrail.record.capture.redact import MARKER
from http_servers import told_one

WORD = "correct" + "horsebattery"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail") as home:
        yield home


def made(url: str = "http://h/orders") -> Exchange:
    return Exchange(client="httpx", method="POST", url=url, calls=[])


def test_a_secret_goes_wherever_it_stands(home: Path) -> None:
    exchange = made(f"http://h/orders?token={WORD}")
    exchange.sent(f'{{"note": "my {WORD} is here"}}')
    exchange.answered(200, [("X-Echo", WORD), ("Content-Type", "application/json")])
    exchange.came(f'["{WORD}"]'.encode())
    exchange.finish()
    tell_http(exchange)
    body = told_one(home)
    assert WORD not in str(body)
    assert body["url"] == f"http://h/orders?token={MARKER}"
    assert body["response_body"] == [MARKER]


def test_a_request_without_an_answer_has_no_status(home: Path) -> None:
    exchange = made()
    exchange.failed(ValueError("no"))
    tell_http(exchange)
    body = told_one(home)
    assert body["error"] == "ValueError: no"
    assert "status" not in body
    assert "response_bytes" not in body


class SlowTimeoutError(Exception):
    """A timeout of a library, by its name."""


class NewConnectionError(TimeoutError.__base__):  # type: ignore[misc, valid-type]
    """An error that is none."""


def caused(by: BaseException) -> BaseException:
    error = RuntimeError("outer")
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (TimeoutError(), True),
        (SlowTimeoutError(), True),
        (caused(TimeoutError()), True),
        (RuntimeError(TimeoutError("timed out")), True),
        (ValueError("timeout"), False),
        (caused(NewConnectionError()), False),
    ],
)
def test_a_timeout_is_known_by_the_exception_or_what_is_behind_it(
    error: BaseException, *, wanted: bool
) -> None:
    exchange = made()
    exchange.failed(error)
    assert is_timeout(exchange) is wanted


def test_the_same_request_from_the_same_place_is_a_further_attempt() -> None:
    first, second, other = made("http://h/a"), made("http://h/a"), made("http://h/a")
    other.sent(b"something else")
    assert [attempt(it) for it in (first, other, second)] == [1, 1, 2]


def test_a_stream_is_known_by_its_type() -> None:
    exchange = made()
    exchange.answered(200, [("content-type", "text/event-stream; charset=utf-8")])
    assert is_streamed(exchange)
    exchange.answered(200, [("content-type", "text/plain")])
    assert not is_streamed(exchange)
