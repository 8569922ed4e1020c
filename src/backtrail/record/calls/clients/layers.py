"""Libraries that are built on `http.client`: it is their name that a request has, and their error.

While a library's call runs, what fails below it is held until the library raises what it makes of
it, or tries again.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from collections.abc import Callable
from types import ModuleType
from typing import Any

from backtrail.record import guard
from backtrail.record.attach.patching import Patches, step_out
from backtrail.record.calls.exchange import MARK, Exchange, begin

Function = Callable[..., Any]
Request = tuple[Any, Any, Any, Any]
"""Method, URL, headers and body."""
Asked = Callable[..., Request]
"""Returns what is requested from the arguments of a library's call."""


class Layer:
    """A library's call that runs in a thread."""

    __slots__ = ("client", "count", "held")

    def __init__(self, client: str) -> None:
        self.client = client
        self.count = 0
        """Requests that were begun in it."""
        self.held: Exchange | None = None
        """One that failed, and of which it is not told yet."""

    def began(self, exchange: Exchange) -> None:
        """Take a request that begins in it."""
        if self.held is not None:
            self.release()
        self.count += 1
        exchange.layer = self

    def defer(self, exchange: Exchange) -> bool:
        """Hold a request that failed, if the library's call still runs."""
        if _layers.get(get_ident()) is not self:
            return False
        self.held = exchange
        return True

    def release(self, error: BaseException | None = None) -> None:
        """Tell of the request that is held, with the error that the library made of its own."""
        held, self.held = self.held, None
        if held is not None and held.error is not None:
            held.layer = None
            held.failed(error or held.error)


_layers: dict[int, Layer] = {}
"""By thread: the outermost call that runs in it."""


def layer_here() -> Layer | None:
    """Return the library whose call runs in this thread."""
    return _layers.get(get_ident())


def watch_urllib3(patches: Patches, module: ModuleType) -> None:
    """Give requests of urllib3 its name and its errors."""
    pool = module.HTTPConnectionPool
    patches.replace(pool, "urlopen", lambda it: _layered(it, "urllib3", _asked_of_pool))


def watch_urllib3_response(patches: Patches, module: ModuleType) -> None:
    """See the pieces that urllib3 takes from the wire by itself."""
    patches.replace(module.HTTPResponse, "_handle_chunk", _taking)
    patches.replace(module.HTTPResponse, "_update_chunk_length", _looking_ahead)


def watch_requests(patches: Patches, module: ModuleType) -> None:
    """Give requests of requests its name and its errors."""
    patches.replace(module.HTTPAdapter, "send", lambda it: _layered(it, "requests", _asked))


def watch_urllib(patches: Patches, module: ModuleType) -> None:
    """Give requests of `urllib.request` its name and its errors."""
    handler = module.AbstractHTTPHandler
    patches.replace(handler, "do_open", lambda it: _layered(it, "urllib", _asked_of_opener))


def _layered(original: Function, client: str, asked: Asked) -> Function:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        thread = get_ident()
        layer = None
        if thread not in _layers:
            # One that runs in this thread already tells of all that is below it.
            layer = _layers[thread] = Layer(client)
        try:
            result = original(self, *args, **kwargs)
        except BaseException as error:
            if layer is not None:
                _layers.pop(thread, None)
                _raised(layer, error, lambda: asked(self, *args, **kwargs))
            step_out(error)
            raise
        if layer is not None:
            _layers.pop(thread, None)
            if layer.held is not None:
                layer.release()
        return result

    return call


def _raised(layer: Layer, error: BaseException, asked: Callable[[], Request]) -> None:
    """Tell of the request that the library's error is about; it may never have been begun."""
    try:
        if layer.held is not None or layer.count:
            layer.release(error)
            return
        method, url, headers, body = asked()
        frame = sys._getframe(2)  # noqa: SLF001 - inspect costs start-up time
        exchange = begin(layer.client, method, url, frame)
        if exchange is not None:
            exchange.request_headers = list(dict(headers or {}).items())
            if body is not None:
                exchange.sent(body)
            exchange.failed(error)
    except Exception as broken:  # noqa: BLE001 - an edge: the program's own call
        guard.broke(layer.client, broken)


def _asked(_adapter: Any, request: Any, *_args: Any, **_kwargs: Any) -> Request:
    return request.method, request.url, request.headers, request.body


def _asked_of_pool(
    pool: Any, method: Any, url: Any, body: Any = None, headers: Any = None, **_kwargs: Any
) -> Request:
    whole = url if "://" in url else f"{pool.scheme}://{pool.host}:{pool.port}{url}"
    return method, whole, headers, body


def _asked_of_opener(_handler: Any, _connection: Any, request: Any, **_kwargs: Any) -> Request:
    return request.get_method(), request.full_url, request.headers, request.data


def _exchange_of(response: Any) -> Exchange | None:
    found = getattr(getattr(response, "_fp", None), "__dict__", {}).get(MARK)
    return found if isinstance(found, Exchange) else None


def _taking(original: Function) -> Function:
    def handle_chunk(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            piece = original(self, *args, **kwargs)
        except BaseException as error:
            _failed(self, error)
            step_out(error)
            raise
        exchange = _exchange_of(self)
        if exchange is not None:
            exchange.came(piece)
        return piece

    return handle_chunk


def _looking_ahead(original: Function) -> Function:
    def update_chunk_length(self: Any) -> Any:
        try:
            done = original(self)
        except BaseException as error:
            _failed(self, error)
            step_out(error)
            raise
        exchange = _exchange_of(self)
        if exchange is not None and self.chunk_left == 0:
            exchange.is_at_end = True
        return done

    return update_chunk_length


def _failed(response: Any, error: BaseException) -> None:
    exchange = _exchange_of(response)
    if exchange is not None:
        exchange.failed(error)
