"""sentry-sdk: breadcrumbs, transactions and captured exceptions; what it would send is dropped."""

from __future__ import annotations

from pathlib import Path

import failing
import sentry_sdk
from measure import Operation, Row
from sentry_sdk.transport import Transport

SPANS_A_TRANSACTION = 500
"""Below the 1,000 after which it drops spans."""
HISTORY = 50


class DroppingTransport(Transport):
    """Takes each finished envelope and sends it nowhere, at no cost."""

    def capture_envelope(self, envelope: object) -> None:
        """Drop it."""


def _event(rows: list[Row]) -> None:
    for i, order, amount, is_new in rows:
        sentry_sdk.add_breadcrumb(
            category="charge_card",
            data={"user": i, "order": order, "amount": amount, "is_new": is_new},
        )


def _spans(rows: list[Row]) -> None:
    with sentry_sdk.start_transaction(op="bench", name="bench"):
        for i, _order, _amount, _is_new in rows:
            with sentry_sdk.start_span(op="task", name="charge_card") as span:
                span.set_data("user", i)


def _disabled(rows: list[Row]) -> None:
    client = sentry_sdk.get_global_scope().client
    sentry_sdk.get_global_scope().set_client(None)
    _event(rows)
    sentry_sdk.get_global_scope().set_client(client)


def _messages(rows: list[Row], breadcrumbs: int) -> None:
    sentry_sdk.get_isolation_scope().clear_breadcrumbs()
    _event(rows[:1] * breadcrumbs)
    for _, order, *_ in rows:
        sentry_sdk.capture_message(order)


def operations(_folder: Path) -> list[Operation]:
    """Return what it can do of the table."""
    sentry_sdk.init(
        dsn="http://public@127.0.0.1/1",
        transport=DroppingTransport,
        auto_enabling_integrations=False,
        traces_sample_rate=1.0,
        max_breadcrumbs=HISTORY,
    )
    small = failing.loop(failing.small, sentry_sdk.capture_exception)
    big = failing.loop(failing.big, sentry_sdk.capture_exception)
    return [
        Operation("event", "add_breadcrumb: in memory only", _event),
        Operation(
            "span",
            "start_span and set_data in a transaction of 500; the transaction is dropped",
            _spans,
            calls_max=SPANS_A_TRANSACTION,
        ),
        Operation("disabled", "add_breadcrumb without init", _disabled),
        Operation(
            "error_small", "capture_exception: payload made with locals, then dropped", small
        ),
        Operation("error_big", "the same", big),
        Operation(
            "history",
            "capture_message with 50 breadcrumbs less the same with none",
            lambda rows: _messages(rows, HISTORY),
            less=lambda rows: _messages(rows, 0),
        ),
    ]
