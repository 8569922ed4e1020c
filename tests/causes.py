"""Builds errors and the events before them, for tests of how a cause is found."""

from __future__ import annotations

from typing import Any

from backtrail.model.event import Event
from backtrail.trail.cause.facts import Facts
from backtrail.trail.cause.finding import Case, Finding, Rule
from backtrail.trail.cause.suspects import suspects
from backtrail.trail.failure import error_body

PROCESS = "0190b6a2000070008000000000000001"
TRACE = "0190b6a2000070009000000000000001"
ERROR_AT = 1_000_000


def event(
    kind: str,
    at: int,
    *,
    process: str = PROCESS,
    thread: str | None = None,
    task: str | None = None,
    **body: Any,
) -> Event:
    """Make an event; `at` is its place in time and its number."""
    return Event(
        kind=kind,
        trace_id=TRACE,
        seq=at,
        time_unix_ns=at * 1_000_000,
        monotonic_ns=at * 1_000_000,
        process=process,
        thread=thread,
        task=task,
        body=body,
    )


def frame(function: str, code: str, *, expression: str | None = None, line: int = 7,
          **variables: Any) -> dict[str, Any]:  # fmt: skip
    """Make a frame of the user's own code, with its variables."""
    return {
        "file": "/app/shop.py",
        "line": line,
        "function": function.rpartition(".")[2],
        "qualified": function,
        "code": code,
        "expression": expression or code,
        "locals": variables,
        "is_app": True,
    }


def place(function: str, line: int = 3, file: str = "/app/shop.py") -> dict[str, Any]:
    """Make a place of the user's own code."""
    return {"file": file, "line": line, "function": function}


def error(
    type_: str,
    message: str,
    *frames: dict[str, Any],
    chain: list[dict[str, Any]] | None = None,
    mechanism: str = "uncaught",
    **more: Any,
) -> Event:
    """Make the error that is to be explained; `chain` are the exceptions behind it."""
    head = {"type": type_, "qualified_type": type_, "message": message}
    return event(
        "error.raised",
        ERROR_AT,
        error_id="e1",
        type=type_,
        message=message,
        mechanism=mechanism,
        is_handled=False,
        fingerprint="f",
        frames=list(frames),
        chain=[head, *(chain or [])],
        **more,
    )


def behind(type_: str, message: str, *frames: dict[str, Any]) -> dict[str, Any]:
    """Make an exception that an error was raised from."""
    return {
        "type": type_,
        "qualified_type": type_,
        "message": message,
        "relation": "cause",
        "parent": 0,
        "frames": list(frames),
    }


def case(raised: Event, *events: Event) -> Case:
    """Put an error and the events of its trace together, as a rule is given them."""
    body = error_body(raised)
    return Case(body, Facts([*events, raised], raised), suspects(body))


def findings(rule: Rule, raised: Event, *events: Event) -> list[Finding]:
    """Return what a rule finds, the best first."""
    return sorted(rule(case(raised, *events)), key=lambda finding: -finding.score)
