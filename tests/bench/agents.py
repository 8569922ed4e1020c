"""Makes the load of a team's agents: traces of 20 spans, about 1.9 KB a span, as OTLP has them."""

from __future__ import annotations

from random import Random
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS_A_TRACE = 20
MS = 1_000_000
MODELS = ("gpt-4o-mini", "gpt-4o", "claude-sonnet-4", "mistral-large")
RESOURCE = {
    "service.name": "agent",
    "service.version": "1.2.3",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.version": "1.45.2",
    "host.name": "box-1",
}
_POOL_CHARS = 8_000_000


class Agents:
    """Makes requests of many agents; the same seed makes the same ones.

    What they say is cut out of eight million letters of words drawn by lot from 4,000, so that
    compression finds in it no more than in the words of one vocabulary.
    """

    def __init__(self, seed: int = 7) -> None:
        self._random = random = Random(seed)
        letters = "abcdefghijklmnoprstuvwy"
        lot = Random(0)
        words = ["".join(lot.choices(letters, k=lot.randint(2, 9))) for _ in range(4_000)]
        words += ["token", "key", "author", "the", "of", "to", "and", "a"] * 40
        self._pool = " ".join(random.choices(words, k=_POOL_CHARS // 6))

    def request(self, traces: int, *, first_unix_ns: int) -> ExportTraceServiceRequest:
        """Return a request with some traces, each begun a second behind the one before."""
        request = ExportTraceServiceRequest()
        group = request.resource_spans.add()
        group.resource.attributes.extend(_pairs(RESOURCE))
        scope = group.scope_spans.add()
        scope.scope.name, scope.scope.version = "openinference", "0.1"
        for number in range(traces):
            self._trace(scope.spans, first_unix_ns + number * 1_000 * MS)
        return request

    def _trace(self, spans: Any, began: int) -> None:
        trace_id, root = self._random.randbytes(16), self._random.randbytes(8)
        for place in range(SPANS_A_TRACE):
            span = spans.add(trace_id=trace_id, span_id=root, kind=Span.SPAN_KIND_INTERNAL)
            if place:
                span.span_id, span.parent_span_id = self._random.randbytes(8), root
            took_ms = self._random.lognormvariate(3, 1) if place else 40
            span.start_time_unix_nano = began + place * MS
            span.end_time_unix_nano = began + place * MS + int(took_ms * MS)
            span.name, attributes = self._work(place)
            span.attributes.extend(_pairs(attributes))
        if self._random.random() < 0.02:
            self._fail(span)

    def _work(self, place: int) -> tuple[str, dict[str, Any]]:
        if not place:
            return "agent.run", {
                "openinference.span.kind": "AGENT",
                "input.value": self._text(700),
                "output.value": self._text(700),
                "session.id": f"s-{self._random.randint(1, 99)}",
                "user.id": f"u-{self._random.randint(1, 5_000)}",
            }
        if place % 3 == 1:
            return "llm.chat", self._chat()
        if place % 3 == 2:
            return "tool.search", {
                "openinference.span.kind": "TOOL",
                "tool.name": "search",
                "input.value": f'{{"query": "{self._text(500)}", "limit": 5}}',
                "input.mime_type": "application/json",
                "output.value": f'[{{"title": "{self._text(300)}", "score": 0.5}}, '
                f'{{"body": "{self._text(500)}"}}]',
            }
        return "chain.step", {
            "openinference.span.kind": "CHAIN",
            "input.value": self._text(600),
            "output.value": self._text(700),
            "http.method": "POST",
            "http.status_code": 200,
            "step": place,
        }

    def _chat(self) -> dict[str, Any]:
        lot = self._random.random()
        return {
            "openinference.span.kind": "LLM",
            "llm.model_name": MODELS[int(lot * lot * lot * len(MODELS))],
            "llm.provider": "openai",
            "llm.token_count.prompt": self._random.randint(100, 4_000),
            "llm.token_count.completion": self._random.randint(10, 900),
            "llm.invocation_parameters": '{"temperature": 0.2, "max_tokens": 800}',
            "llm.input_messages.0.message.role": "system",
            "llm.input_messages.0.message.content": self._text(250),
            "llm.input_messages.1.message.role": "user",
            "llm.input_messages.1.message.content": self._text(500),
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": self._text(450),
        }

    def _fail(self, span: Span) -> None:
        span.status.code, span.status.message = 2, "boom"
        raised = span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
        said = {
            "exception.type": "ValueError",
            "exception.message": "bad " + self._text(20),
            "exception.stacktrace": "Traceback (most recent call last):\n"
            '  File "/app/a.py", line 3, in f\n    g()\nValueError: bad',
        }
        raised.attributes.extend(_pairs(said))

    def _text(self, chars: int) -> str:
        start = self._random.randrange(_POOL_CHARS // 2)
        return self._pool[start : start + chars]


def _pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=name, value=_value(value)) for name, value in attributes.items()]


def _value(value: Any) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value)
    return AnyValue(int_value=value)
