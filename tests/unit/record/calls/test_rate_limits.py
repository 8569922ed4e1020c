from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import backtrail
from backtrail.model.limits import HOSTS_MAX
from backtrail.record.calls import rate_limits
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.rate_limits import retry_after_s
from http_servers import Asked, Reply, json_reply, serving, told, watched

NOW_NS = 1_700_000_000 * 1_000_000_000
"""2023-11-14 22:13:20 UTC."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with watched(tmp_path / ".backtrail") as home:
        yield home


def limited(_: Asked) -> Reply:
    return json_reply({}, 429, retry_after="2", x_ratelimit_remaining_requests="0", x_other="1")


@pytest.mark.promise("L9")
def test_a_limit_is_told_of_with_the_time_until_the_next_try(home: Path) -> None:
    with serving(limited) as url:
        httpx.get(url)
        assert told(home, "rate.limited") == []
        pause = threading.Event()
        pause.wait(0.02)
        httpx.get(url)
        (body,) = told(home, "rate.limited")
    assert body["retry_after_s"] == 2.0
    assert (body["status"], body["remaining"]) == (429, {"x-ratelimit-remaining-requests": 0})
    assert 20 <= body["waited_ms"] < 20_000
    assert body["caller"]["file"] == __file__


def test_one_that_is_not_tried_again_is_told_of_at_the_end(tmp_path: Path) -> None:
    with watched(tmp_path / ".backtrail") as home, serving(limited) as url:
        httpx.get(url)
        backtrail.capture_exception(LookupError())
        assert told(home, "rate.limited") == []
    (body,) = told(home, "rate.limited")
    assert "waited_ms" not in body


def test_a_good_answer_that_was_the_last_one_is_a_limit_too(home: Path) -> None:
    answers = iter([{"RateLimit-Remaining": "0"}, {"RateLimit-Remaining": "7"}, {}])
    with serving(lambda _: Reply(b"", 200, next(answers))) as url:
        for _ in range(3):
            httpx.get(url)
    (body,) = told(home, "rate.limited")
    assert (body["status"], body["remaining"]) == (200, {"ratelimit-remaining": 0})


def test_another_thread_does_not_end_the_wait(home: Path) -> None:
    with serving(limited) as url:
        httpx.get(url)
        other = threading.Thread(target=httpx.get, args=(url,))
        other.start()
        other.join()
        assert told(home, "rate.limited") == []


def test_hosts_are_bounded(home: Path) -> None:
    for number in range(HOSTS_MAX + 5):
        made = Exchange(client="httpx", method="GET", url=f"http://h{number}/", calls=[])
        made.answered(429, [])
        made.finish()
    assert len(told(home, "rate.limited")) == 5
    rate_limits.forget_all()
    rate_limits.tell_all()
    assert len(told(home, "rate.limited")) == 5


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ([("Retry-After", "2")], 2.0),
        ([(b"retry-after", b"0.5")], 0.5),
        ([("retry-after-ms", "250"), ("retry-after", "1")], 0.25),
        ([("Retry-After", "Tue, 14 Nov 2023 22:13:50 GMT")], 30.0),
        ([("Retry-After", "Tue, 14 Nov 2023 22:00:00 GMT")], 0.0),
        ([("Retry-After", "soon")], None),
        ([("Retry-After", "Tue, 14 Non 2023 22:00:00 GMT")], None),
        ([], None),
    ],
)
def test_the_time_to_wait_is_read_in_every_form(
    headers: list[tuple[Any, Any]], wanted: float | None
) -> None:
    assert retry_after_s(headers, NOW_NS) == wanted
