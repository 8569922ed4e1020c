"""Servers on loopback that speak HTTP as a test wants it, also wrongly, and watched clients."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import recorded
from backtrail.model.event import Event
from backtrail.record.calls import watching


class Asked(NamedTuple):
    """A request as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return its body, read as JSON."""
        return json.loads(self.body)


class Reply(NamedTuple):
    """What the server answers; a body that is no bytes is sent piece by piece."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    is_chunked: bool = True
    """Whether pieces are framed; otherwise the end of the connection is their end."""
    is_last: bool = False
    """Whether the connection is closed behind it."""


Answering = Callable[[Asked], Reply]


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """Return a reply that is JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(value).encode(), status, {"Content-Type": "application/json", **named})


def events_reply(*events: Any, is_done: bool = True) -> Reply:
    """Return a reply that is a stream of server-sent events, one for each value."""
    pieces = [
        event if type(event) is bytes else b"data: " + json.dumps(event).encode() + b"\n\n"
        for event in events
    ]
    if is_done:
        pieces.append(b"data: [DONE]\n\n")
    return Reply(pieces, 200, {"Content-Type": "text/event-stream"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    answering: Answering

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else self._pieces()
        reply = type(self).answering(
            Asked(self.command, self.path, dict(self.headers.items()), body)
        )
        try:
            self._send(reply)
        except OSError:
            # The client has gone.
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - as the base has it

    def _pieces(self) -> bytes:
        body = b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return body

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if isinstance(reply.body, bytes):
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.close_connection = self.close_connection or reply.is_last
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)
            return
        if reply.is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        for piece in reply.body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if reply.is_chunked else piece)
            self.wfile.flush()
        if reply.is_chunked:
            self.wfile.write(b"0\r\n\r\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away is what some tests are about."""


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    """Serve on a free port of loopback, and give the URL without a slash at its end."""
    handler = type("Handler", (_Handler,), {"answering": staticmethod(answering)})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def watched(home: Path) -> Iterator[Path]:
    """Record the requests that this process sends."""
    with recorded.recording(home):
        watching.watch()
        try:
            yield home
        finally:
            watching.unwatch()


def told(home: Path, kind: str = "http.called") -> list[dict[str, Any]]:
    """Return the bodies of the calls that were recorded."""
    return [event.body for event in recorded.events(home, kind)]


def told_one(home: Path, kind: str = "http.called") -> dict[str, Any]:
    """Return the body of the one call that was recorded."""
    (body,) = told(home, kind)
    return body


def calls_of(home: Path) -> list[Event]:
    """Return all events of calls, of any kind."""
    wanted = {"http.called", "llm.called", "rate.limited"}
    return [event for event in recorded.events(home) if event.kind in wanted]
