"""logfire: logs and spans, exported nowhere."""

from __future__ import annotations

from pathlib import Path

import logfire
from measure import Operation, Row
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from recorders.otel import DroppingExporter


def operations(folder: Path) -> list[Operation]:
    """Return what it can do of the table."""
    logfire.configure(
        send_to_logfire=False,
        console=False,
        inspect_arguments=False,
        metrics=False,
        data_dir=folder,
        additional_span_processors=[SimpleSpanProcessor(DroppingExporter())],
    )

    def event(rows: list[Row]) -> None:
        for i, order, amount, is_new in rows:
            logfire.info("charge_card", user=i, order=order, amount=amount, is_new=is_new)

    def spans(rows: list[Row]) -> None:
        for i, _order, _amount, _is_new in rows:
            with logfire.span("charge_card", user=i):
                pass

    def disabled(rows: list[Row]) -> None:
        with logfire.suppress_instrumentation():
            event(rows)

    return [
        Operation("event", "info(): scrubbed, dropped at its end", event),
        Operation("span", "span(): scrubbed, dropped at its end", spans),
        Operation("disabled", "info() inside suppress_instrumentation", disabled),
    ]
