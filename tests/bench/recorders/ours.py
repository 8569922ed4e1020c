"""Backtrail itself: everything redacted and durable, in full mode."""

from __future__ import annotations

from pathlib import Path

import failing
from measure import Loop, Operation, Row

import backtrail
from backtrail import debug, trace_span

HISTORY = 50
ERRORS_MAX = 60
"""Errors of each kind in one round."""


def event(rows: list[Row]) -> None:
    """Record an event of four attributes for each row."""
    for i, order, amount, is_new in rows:
        debug("charge_card", user=i, order=order, amount=amount, is_new=is_new)


def _event_long(rows: list[Row]) -> None:
    for i, order, amount, is_new in rows:
        debug(
            "charge_card",
            user=i,
            order=f"{order} was placed at the counter: to be paid",
            amount=amount,
            is_new=is_new,
        )


def _event_secret(rows: list[Row]) -> None:
    for i, order, amount, is_new in rows:
        debug("charge_card", user=i, password=order, amount=amount, is_new=is_new)


def _spans(rows: list[Row]) -> None:
    with trace_span("bench"):
        for i, *_ in rows:
            with trace_span("charge_card", user=i):
                pass


def _disabled(rows: list[Row]) -> None:
    backtrail.disable()
    event(rows)
    backtrail.enable()


def _errors_after(events: int) -> Loop:
    """Return a loop of error entries, each in a trace with so many entries before it."""

    def run(rows: list[Row]) -> None:
        operation = backtrail.start_operation_trace("bench")
        with operation:
            event(rows[:1] * events)
            for i, *_ in rows:
                debug("error_occurred", user=i)

    return run


def operations(folder: Path) -> list[Operation]:
    """Return all of the table."""
    backtrail.start(directory=str(folder / ".backtrail"), hooks=False, ring_events=HISTORY)
    captured = "capture_exception: bundle and journal, synced; locals, source, stacks, history"
    return [
        Operation("event", "debug(): redacted, in the ring, in the mapped journal", event),
        Operation("event_long", "the same with a text of 45 characters to look into", _event_long),
        Operation("event_secret", "the same with a value under a secret name", _event_secret),
        Operation("span", "with trace_span(): begin and end in the journal", _spans),
        Operation("disabled", "debug() after disable()", _disabled),
        Operation(
            "error_small",
            captured,
            failing.loop(failing.small, backtrail.capture_exception),
            calls_max=ERRORS_MAX,
        ),
        Operation(
            "error_big",
            "the same",
            failing.loop(failing.big, backtrail.capture_exception),
            calls_max=ERRORS_MAX,
        ),
        Operation("history", "an error_occurred entry in a ring of 50", _errors_after(HISTORY)),
    ]
