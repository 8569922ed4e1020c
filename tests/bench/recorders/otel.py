"""opentelemetry-sdk: log records and spans through simple processors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measure import Operation, Row
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


class DroppingExporter(SpanExporter):
    """Takes each ended span and sends it nowhere, at no cost."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Drop them."""
        assert spans
        return SpanExportResult.SUCCESS


def add_events(span: trace.Span, rows: list[Row]) -> None:
    """Add an event to a span for each row."""
    for i, order, amount, is_new in rows:
        span.add_event(
            "charge_card", {"user": i, "order": order, "amount": amount, "is_new": is_new}
        )


def operations(folder: Path) -> list[Operation]:
    """Return what it can do of the table."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(DroppingExporter()))
    tracer = provider.get_tracer("bench")
    logs = LoggerProvider()
    out = (folder / "otel.jsonl").open("w")
    exporter = ConsoleLogRecordExporter(
        out=out, formatter=lambda record: record.to_json(None) + "\n"
    )
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logger = logs.get_logger("bench")

    def emit(rows: list[Row]) -> None:
        for i, order, amount, is_new in rows:
            logger.emit(
                LogRecord(
                    severity_number=SeverityNumber.INFO,
                    body="charge_card",
                    attributes={"user": i, "order": order, "amount": amount, "is_new": is_new},
                )
            )

    def add_event(rows: list[Row]) -> None:
        with tracer.start_as_current_span("bench") as span:
            add_events(span, rows)

    def spans(rows: list[Row]) -> None:
        for i, _order, _amount, _is_new in rows:
            with tracer.start_as_current_span("charge_card", attributes={"user": i}):
                pass

    disabled = partial(add_events, trace.INVALID_SPAN)
    return [
        Operation("event", "LogRecord emitted as JSON to a file, flushed", emit),
        Operation("event_memory", "span.add_event: in memory only", add_event),
        Operation("span", "start_as_current_span, dropped at its end", spans),
        Operation(
            "disabled",
            "add_event of a span that does not record",
            disabled,
        ),
    ]
