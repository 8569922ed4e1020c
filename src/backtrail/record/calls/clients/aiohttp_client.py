"""Requests of aiohttp's client.

aiohttp takes bytes in before the program asks for them; they are seen as they leave its buffer,
decompressed already.
"""

from __future__ import annotations

import sys
from _weakref import ref
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.calls.exchange import MARK, Exchange, begin, is_nested
from backtrail.record.calls.kept import Kept

Function = Callable[..., Any]

_present: ContextVar[Exchange | None] = ContextVar("backtrail_aiohttp", default=None)
"""The exchange of the request that is being made."""
_readers: dict[int, Any] = {}
"""By identity of an answer's stream: its exchange, which the answer keeps alive."""


def watch_aiohttp(patches: Patches, module: ModuleType) -> None:
    """See every request of a session."""
    patches.replace(module.ClientSession, "_request", _requesting)


def watch_aiohttp_response(patches: Patches, module: ModuleType) -> None:
    """See what a request sends, and when an answer is closed before its end."""
    patches.replace(module.ClientRequest, "send", _sending)
    patches.replace(module.ClientResponse, "close", _closing)
    patches.replace(module.ClientResponse, "release", _closing)


def watch_aiohttp_streams(patches: Patches, module: ModuleType) -> None:
    """See the pieces of answers as they leave the buffer."""
    reader = module.StreamReader
    patches.replace(reader, "_read_nowait_chunk", _reading)
    patches.replace(reader, "_wait", _waiting)
    patches.replace(reader, "set_exception", _failing)


def _requesting(original: Function) -> Function:
    async def request(self: Any, method: Any, str_or_url: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _begin(self, method, str_or_url)
        if exchange is not None:
            is_nested.set(True)
            _present.set(exchange)
        try:
            response = await original(self, method, str_or_url, *args, **kwargs)
        except BaseException as error:
            if exchange is not None:
                exchange.failed(error)
            step_out(error)
            raise
        finally:
            if exchange is not None:
                is_nested.set(False)
                _present.set(None)
        if exchange is not None:
            _answered(exchange, response)
        return response

    return request


def _begin(session: Any, method: Any, url: Any) -> Exchange | None:
    """Begin an exchange with what the program asked for."""
    try:
        frame = sys._getframe(2)  # noqa: SLF001 - inspect costs start-up time
        base = getattr(session, "_base_url", None)
        whole = str(url)
        if base is not None and "://" not in whole:
            whole = str(base.join(type(base)(whole)))
        return begin("aiohttp", method.upper(), whole, frame)
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke("aiohttp", error)
        return None


def _sending(original: Function) -> Function:
    async def send(self: Any, conn: Any) -> Any:
        exchange = _present.get()
        if exchange is not None:
            try:
                _sent(exchange, self)
            except Exception as error:  # noqa: BLE001 - an edge: the program's own call
                guard.broke("aiohttp", error)
        try:
            return await original(self, conn)
        except BaseException as error:
            step_out(error)
            raise

    return send


def _sent(exchange: Exchange, request: Any) -> None:
    """Take a request as it is sent, with its body where that lies there as a whole.

    It may be sent again, elsewhere or over another connection: it is told of as it was last.
    """
    exchange.method = request.method
    exchange.url = str(request.url)
    exchange.request_headers = list(request.headers.items())
    if exchange.request is not None:
        exchange.request = Kept(exchange.request.limit)
    body = request.body
    if body:
        exchange.sent(getattr(body, "_value", None))


def _answered(exchange: Exchange, response: Any) -> None:
    """Take the head of an answer, and let its stream tell of the rest."""
    try:
        exchange.is_decoded = True
        exchange.answered(response.status, list(response.raw_headers))
        content = response.content
        vars(response)[MARK] = exchange
        key, of = id(content), ref(response)
        _readers[key] = ref(exchange, lambda _: _readers.pop(key, None))
        content.on_eof(lambda: _at_eof(of()))
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke("aiohttp", error)


def _at_eof(response: Any) -> None:
    """Say that it is complete, if the program has taken all of it too."""
    if response is not None and response.content.at_eof():
        _finish(vars(response)[MARK], response.content)


def _finish(exchange: Exchange, content: Any) -> None:
    _readers.pop(id(content), None)
    exchange.finish()


def _of(content: Any) -> Exchange | None:
    known = _readers.get(id(content))
    return None if known is None else known()


def _reading(original: Function) -> Function:
    def read_nowait_chunk(self: Any, n: Any) -> Any:
        piece = original(self, n)
        exchange = _of(self) if _readers else None
        if exchange is not None:
            exchange.came(piece)
            if self.at_eof():
                _finish(exchange, self)
        return piece

    return read_nowait_chunk


def _waiting(original: Function) -> Function:
    async def wait(self: Any, func_name: Any) -> Any:
        try:
            return await original(self, func_name)
        except BaseException as error:
            exchange = _of(self)
            if exchange is not None:
                exchange.failed(error)
            step_out(error)
            raise

    return wait


def _failing(original: Function) -> Function:
    def set_exception(self: Any, exc: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _of(self) if _readers else None
        if exchange is not None and isinstance(exc, BaseException) and not exchange.is_busy:
            exchange.failed(exc)
        return original(self, exc, *args, **kwargs)

    return set_exception


def _closing(original: Function) -> Function:
    def close(self: Any) -> Any:
        exchange = vars(self).get(MARK)
        if exchange is not None:
            exchange.let_go()
        try:
            return original(self)
        except BaseException as error:
            step_out(error)
            raise

    return close
