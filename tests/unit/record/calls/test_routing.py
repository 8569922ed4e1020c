from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import recorded
from backtrail.record.calls import routing
from backtrail.record.calls.exchange import begin
from http_servers import Reply, calls_of, json_reply, serving
from running import RUN, environment, journal, project, run


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


UNCAUGHT = """
import sys, urllib.request
urllib.request.urlopen(sys.argv[1], timeout=5)
"""
IN_A_THREAD = """
import sys, threading, httpx
def work():
    with httpx.Client() as client:
        response = client.send(client.build_request("GET", sys.argv[1]), stream=True)
        for piece in response.iter_raw(): raise LookupError(piece)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
LOGGED = """
import logging, sys, httpx
with httpx.stream("GET", sys.argv[1]) as response:
    for number, piece in enumerate(response.iter_raw()):
        try: number / (number - 1)
        except ZeroDivisionError: logging.exception("no")
"""


@pytest.mark.parametrize(
    ("program", "status", "kinds"),
    [
        (UNCAUGHT, 404, ["http.called", "error.raised"]),
        (UNCAUGHT, 429, ["http.called", "rate.limited", "error.raised"]),
        (IN_A_THREAD, 200, ["http.called", "error.raised"]),
        (LOGGED, 200, ["error.raised", "http.called"]),
    ],
)
def test_a_call_is_told_of_before_the_error_that_it_led_to(
    tmp_path: Path, program: str, status: int, kinds: list[str]
) -> None:
    project(tmp_path)
    reply = json_reply({}, status) if status >= 400 else Reply([b"one", b"two", b"three"])
    with serving(lambda _: reply) as url:
        run(
            *RUN, "--", sys.executable, "-c", program, url,
            cwd=tmp_path, env=environment(BACKTRAIL_WATCH="http"),
        )  # fmt: skip
    found = [event for event in journal(tmp_path) if event["kind"] in set(kinds)]
    assert [event["kind"] for event in found] == kinds
    (call,) = [event for event in found if event["kind"] == "http.called"]
    assert call["status"] == status
    if program == LOGGED:
        assert call["response_body"] == "onetwothree"
