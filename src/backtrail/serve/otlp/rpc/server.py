"""The server that takes OpenTelemetry's traces and logs over gRPC, beside the one of HTTP.

A client sends one message, but the handlers here are those of a stream of them: only these are
called before the message is read, so that who may not send is refused first, and a message that
does not come is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from threading import Thread
from typing import Any

import grpc  # type: ignore[import-untyped]
from grpc import aio

from backtrail.model.errors import UsageError
from backtrail.model.limits.reading import (
    HEAD_BYTES_MAX,
    INGEST_READ_S_MAX,
    INGEST_RPC_AGE_S_MAX,
    INGEST_RPC_BYTES_MAX,
    INGEST_RPC_STREAMS_MAX,
    INGEST_RPC_WAIT_S_MAX,
    INGEST_RPCS_MAX,
)
from backtrail.record import guard
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.answers import partial_success
from backtrail.serve.otlp.request import protobuf
from backtrail.serve.otlp.request.bodies import SlowBodyError
from backtrail.serve.otlp.request.wire import MalformedError
from backtrail.serve.otlp.rpc.statuses import (
    BUSY,
    EXPECTED,
    Refusal,
    code_of,
    refusal_of,
    trailing,
)
from backtrail.serve.otlp.taking import Reader, take

Metadata = Sequence[tuple[str, str | bytes]]
Taking = AbstractContextManager[Ingest]
Admit = Callable[[Metadata], Refusal | Taking | None]
READERS: dict[str, Reader] = {
    "opentelemetry.proto.collector.trace.v1.TraceService": protobuf.read_traces,
    "opentelemetry.proto.collector.logs.v1.LogsService": protobuf.read_logs,
}
"""By the name of the service; each has one method, `Export`."""
GRACE_S = 3.0
"""Seconds that requests which are being taken get to end."""
_MS_PER_S = 1_000
_OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", INGEST_RPC_BYTES_MAX),
    ("grpc.max_metadata_size", HEAD_BYTES_MAX),
    ("grpc.max_concurrent_streams", INGEST_RPC_STREAMS_MAX),
    ("grpc.max_connection_age_ms", INGEST_RPC_AGE_S_MAX * _MS_PER_S),
    ("grpc.max_connection_age_grace_ms", int(INGEST_READ_S_MAX * _MS_PER_S)),
    ("grpc.server_handshake_timeout_ms", int(INGEST_READ_S_MAX * _MS_PER_S)),
)


def everybody(_metadata: Metadata) -> Refusal | Taking | None:
    """Admit whoever sends."""
    return None


def start_grpc(ingest: Ingest, host: str, port: int, admit: Admit = everybody) -> GrpcServer:
    """Begin to take what is sent over gRPC.

    Args:
        ingest: one that has been started; it is closed after the server that is returned.
        host: an address of this machine.
        port: 0 takes a free one.
        admit: is asked before a request is read, with its metadata. A refusal that it returns is
            answered; an ingest that it gives takes the request in place of the usual one.

    Raises:
        UsageError: another program has that port.
    """
    return GrpcServer(ingest, host, port, admit)


class GrpcServer:
    """Takes what is sent over gRPC, in a thread of its own, until it is closed."""

    def __init__(self, ingest: Ingest, host: str, port: int, admit: Admit) -> None:
        self._taker = _Taker(ingest, admit)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="backtrail-grpc", daemon=True)
        self._thread.start()
        try:
            self._server, self.port = self._run(self._start(host, port))
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """Take no more, and let what is being taken end."""
        self._run(self._server.stop(GRACE_S))
        self._end()

    async def _start(self, host: str, port: int) -> tuple[aio.Server, int]:
        server = aio.server(options=_OPTIONS)
        for service, reader in READERS.items():
            handler = grpc.stream_unary_rpc_method_handler(self._taker.handler(reader))
            methods = grpc.method_handlers_generic_handler(service, {"Export": handler})
            server.add_generic_rpc_handlers((methods,))
        shown = f"[{host}]" if ":" in host else host
        try:
            taken = server.add_insecure_port(f"{shown}:{port}")
        except RuntimeError as error:
            raise UsageError(
                f"port {port} of {host} cannot be listened on for gRPC",
                hint="--grpc-port 0 takes a free one",
            ) from error
        await server.start()
        return server, taken

    def _run(self, work: Any) -> Any:  # noqa: ANN401 - whatever the work returns
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Taker:
    def __init__(self, ingest: Ingest, admit: Admit) -> None:
        self._ingest = ingest
        self._admit = admit
        self._places = asyncio.Semaphore(INGEST_RPCS_MAX)

    def handler(self, reader: Reader) -> Callable[..., Any]:
        async def answered(messages: AsyncIterator[bytes], context: aio.ServicerContext) -> bytes:
            admitted = self._admit(tuple(context.invocation_metadata() or ()))
            if isinstance(admitted, Refusal):
                return await _abort(context, admitted)
            if (busy := await self._place()) is not None:
                return await _abort(context, busy)
            try:
                return await self._taken(reader, messages, admitted or nullcontext(self._ingest))
            except EXPECTED as error:
                return await _abort(context, refusal_of(error))
            except aio.AbortError:
                raise
            except Exception as error:
                guard.broke("otlp", error)
                raise
            finally:
                self._places.release()

        return answered

    async def _place(self) -> Refusal | None:
        """Wait until one more request may be read."""
        try:
            async with asyncio.timeout(INGEST_RPC_WAIT_S_MAX):
                await self._places.acquire()
        except TimeoutError:
            self._ingest.room.refused += 1
            return BUSY
        return None

    async def _taken(self, reader: Reader, messages: AsyncIterator[bytes], taking: Taking) -> bytes:
        try:
            async with asyncio.timeout(INGEST_READ_S_MAX):
                body = await anext(aiter(messages), aio.EOF)
        except TimeoutError as error:
            raise SlowBodyError from error
        if not isinstance(body, bytes):
            raise MalformedError("it has no message")
        # To start one may take a while: what it accepted before is read back.
        ingest = await asyncio.to_thread(taking.__enter__)
        try:
            with ingest.room.share() as share:
                share.grow(len(body))
                return partial_success(await take(ingest, reader, body, share))
        finally:
            taking.__exit__(None, None, None)


async def _abort(context: aio.ServicerContext, refusal: Refusal) -> bytes:
    await context.abort(code_of(refusal), refusal.message, trailing(refusal))
    return b""
