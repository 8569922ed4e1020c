from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import backtrail
import recorded
from backtrail.record import guard
from backtrail.record.calls import exchange as exchanges
from backtrail.record.calls.exchange import (
    Exchange,
    begin,
    end_open,
    end_open_before_error,
    forget_open,
    is_nested,
)


@pytest.fixture
def ended(tmp_path: Path) -> Iterator[list[Exchange]]:
    found: list[Exchange] = []
    with recorded.recording(tmp_path / ".backtrail"):
        exchanges.on_end.append(found.append)
        yield found
        exchanges.on_end.remove(found.append)


def begun() -> Exchange:
    exchange = begin("httpx", "POST", "http://h/")
    assert exchange is not None
    return exchange


def test_an_exchange_is_told_of_once(ended: list[Exchange]) -> None:
    exchange = begun()
    exchange.sent("tea")
    exchange.answered(200, [], 6)
    exchange.came(b"one")
    assert ended == []
    exchange.came(b"two")
    exchange.came(b"three")
    exchange.finish()
    exchange.let_go()
    exchange.failed(ValueError())
    assert ended == [exchange]
    assert bytes(exchange.answer.head) == b"onetwo"
    assert exchange.is_complete
    assert exchange.error is None
    assert exchange.request is not None
    assert bytes(exchange.request.head) == b"tea"


@pytest.mark.usefixtures("ended")
def test_a_body_that_would_have_to_be_read_is_not_seen() -> None:
    exchange = begun()
    numbers = iter([b"a"])
    exchange.sent(numbers)
    exchange.finish()
    assert exchange.request is None
    assert next(numbers) == b"a"


def test_one_that_is_let_go_of_is_told_of(ended: list[Exchange]) -> None:
    exchange = begun()
    exchange.answered(200, [])
    del exchange
    gc.collect()
    assert [one.is_complete for one in ended] == [False]


def test_those_that_are_open_are_told_of_when_they_have_to_be(ended: list[Exchange]) -> None:
    waiting, reading = begun(), begun()
    reading.answered(404, [])
    end_open()
    assert ended == [reading]
    waiting.finish()
    end_open()
    assert ended == [reading, waiting]


@pytest.mark.usefixtures("ended")
def test_what_a_client_is_built_on_begins_none() -> None:
    is_nested.set(True)
    assert begin("http.client", "GET", "http://h/") is None
    is_nested.set(False)
    assert begin("http.client", "GET", "http://h/") is not None


def test_nothing_is_begun_or_told_while_recording_is_off(ended: list[Exchange]) -> None:
    exchange = begun()
    backtrail.disable()
    exchange.finish()
    assert begin("httpx", "GET", "http://h/") is None
    backtrail.enable()
    assert ended == []


def test_what_breaks_while_telling_is_counted(tmp_path: Path) -> None:
    def breaks(_: Exchange) -> None:
        raise RuntimeError

    with recorded.recording(tmp_path / ".backtrail"):
        guard.is_strict = False
        exchanges.on_end.append(breaks)
        try:
            begun().finish()
        finally:
            exchanges.on_end.remove(breaks)
            guard.is_strict = True
        assert guard.lost == {"broke: call: RuntimeError": 1}


def test_before_an_error_only_what_nobody_will_read_is_ended(ended: list[Exchange]) -> None:
    reading, refused, waiting = begun(), begun(), begun()
    reading.answered(200, [])
    refused.answered(404, [])
    assert end_open_before_error() is False
    assert ended == [refused]
    waiting.finish()
    reading.came(b"more")
    assert bytes(reading.answer.head) == b"more"


def test_a_forked_child_leaves_what_is_open_to_its_parent(ended: list[Exchange]) -> None:
    reading = begun()
    reading.answered(200, [])
    child = os.fork()
    if child == 0:
        forget_open()
        end_open()
        reading.finish()
        os._exit(len(ended))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    reading.finish()
    assert ended == [reading]
