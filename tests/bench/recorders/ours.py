"""Backtrail itself: everything redacted and durable, in full mode."""

from __future__ import annotations

from pathlib import Path

import failing
from measure import Loop, Operation, Row

import backtrail
from backtrail import debug, trace_span
from backtrail.record import scope
from backtrail.record.ring import with_history

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
        for i, _order, _amount, _is_new in rows:
            with trace_span("charge_card", user=i):
                pass


def _disabled(rows: list[Row]) -> None:
    backtrail.disable()
    event(rows)
    backtrail.enable()


def _capture(error: Exception) -> None:
    backtrail.capture_exception(error, mechanism="manual")


def _histories(entries: int) -> Loop:
    """Return a loop that gives an error's line the history of a ring of so many entries."""

    def run(rows: list[Row]) -> None:
        with backtrail.start_operation_trace("bench"):
            event(rows[:1] * entries)
            ring = scope.current().trace.ring
            line = ring[-1]
            for _ in rows:
                with_history(line, ring)

    return run


def _errors_in_a_ring_of(entries: int) -> Loop:
    """Return a loop of error entries in a trace whose ring holds so many entries."""

    def run(rows: list[Row]) -> None:
        scope.traces.max_entries = entries
        with backtrail.start_operation_trace("bench"):
            event(rows[:1] * entries)
            for i, _order, _amount, _is_new in rows:
                debug("error_occurred", user=i)
        scope.traces.max_entries = HISTORY

    return run


def operations(folder: Path) -> list[Operation]:
    """Return all of the table."""
    backtrail.start(directory=str(folder / ".backtrail"), hooks=False, ring_events=HISTORY)
    captured = "capture_exception: journal, synced; locals, source, stacks, history; file later"
    return [
        Operation("event", "debug(): redacted, in the ring, in the mapped journal", event),
        Operation("event_long", "the same with a text of 45 characters to look into", _event_long),
        Operation("event_secret", "the same with a value under a secret name", _event_secret),
        Operation("span", "with trace_span(): begin and end in the journal", _spans),
        Operation("disabled", "debug() after disable()", _disabled),
        Operation(
            "error_small",
            captured,
            failing.loop(failing.small, _capture),
            calls_max=ERRORS_MAX,
        ),
        Operation(
            "error_big",
            "the same",
            failing.loop(failing.big, _capture),
            calls_max=ERRORS_MAX,
        ),
        Operation("history", "50 entries of the ring joined into an error's", _histories(HISTORY)),
        Operation(
            "history_durable",
            "debug('error_occurred') in a ring of 50 less the same in a ring of 1: 11 kB more",
            _errors_in_a_ring_of(HISTORY),
            less=_errors_in_a_ring_of(1),
        ),
    ]
