from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import recorded
from backtrail.record.calls import routing
from backtrail.record.calls.exchange import begin
from http_servers import calls_of


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail") as home:
        yield home


def exchange(path: str, body: str) -> None:
    made = begin("httpx", "POST", f"http://h{path}")
    assert made is not None
    made.sent(body)
    made.answered(200, [])
    made.finish()


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (("http", "llm"), ["http.called", "llm.called"]),
        (("http",), ["http.called", "http.called"]),
        (("llm",), ["llm.called"]),
    ],
)
def test_a_call_goes_where_it_is_wanted_and_is_one_event(
    home: Path, wanted: tuple[str, ...], kinds: list[str]
) -> None:
    routing.start(wanted)
    exchange("/orders", '{"item": "cup"}')
    exchange("/v1/chat/completions", '{"model": "m", "messages": []}')
    routing.stop()
    assert [event.kind for event in calls_of(home)] == kinds


def test_what_is_open_is_told_of_at_the_end(home: Path) -> None:
    routing.start(("http",))
    made = begin("httpx", "GET", "http://h/orders")
    assert made is not None
    made.answered(200, [])
    routing.stop()
    (event,) = calls_of(home)
    assert event.body["is_complete"] is False
    assert begin("httpx", "GET", "http://h/orders") is None
