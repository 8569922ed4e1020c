"""Any program that has OpenTelemetry is recorded: its own SDK sends to a real server process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Tracer, format_trace_id

from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.trail.story import Story, story
from backtrail.trail.views.transcripts import LlmCallsReader
from running import until
from serving import server

SECRET = "sk-proj-Zm9vYmFyYmF6cXV4MTIzNDU2"
HELD = "correct-horse-battery-staple"


class OutOfStockError(Exception):
    """An error of the program."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ".backtrail"


@pytest.fixture
def url(home: Path) -> Iterator[str]:
    with server(home) as (address, _):
        yield address


@pytest.fixture(params=[Compression.NoCompression, Compression.Gzip])
def provider(request: pytest.FixtureRequest, url: str) -> Iterator[TracerProvider]:
    made = TracerProvider(resource=resource())
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces", compression=request.param)
    made.add_span_processor(BatchSpanProcessor(exporter))
    yield made
    made.shutdown()


def resource() -> Resource:
    return Resource.create({"service.name": "shop", "service.version": "7.1"})


def told(home: Path, trace_id: str) -> Story:
    with Catalog.open(home) as catalog:
        summary = reading.trace_summary(catalog, trace_id)
        errors = [reading.error(catalog, each.error_id) for each in reading.errors(catalog)]
        events = list(reading.events(catalog, trace_id))
        return story(summary, events, [error.event for error in errors])


def is_there(home: Path, trace_id: str, spans: int) -> bool:
    if not home.is_dir():
        return False
    with Catalog.open(home) as catalog:
        found = [each for each in reading.traces(catalog) if each.trace_id == trace_id]
        return bool(found) and found[0].spans >= spans


def check_out(tracer: Tracer) -> str:
    """Do what an agent does that fails; return its trace."""
    earlier = tracer.start_span("earlier")
    earlier.end()
    with tracer.start_as_current_span(
        "check out", links=[Link(earlier.get_span_context())], attributes={"api_key": HELD}
    ) as root:
        root.add_event("connected", {"copy": HELD})
        with tracer.start_as_current_span("chat gpt-4o-mini") as call:
            call.set_attributes(
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.request.model": "gpt-4o-mini",
                    "gen_ai.usage.input_tokens": 120,
                    "gen_ai.usage.output_tokens": 8,
                    "gen_ai.input.messages": json.dumps(
                        [{"role": "user", "parts": [{"type": "text", "content": f"use {SECRET}"}]}]
                    ),
                    "gen_ai.output.messages": json.dumps(
                        [
                            {
                                "role": "assistant",
                                "parts": [
                                    {
                                        "type": "tool_call",
                                        "id": "c1",
                                        "name": "ship",
                                        "arguments": {"sku": "A-7"},
                                    }
                                ],
                                "finish_reason": "tool_call",
                            }
                        ]
                    ),
                }
            )
        with tracer.start_as_current_span("ship") as tool:
            tool.add_event("looked at the shelf", {"sku": "A-7"})
            raise OutOfStockError("none of A-7 left")
    return format_trace_id(root.get_span_context().trace_id)


def test_a_failing_agent_is_told_from_its_spans(home: Path, provider: TracerProvider) -> None:
    ids: list[int] = []
    tracer = provider.get_tracer("shop.agent", "2")
    provider.add_span_processor(Noting(ids))
    with pytest.raises(OutOfStockError):
        check_out(tracer)
    provider.force_flush()
    trace_id = format_trace_id(ids[-1])
    until(lambda: is_there(home, trace_id, 3))
    tale = told(home, trace_id)

    assert (tale.name, tale.status) == ("check out", "error")
    assert [(row.name, row.depth, row.status) for row in tale.outline] == [
        ("check out", 0, "error"),
        ("chat gpt-4o-mini", 1, "ok"),
        ("ship", 1, "error"),
    ]
    root = tale.outline[0].attributes
    assert root["service.name"] == "shop"
    assert root["otel.scope.name"] == "shop.agent"
    assert root["otel.links"][0]["trace_id"] == format_trace_id(ids[0])

    (error,) = tale.errors
    assert (error.type, error.message) == ("OutOfStockError", "none of A-7 left")
    assert error.frames[0].function == "check_out"
    assert error.frames[0].code == 'raise OutOfStockError("none of A-7 left")'
    assert error.frames[0].file == __file__

    reader = LlmCallsReader()
    with Catalog.open(home) as catalog:
        for event in reading.events(catalog, trace_id):
            reader.take(event)
    (call,) = reader.view().calls
    assert (call.model, call.input_tokens, call.tool_calls) == ("gpt-4o-mini", 120, ["ship"])
    assert call.cost_usd == pytest.approx(0.0000228)
    assert any("looked at the shelf" in event.text for event in tale.events)


def test_secrets_that_are_sent_reach_no_byte_of_the_store(
    home: Path, provider: TracerProvider
) -> None:
    ids: list[int] = []
    provider.add_span_processor(Noting(ids))
    with pytest.raises(OutOfStockError):
        check_out(provider.get_tracer("shop.agent"))
    provider.force_flush()
    until(lambda: is_there(home, format_trace_id(ids[-1]), 3))
    seen = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    with Catalog.open(home) as catalog:
        found = str(list(reading.events(catalog, format_trace_id(ids[-1]))))
    assert "looked at the shelf" in found
    for canary in (SECRET, HELD):
        assert canary.encode() not in seen
        assert canary not in found


def test_log_records_stand_in_the_trace_that_they_were_made_in(
    home: Path, url: str, provider: TracerProvider
) -> None:
    logs = LoggerProvider(resource=resource())
    logs.add_log_record_processor(
        SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{url}/v1/logs"))
    )
    logger = logs.get_logger("shop")
    with provider.get_tracer("shop").start_as_current_span("pay") as span:
        said = {"exception.type": "OutOfStockError", "exception.message": "sold out"}
        logger.emit(LogRecord(body="could not pay A-7", attributes=said))
    logger.emit(LogRecord(body="outside of any trace"))
    logs.shutdown()
    provider.force_flush()
    trace_id = format_trace_id(span.get_span_context().trace_id)
    until(lambda: is_there(home, trace_id, 1))
    tale = told(home, trace_id)
    assert tale.status == "ok"
    assert any("could not pay A-7" in event.text for event in tale.events)
    assert [(error.type, error.is_handled) for error in tale.errors] == [("OutOfStockError", True)]
    with Catalog.open(home) as catalog:
        names = {each.name for each in reading.traces(catalog)}
    assert any(name.startswith("logs of shop, ") for name in names)


def test_a_body_that_is_no_request_harms_nobody_else(home: Path, url: str) -> None:
    request = Request(f"{url}/v1/traces", b"\xff" * 1_000, {"Content-Type": "application/json"})
    with pytest.raises(OSError, match="400"):
        urlopen(request)
    provider = TracerProvider(resource=resource())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    span = provider.get_tracer("shop").start_span("after")
    span.end()
    provider.shutdown()
    trace_id = format_trace_id(span.get_span_context().trace_id)
    until(lambda: is_there(home, trace_id, 1))
    assert told(home, trace_id).name == "after"


class Noting(BatchSpanProcessor):
    """Notes the traces of spans that begin."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    def on_start(self, span, parent_context=None) -> None:  # noqa: ANN001, ARG002, D102 - as called
        self.ids.append(span.get_span_context().trace_id)

    def on_end(self, span) -> None:  # noqa: ANN001, D102 - as called
        pass

    def shutdown(self) -> None:  # noqa: D102 - as called
        pass

    def force_flush(self, timeout_millis: int = 0) -> bool:  # noqa: ARG002, D102 - as called
        return True
