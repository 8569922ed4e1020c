from __future__ import annotations

from typing import Any

import pytest

from backtrail.trail.views.timing.calls import (
    STATEMENT_CHARS_MAX,
    call_of,
    command_name,
    endpoint,
    statement_name,
)
from built_events import Recorded


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (
            "http.called",
            {"method": "GET", "url": "http://127.0.0.1:80/a?b=1", "took_ms": 5, "status": 200},
            ("http", "GET http://127.0.0.1/a", 5.0, False),
        ),
        (
            "http.called",
            {"method": "GET", "url": "/a", "took_ms": 5, "status": 404},
            ("http", "GET /a", 5.0, True),
        ),
        (
            "llm.called",
            {"attributes": {"gen_ai.request.model": "small"}, "took_ms": 5.5, "error": "E: x"},
            ("llm", "small", 5.5, True),
        ),
        (
            "sql.executed",
            {"statement": "SELECT\n  1", "took_ms": 2.0},
            ("sql", "SELECT 1", 2.0, False),
        ),
        (
            "subprocess.ended",
            {"command": ["/bin/git", "log"], "exit_code": 1, "took_ms": 9.0},
            ("subprocess", "git log", 9.0, True),
        ),
        ("lock.acquired", {"lock": "A", "wait_ms": 3.0}, ("lock", "A", 3.0, False)),
        ("lock.timed_out", {"lock": "A", "wait_ms": 3.0}, ("lock", "A", 3.0, True)),
        (
            "rate.limited",
            {"url": "http://127.0.0.1/a", "waited_ms": 40.0},
            ("rate limit", "wait for http://127.0.0.1/a", 40.0, False),
        ),
    ],
)
def test_what_leaves_the_program_or_waits_is_a_call(
    kind: str, body: dict[str, Any], told: tuple[str, str, float, bool]
) -> None:
    call = call_of(Recorded().event(kind, 7, **body))
    assert call is not None
    assert (call.sort, call.name, call.took_ms, call.is_failed) == told


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("lock.acquired", {"lock": "A"}),
        ("lock.acquired", {"lock": "A", "wait_ms": 0.0}),
        ("rate.limited", {"url": "x"}),
        ("sql.executed", {"statement": "SELECT 1"}),
        ("http.called", {"took_ms": "long"}),
        ("http.called", {"took_ms": True}),
        ("debug.recorded", {"took_ms": 1.0}),
        ("llm.called", {"attributes": "none"}),
    ],
)
def test_what_took_no_known_time_is_none(kind: str, body: dict[str, Any]) -> None:
    assert call_of(Recorded().event(kind, 7, **body)) is None


def test_a_time_below_nothing_is_nothing() -> None:
    call = call_of(Recorded().event("sql.executed", 7, statement="x", took_ms=-1))
    assert call is not None
    assert call.took_ms == 0.0


def test_names_leave_out_what_differs_from_call_to_call() -> None:
    assert endpoint("GET", "http://me:word@127.0.0.1:80/a?token=1#x") == "GET http://127.0.0.1/a"
    assert endpoint(None, "http://[broken/a?x=1") == "HTTP http://[broken/a"
    assert endpoint("GET", None) == "GET "
    assert len(statement_name("x" * 500)) == STATEMENT_CHARS_MAX + 1
    assert command_name(["/usr/bin/git", "log", "-n", "1"]) == "git log -n …"
    assert command_name([]) == command_name("git") == "a program"
