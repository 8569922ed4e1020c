"""Requests of httpx, and of httpx2, which has the same parts: each is one exchange.

A redirect and a step of an authentication are requests of their own, as on the wire.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Generator
from types import ModuleType
from typing import Any

from backtrail.model.limits import URLS_MAX
from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.calls.exchange import MARK, Exchange, begin, is_nested

Function = Callable[..., Any]


def watch_httpx(patches: Patches, module: ModuleType) -> None:
    """See every request of both clients, and every stream as the program reads it."""
    client = module.__name__.partition(".")[0]
    patches.replace(module.Client, "_send_single_request", lambda it: _sending(it, client))
    patches.replace(
        module.AsyncClient, "_send_single_request", lambda it: _sending_async(it, client)
    )
    patches.replace(module.BoundSyncStream, "__iter__", _iterating)
    patches.replace(module.BoundSyncStream, "close", _closing)
    patches.replace(module.BoundAsyncStream, "__aiter__", _iterating_async)
    patches.replace(module.BoundAsyncStream, "aclose", _closing_async)


def _sending(original: Function, client: str) -> Function:
    def send_single_request(self: Any, request: Any) -> Any:
        exchange = _begin(client, request)
        if exchange is not None:
            is_nested.set(True)
        try:
            response = original(self, request)
        except BaseException as error:
            if exchange is not None:
                exchange.failed(error)
            step_out(error)
            raise
        finally:
            if exchange is not None:
                is_nested.set(False)
        if exchange is not None:
            _answered(exchange, response)
        return response

    return send_single_request


def _sending_async(original: Function, client: str) -> Function:
    async def send_single_request(self: Any, request: Any) -> Any:
        exchange = _begin(client, request)
        if exchange is not None:
            is_nested.set(True)
        try:
            response = await original(self, request)
        except BaseException as error:
            if exchange is not None:
                exchange.failed(error)
            step_out(error)
            raise
        finally:
            if exchange is not None:
                is_nested.set(False)
        if exchange is not None:
            _answered(exchange, response)
        return response

    return send_single_request


def _begin(client: str, request: Any) -> Exchange | None:
    """Begin the exchange of a request, with its body where that lies there as a whole."""
    try:
        frame = sys._getframe(2)  # noqa: SLF001 - inspect costs start-up time
        exchange = begin(client, request.method, _shown(request.url), frame)
        if exchange is not None:
            exchange.request_headers = request.headers.raw
            content = getattr(request, "_content", None)
            if content is None:
                exchange.request = None
            elif content:
                exchange.sent(content)
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke(client, error)
        return None
    return exchange


def _shown(url: Any) -> str:
    """Return a URL as text, which httpx puts together anew each time."""
    parts = getattr(url, "_uri_reference", None)
    known = _urls.get(parts)
    if known is None:
        known = str(url)
        if parts is not None:
            if len(_urls) >= URLS_MAX:
                _urls.clear()
            _urls[parts] = known
    return known


_urls: dict[Any, str] = {}
"""By their parts."""


def _answered(exchange: Exchange, response: Any) -> None:
    """Take the head of an answer, and let its stream tell of the rest."""
    try:
        headers, expected = response.headers.raw, None
        for name, value in headers:
            if name.lower() == b"content-length":
                expected = int(value) if value.isdigit() else None
                break
        exchange.answered(response.status_code, headers, expected)
        content = getattr(response, "_content", None)
        if content is not None:
            # It came as a whole, as from a transport that needs no network.
            exchange.is_decoded = True
            exchange.expected = None
            exchange.came(content)
            exchange.finish()
        else:
            setattr(response.stream, MARK, exchange)
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke(exchange.client, error)


def _iterating(original: Function) -> Function:
    def iterate(self: Any) -> Any:
        exchange = getattr(self, MARK, None)
        pieces = original(self)
        return pieces if exchange is None else _pieces(pieces, exchange)

    return iterate


def _pieces(pieces: Any, exchange: Exchange) -> Generator[bytes]:
    """Hand on the pieces as they are, and tell the exchange of them."""
    try:
        for piece in pieces:
            exchange.came(piece)
            yield piece
    except GeneratorExit:
        pieces.close()
        raise
    except BaseException as error:
        exchange.failed(error)
        step_out(error)
        raise
    if exchange.ended_ns is None:
        exchange.finish()


def _iterating_async(original: Function) -> Function:
    def iterate(self: Any) -> Any:
        exchange = getattr(self, MARK, None)
        pieces = original(self)
        return pieces if exchange is None else _Pieces(pieces, exchange)

    return iterate


class _Pieces(AsyncGenerator[bytes, None]):
    """Hands on the pieces of an asynchronous stream as they are, and tells the exchange of them.

    It is no generator of its own, so that there is no second one for the loop to finish.
    """

    def __init__(self, pieces: Any, exchange: Exchange) -> None:
        self._pieces = pieces
        self._exchange = exchange

    async def __anext__(self) -> bytes:
        try:
            piece: bytes = await self._pieces.__anext__()
        except StopAsyncIteration as end:
            self._exchange.finish()
            step_out(end)
            raise
        except BaseException as error:
            self._exchange.failed(error)
            step_out(error)
            raise
        self._exchange.came(piece)
        return piece

    async def asend(self, value: None) -> bytes:
        return await self._pieces.asend(value)  # type: ignore[no-any-return]

    async def athrow(self, *error: Any) -> Any:
        return await self._pieces.athrow(*error)

    async def aclose(self) -> None:
        await self._pieces.aclose()


def _closing(original: Function) -> Function:
    def close(self: Any) -> Any:
        exchange = getattr(self, MARK, None)
        if exchange is not None and exchange.ended_ns is None:
            exchange.let_go()
        try:
            return original(self)
        except BaseException as error:
            step_out(error)
            raise

    return close


def _closing_async(original: Function) -> Function:
    async def aclose(self: Any) -> Any:
        exchange = getattr(self, MARK, None)
        if exchange is not None and exchange.ended_ns is None:
            exchange.let_go()
        try:
            return await original(self)
        except BaseException as error:
            step_out(error)
            raise

    return aclose
