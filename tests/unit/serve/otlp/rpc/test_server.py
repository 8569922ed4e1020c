from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import INGEST_RPC_BYTES_MAX, INGEST_RPCS_MAX
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.rpc import server as rpc
from backtrail.serve.otlp.rpc.server import Metadata, start_grpc
from backtrail.serve.otlp.rpc.statuses import Refusal
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from otlp_sample import NOW, TRACE, a_span, logs, traces, value

TRACES, LOGS = (f"/{service}/Export" for service in rpc.READERS)
HOST = "127.0.0.1"


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    made = Ingest(tmp_path / ".backtrail")
    made.start()
    yield made
    made.close()


@pytest.fixture
def call(ingest: Ingest) -> Iterator[Callable[..., Any]]:
    """Give what sends bytes to a method and returns the bytes of the answer."""
    server = start_grpc(ingest, HOST, 0)
    with client(server.port) as channel:
        yield lambda method, body, **more: channel.unary_unary(method)(body, timeout=20, **more)
    server.close()


def client(port: int) -> grpc.Channel:
    return grpc.insecure_channel(f"{HOST}:{port}", options=[("grpc.max_send_message_length", -1)])


def kept(ingest: Ingest) -> list[str]:
    """End, and return the names of the spans and the messages of the logs that are kept."""
    ingest.close()
    with Catalog.open(ingest.home) as catalog:
        return [
            event.body.get("name") or event.body.get("message", "")
            for row in reading.traces(catalog)
            for event in reading.events(catalog, row.trace_id)
            if event.kind in {"span.started", "log.emitted"}
        ]


def refused(call: Callable[..., Any], *args: Any, **more: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as found:
        call(*args, **more)
    return found.value


def silent(until: threading.Event) -> Iterator[bytes]:
    """Send nothing, and end when the test does."""
    until.wait()
    yield from ()


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_what_is_answered_is_kept(
    ingest: Ingest, call: Callable[..., Any], compression: grpc.Compression
) -> None:
    body = traces([a_span(0), a_span(1)]).SerializeToString()
    for _ in range(2):
        assert call(TRACES, body, compression=compression) == b""
    record = LogRecord(time_unix_nano=NOW, trace_id=TRACE, body=value("sold out"))
    assert call(LOGS, logs([record]).SerializeToString(), compression=compression) == b""
    assert kept(ingest) == ["step 0", "step 1", "sold out"]


def test_what_is_not_taken_is_counted(ingest: Ingest, call: Callable[..., Any]) -> None:
    body = traces([a_span(0), a_span(1, span_id=b"short")]).SerializeToString()
    answer = ExportTraceServiceResponse.FromString(call(TRACES, body))
    assert answer.partial_success.rejected_spans == 1
    assert "span id" in answer.partial_success.error_message
    empty = ExportLogsServiceResponse.FromString(call(LOGS, b""))
    assert empty == ExportLogsServiceResponse()
    assert kept(ingest) == ["step 0"]


def test_the_exporter_of_opentelemetry_sends_here(ingest: Ingest) -> None:
    server = start_grpc(ingest, HOST, 0)
    provider = TracerProvider()
    exporter = OTLPSpanExporter(f"{HOST}:{server.port}", insecure=True)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("shop").start_span("check out").end()
    provider.shutdown()
    server.close()
    assert kept(ingest) == ["check out"]


def test_what_is_no_request_is_refused_and_others_are_taken(call: Callable[..., Any]) -> None:
    error = refused(call, TRACES, b"\xff" * 100)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "OpenTelemetry's protocol" in error.details()
    assert refused(call, "/a.B/C", b"").code() is grpc.StatusCode.UNIMPLEMENTED
    assert call(TRACES, b"") == b""


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_message_that_is_or_becomes_too_large_is_refused(
    call: Callable[..., Any], compression: grpc.Compression
) -> None:
    error = refused(call, TRACES, bytes(INGEST_RPC_BYTES_MAX + 1), compression=compression)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "grpc-status-details-bin" not in dict(error.trailing_metadata() or ())
    assert call(TRACES, b"") == b""


def test_while_nothing_can_be_taken_clients_are_told_when_to_come_again(
    ingest: Ingest, call: Callable[..., Any]
) -> None:
    body = traces([a_span(0)]).SerializeToString()
    with ingest.room.share() as share:
        share.grow(ingest.room.most)
        error = refused(call, TRACES, body)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"]).details
    assert call(TRACES, body) == b""
    assert kept(ingest) == ["step 0"]


def test_a_disk_that_cannot_be_written_is_unavailable(
    ingest: Ingest, call: Callable[..., Any]
) -> None:
    body = traces([a_span(0)]).SerializeToString()
    journal = ingest.home / "journal"
    moved = journal.rename(ingest.home / "elsewhere")
    error = refused(call, TRACES, body)
    moved.rename(journal)
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"]).details
    assert call(TRACES, body) == b""
    assert kept(ingest) == ["step 0"]


def test_who_may_not_send_is_refused_before_anything_is_read(ingest: Ingest) -> None:
    def admit(metadata: Metadata) -> Refusal | None:
        is_known = dict(metadata).get("authorization") == "Bearer right"
        return None if is_known else Refusal(status=401, message="a key is needed")

    server = start_grpc(ingest, HOST, 0, admit)
    with client(server.port) as channel:
        # Nothing is ever sent.
        open_ended = channel.stream_unary(TRACES).future(silent(threading.Event()))
        assert open_ended.exception(20).code() is grpc.StatusCode.UNAUTHENTICATED
        assert open_ended.details() == "a key is needed"
    exporter = OTLPSpanExporter(
        f"{HOST}:{server.port}", insecure=True, headers={"authorization": "Bearer right"}
    )
    assert exporter.export([]) is SpanExportResult.SUCCESS
    server.close()


def test_a_message_that_does_not_come_is_given_up(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "INGEST_READ_S_MAX", 0.2)
    server = start_grpc(ingest, HOST, 0)
    waiting = threading.Event()
    with client(server.port) as channel:
        slow = [
            channel.stream_unary(TRACES).future(silent(waiting)) for _ in range(INGEST_RPCS_MAX)
        ]
        assert channel.unary_unary(TRACES)(b"", timeout=20) == b""
        codes = {each.exception(20).code() for each in slow}
        waiting.set()
    assert codes == {grpc.StatusCode.DEADLINE_EXCEEDED}
    server.close()


def test_of_more_requests_than_may_wait_the_last_ones_are_told_to_come_again(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "INGEST_RPC_WAIT_S_MAX", 0.1)
    server = start_grpc(ingest, HOST, 0)
    waiting = threading.Event()
    with client(server.port) as channel:
        slow = [
            channel.stream_unary(TRACES).future(silent(waiting)) for _ in range(INGEST_RPCS_MAX + 1)
        ]
        error = slow[-1].exception(20)
        waiting.set()
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "grpc-status-details-bin" in dict(error.trailing_metadata())
    server.close()
    assert ingest.room.refused == 1


def test_a_client_that_leaves_takes_its_place_with_it(ingest: Ingest) -> None:
    server = start_grpc(ingest, HOST, 0)
    waiting = threading.Event()
    with client(server.port) as channel:
        for _ in range(INGEST_RPCS_MAX * 2):
            left = channel.stream_unary(TRACES).future(silent(waiting), timeout=0.05)
            assert left.exception(20).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        waiting.set()
        assert channel.unary_unary(TRACES)(b"", timeout=20) == b""
    server.close()
    assert ingest.room.taken == 0


def test_a_port_that_another_program_has_is_named(ingest: Ingest) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1"):
            start_grpc(ingest, HOST, port)
