from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from starlette.applications import Starlette
from starlette.testclient import TestClient

from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.answers import JSON, PROTOBUF
from backtrail.serve.otlp.routes import otlp_routes
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from otlp_sample import NOW, TRACE, a_span, logs, traces, value

AS_PROTOBUF = {"Content-Type": PROTOBUF}
SPAN = {"traceId": TRACE.hex(), "spanId": "a1" * 8, "name": "json", "startTimeUnixNano": str(NOW)}


def app(ingest: Ingest) -> Starlette:
    """Return an application of nothing but the routes; it starts and ends what is behind them."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ingest.start()
        yield
        ingest.close()

    return Starlette(routes=otlp_routes(ingest), lifespan=lifespan)


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    return Ingest(tmp_path / ".backtrail")


@pytest.fixture
def client(ingest: Ingest) -> Iterator[TestClient]:
    with TestClient(app(ingest)) as client:
        yield client


def test_spans_that_were_answered_are_in_the_catalogue(ingest: Ingest) -> None:
    with TestClient(app(ingest)) as client:
        body = traces([a_span(0), a_span(1)]).SerializeToString()
        answer = client.post("/v1/traces", content=body, headers=AS_PROTOBUF)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == PROTOBUF
    with Catalog.open(ingest.home) as catalog:
        events = list(reading.events(catalog, TRACE.hex()))
        assert reading.trace_summary(catalog, TRACE.hex()).name == "step 0"
    names = [event.body["name"] for event in events if event.kind == "span.started"]
    assert names == ["step 0", "step 1"]
    assert events[0].time_unix_ns == NOW


def test_what_was_answered_is_found_while_the_server_runs(
    client: TestClient, ingest: Ingest
) -> None:
    body = traces([a_span(0)]).SerializeToString()
    client.post("/v1/traces", content=body, headers=AS_PROTOBUF).raise_for_status()
    give_up = time.monotonic() + 2
    spans = 0
    while not spans:
        assert time.monotonic() < give_up, "not visible within two seconds"
        with Catalog.open(ingest.home, must_exist=False) as catalog:
            spans = sum(trace.spans for trace in reading.traces(catalog))


def test_a_span_that_is_sent_again_is_kept_once(ingest: Ingest) -> None:
    body = traces([a_span(0), a_span(0), a_span(1)]).SerializeToString()
    for _ in range(2):
        with TestClient(app(ingest := Ingest(ingest.home))) as client:
            for _ in range(2):
                answer = client.post("/v1/traces", content=body, headers=AS_PROTOBUF)
                assert answer.status_code == 200
    with Catalog.open(ingest.home) as catalog:
        assert reading.trace_summary(catalog, TRACE.hex()).spans == 2


def test_json_is_answered_in_json_and_counts_what_was_not_taken(ingest: Ingest) -> None:
    scope = {"spans": [SPAN, SPAN | {"traceId": "00"}]}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [scope]}]}).encode()
    headers = {"Content-Type": f"{JSON}; charset=utf-8", "Content-Encoding": "gzip"}
    with TestClient(app(ingest)) as client:
        answer = client.post("/v1/traces", content=gzip.compress(body), headers=headers)
    assert answer.status_code == 200
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    with Catalog.open(ingest.home) as catalog:
        assert reading.trace_summary(catalog, TRACE.hex()).name == "json"


def test_protobuf_that_is_taken_in_part_says_so(client: TestClient) -> None:
    body = traces([a_span(0), a_span(1, span_id=b"")]).SerializeToString()
    answer = client.post("/v1/traces", content=body, headers=AS_PROTOBUF)
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, told.rejected_spans) == (200, 1)
    assert told.error_message == "1 with a span id that is not 8 bytes, or zero"


def test_logs_are_taken_too(ingest: Ingest) -> None:
    record = LogRecord(time_unix_nano=NOW, trace_id=TRACE, body=value("careful"))
    body = logs([record]).SerializeToString()
    with TestClient(app(ingest)) as client:
        assert client.post("/v1/logs", content=body, headers=AS_PROTOBUF).status_code == 200
    with Catalog.open(ingest.home) as catalog:
        (event,) = reading.events(catalog, TRACE.hex())
    assert (event.kind, event.body["message"]) == ("log.emitted", "careful")


@pytest.mark.parametrize(
    ("headers", "body", "status", "says"),
    [
        (AS_PROTOBUF, b"hello", 400, "no request"),
        ({"Content-Type": JSON}, b"hello", 400, "no request"),
        ({"Content-Type": "text/plain"}, b"", 415, "not 'text/plain'"),
        (AS_PROTOBUF | {"Content-Encoding": "br"}, b"", 415, "br is not known"),
        (AS_PROTOBUF | {"Content-Encoding": "gzip"}, b"hello", 400, "not compressed"),
        (
            AS_PROTOBUF | {"Content-Encoding": "gzip"},
            gzip.compress(bytes(1 << 24)) * 9,
            413,
            "too large",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(
    client: TestClient, headers: dict[str, str], body: bytes, status: int, says: str
) -> None:
    answer = client.post("/v1/traces", content=body, headers=headers)
    assert answer.status_code == status
    assert says in answer.text


def test_a_request_that_finds_no_room_is_told_to_come_again(
    client: TestClient, ingest: Ingest
) -> None:
    ingest.room.take(ingest.room.most - 10)
    body = traces([a_span(0)]).SerializeToString()
    answer = client.post("/v1/traces", content=body, headers=AS_PROTOBUF)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "send it again" in answer.text
    ingest.room.give_back(ingest.room.most - 10)
    assert client.post("/v1/traces", content=body, headers=AS_PROTOBUF).status_code == 200
    assert ingest.room.taken == 0


def test_a_disk_that_cannot_be_written_is_a_503_and_what_comes_again_is_taken(
    ingest: Ingest,
) -> None:
    journal = ingest.home / "journal"
    aside = ingest.home / "aside"
    body = traces([a_span(0)]).SerializeToString()
    with TestClient(app(ingest)) as client:
        journal.rename(aside)
        answer = client.post("/v1/traces", content=body, headers=AS_PROTOBUF)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert "cannot be written" in answer.text
        aside.rename(journal)
        assert client.post("/v1/traces", content=body, headers=AS_PROTOBUF).status_code == 200
    with Catalog.open(ingest.home) as catalog:
        kinds = [event.kind for event in reading.events(catalog, TRACE.hex())]
    assert kinds == ["span.started", "span.ended"]
