"""Asks a model as an agent does, recorded by an instrumentation that is not ours.

Its words: which instrumentation, and the address of the model. Everything else, as where to send,
is in OpenTelemetry's own environment variables.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import openai
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer, format_trace_id

BOOK: Any = {
    "type": "function",
    "function": {
        "name": "book",
        "description": "Book a room.",
        "parameters": {"type": "object", "properties": {"room": {"type": "integer"}}},
    },
}
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "book", "arguments": '{"room": 4}'},
}
BRIEF: list[Any] = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "book a room"},
]
WHOLE: list[Any] = [
    *BRIEF,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "room 4 is taken"},
]


def instrument(which: str, spans: TracerProvider, logs: LoggerProvider) -> None:
    """Let one instrumentation record the client."""
    if which == "openinference":
        # Both have a class of this name; a program has one of them.
        from openinference.instrumentation.openai import OpenAIInstrumentor  # noqa: PLC0415

        OpenAIInstrumentor().instrument(tracer_provider=spans)
    else:
        from opentelemetry.instrumentation.openai import (  # noqa: PLC0415
            OpenAIInstrumentor as OpenLLMetry,
        )

        OpenLLMetry(use_attributes=which == "openllmetry").instrument(
            tracer_provider=spans, logger_provider=logs
        )


def ask(client: openai.OpenAI, tracer: Tracer) -> str:
    """Ask in each way that there is; return the trace."""
    with tracer.start_as_current_span("answer a guest") as root:
        client.chat.completions.create(
            model="gpt-4o", messages=WHOLE, tools=[BOOK], temperature=0.5
        )
        for _ in client.chat.completions.create(
            model="gpt-4o",
            messages=BRIEF,
            stream=True,
            stream_options={"include_usage": True},
        ):
            pass
        client.embeddings.create(model="text-embedding-3-small", input=["one room", "two rooms"])
        for model in ("too-often", "broken"):
            try:
                client.chat.completions.create(model=model, messages=BRIEF)
            except openai.APIStatusError as error:
                sys.stderr.write(f"{type(error).__name__}\n")
    return format_trace_id(root.get_span_context().trace_id)


def main() -> None:
    """Send what the instrumentation records, and print the trace."""
    which, url = sys.argv[1:]
    is_grpc = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc"
    spans, logs = TracerProvider(), LoggerProvider()
    spans.add_span_processor(BatchSpanProcessor(GrpcSpans() if is_grpc else OTLPSpanExporter()))
    logs.add_log_record_processor(
        BatchLogRecordProcessor(GrpcLogs() if is_grpc else OTLPLogExporter())
    )
    instrument(which, spans, logs)
    client = openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0)
    sys.stdout.write(ask(client, spans.get_tracer("hotel")))
    spans.shutdown()
    logs.shutdown()


main()
