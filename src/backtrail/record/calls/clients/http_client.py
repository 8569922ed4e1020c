"""Requests of `http.client`, and so of all that is built on it: urllib3, requests, urllib.

The head of a request is taken as it goes over the wire, with its first `send`; what follows is its
body. An answer is followed through the methods by which it is read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.calls.clients.layers import layer_here
from backtrail.record.calls.exchange import MARK, Exchange, begin

Function = Callable[..., Any]
_HEAD = "_backtrail_head"
READERS = ("read", "read1", "readline")


def watch_http_client(patches: Patches, module: ModuleType) -> None:
    """See every request of a connection, and every answer as the program reads it."""
    secure = getattr(module, "HTTPSConnection", ())
    connection, answer = module.HTTPConnection, module.HTTPResponse
    patches.replace(connection, "putrequest", lambda it: _beginning(it, secure))
    patches.replace(connection, "send", _sending)
    patches.replace(connection, "getresponse", _answering)
    for name in READERS:
        patches.replace(answer, name, _reading)
    patches.replace(answer, "readinto", _reading_into)
    patches.replace(answer, "close", _closing)


def _beginning(original: Function, secure: Any) -> Function:
    def putrequest(self: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        vars(self).pop(MARK, None)
        try:
            done = original(self, method, url, *args, **kwargs)
        except BaseException as error:
            step_out(error)
            raise
        _begin(self, method, url, secure)
        return done

    return putrequest


def _begin(connection: Any, method: Any, url: Any, secure: Any) -> None:
    try:
        layer = layer_here()
        frame = sys._getframe(2)  # noqa: SLF001 - inspect costs start-up time
        client = "http.client" if layer is None else layer.client
        exchange = begin(client, method, _url(connection, url, secure), frame)
        if exchange is not None:
            if layer is not None:
                layer.began(exchange)
            vars(connection)[MARK] = exchange
            vars(connection)[_HEAD] = None
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke("http.client", error)


def _url(connection: Any, target: Any, secure: Any) -> str:
    """Return the whole URL of a request, whose target may be a path only."""
    if not isinstance(target, str) or "://" in target:
        return str(target)
    scheme = "https" if secure and isinstance(connection, secure) else "http"
    tunnel = getattr(connection, "_tunnel_host", None)
    host = tunnel or connection.host
    port = getattr(connection, "_tunnel_port", None) if tunnel else connection.port
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{shown}{'' if is_usual else f':{port}'}{target}"


def _sending(original: Function) -> Function:
    def send(self: Any, data: Any) -> Any:
        exchange: Exchange | None = getattr(self, MARK, None)
        if exchange is not None and exchange.is_busy:
            # The client is at work on it: what it calls of itself is not new.
            exchange = None
        if exchange is not None:
            exchange.is_busy = True
            _sent(vars(self), exchange, data)
        try:
            return original(self, data)
        except BaseException as error:
            if exchange is not None:
                vars(self).pop(MARK, None)
                exchange.failed(error)
            step_out(error)
            raise
        finally:
            if exchange is not None:
                exchange.is_busy = False

    return send


def _idle(owner: Any) -> Exchange | None:
    """Return the exchange of a connection or an answer, unless the client is at work on it."""
    exchange: Exchange | None = getattr(owner, MARK, None)
    return None if exchange is None or exchange.is_busy else exchange


def _sent(known: dict[str, Any], exchange: Exchange, data: Any) -> None:
    if known.get(_HEAD) is None:
        known[_HEAD] = True
        exchange.request_headers = fields = _fields(data)
        if fields and b"chunked" in data.lower():
            exchange.is_in_pieces = _is_chunked(fields)
    else:
        exchange.sent(data)


def _fields(head: Any) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request as it is sent."""
    if type(head) is not bytes:
        return []
    fields = []
    for line in head.split(b"\r\n")[1:]:
        name, colon, value = line.partition(b": ")
        if colon:
            fields.append((name, value))
    return fields


def _answering(original: Function) -> Function:
    def getresponse(self: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = vars(self).pop(MARK, None)
        try:
            response = original(self, *args, **kwargs)
        except BaseException as error:
            if exchange is not None:
                exchange.failed(error)
            step_out(error)
            raise
        if exchange is not None:
            try:
                _answered(exchange, response)
            except Exception as error:  # noqa: BLE001 - an edge: the program's own call
                guard.broke("http.client", error)
        return response

    return getresponse


def _answered(exchange: Exchange, response: Any) -> None:
    """Take the head of an answer, and let its methods tell of the rest."""
    headers = response.headers
    exchange.answered(response.status, list(headers.raw_items()), response.length)
    if exchange.request is not None and exchange.is_in_pieces:
        exchange.request = _without_frames(exchange.request)
    if response.length == 0 or response.isclosed():
        exchange.finish()
    else:
        setattr(response, MARK, exchange)


def _is_chunked(fields: list[tuple[bytes, bytes]]) -> bool:
    for name, value in fields:
        if name.lower() == b"transfer-encoding" and b"chunked" in value.lower():
            return True
    return False


def _without_frames(kept: Any) -> Any:
    """Take the lengths of its pieces out of a body that was sent in pieces."""
    wire, body, place = bytes(kept.head), bytearray(), 0
    while (end := wire.find(b"\r\n", place)) >= 0:
        size = int(wire[place:end].split(b";")[0], 16)
        if size == 0:
            break
        body += wire[end + 2 : end + 2 + size]
        place = end + 2 + size + 2
    kept.size -= len(kept.head) - len(body)
    kept.head = body
    return kept


def _reading(original: Function) -> Function:
    def read(self: Any, *args: Any, **kwargs: Any) -> Any:
        exchange: Exchange | None = getattr(self, MARK, None)
        if exchange is not None and exchange.is_busy:
            exchange = None
        if exchange is not None:
            exchange.is_busy = True
        try:
            piece = original(self, *args, **kwargs)
        except BaseException as error:
            if exchange is not None:
                _took_partial(exchange, error)
                exchange.failed(error)
            step_out(error)
            raise
        finally:
            if exchange is not None:
                exchange.is_busy = False
        if exchange is not None and exchange.ended_ns is None:
            _came(self, exchange, piece)
        return piece

    return read


def _reading_into(original: Function) -> Function:
    def readinto(self: Any, b: Any) -> Any:
        exchange = _idle(self)
        if exchange is not None:
            exchange.is_busy = True
        try:
            size = original(self, b)
        except BaseException as error:
            if exchange is not None:
                exchange.failed(error)
            step_out(error)
            raise
        finally:
            if exchange is not None:
                exchange.is_busy = False
        if exchange is not None:
            _came(self, exchange, bytes(memoryview(b).cast("B")[:size]))
        return size

    return readinto


def _came(response: Any, exchange: Exchange, piece: bytes) -> None:
    exchange.came(piece)
    if response.fp is None and exchange.ended_ns is None:
        exchange.finish()


def _took_partial(exchange: Exchange, error: BaseException) -> None:
    """Take what came of an answer that ended too early."""
    partial = getattr(error, "partial", None)
    if type(partial) is bytes:
        exchange.expected = None
        exchange.came(partial)


def _closing(original: Function) -> Function:
    def close(self: Any) -> Any:
        exchange = _idle(self)
        if exchange is not None and exchange.ended_ns is None:
            exchange.let_go()
        try:
            return original(self)
        except BaseException as error:
            step_out(error)
            raise

    return close
