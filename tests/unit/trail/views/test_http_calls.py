from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.views import http_calls as module
from backtrail.trail.views.http_calls import http_call, http_calls, is_failed
from built_events import Recorded


def called(process: Recorded, at_ms: float, **more: Any) -> Event:
    body = {"method": "GET", "url": "http://127.0.0.1/x", "client": "httpx", "status": 200, **more}
    return process.event("http.called", at_ms, **body)


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({}, False),
        ({"status": 302}, False),
        ({"status": 404}, True),
        ({"status": None, "error": "ConnectError: refused"}, True),
        ({"status": None, "is_timeout": True}, True),
    ],
)
def test_a_call_that_was_refused_or_not_answered_has_failed(
    more: dict[str, Any], *, failed: bool
) -> None:
    call = http_call(called(Recorded(), 1, **more))
    assert call is not None
    assert is_failed(call) is failed


def test_failures_retries_and_limits_are_counted() -> None:
    process = Recorded()
    events = [
        called(process, 1, status=503),
        called(process, 2, attempt=2),
        process.event("rate.limited", 3, url="http://127.0.0.1/x", status=429, waited_ms=40.0),
        process.event("rate.limited", 4, url="http://127.0.0.1/x", status=429),
        process.event("rate.limited", 5),
        process.event("debug.recorded", 6),
    ]
    told = http_calls(events)
    assert (told.count, told.failed, told.retried) == (2, 1, 1)
    assert (told.rate_limited, told.waited_ms) == (2, 40.0)


def test_the_last_calls_are_listed_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALLS_LISTED_MAX", 2)
    process = Recorded()
    told = http_calls(called(process, at, status=at + 200) for at in range(5))
    assert [call.status for call in told.calls] == [203, 204]
    assert (told.count, told.cut) == (5, 3)


def test_what_has_not_its_shape_is_no_call() -> None:
    assert http_call(Recorded().event("http.called", 1, method=1)) is None
