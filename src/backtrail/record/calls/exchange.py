"""One request and its answer, from the moment that a client begins to send it.

A client's adapter makes an exchange, tells it what comes by, and lets it go: it never reads by
itself. It is told of once: when the answer has been read to its end, when the program closes it
or lets go of it, or when the client raises.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from _weakref import ref
from collections.abc import Callable
from contextvars import ContextVar
from types import FrameType
from typing import Any

from backtrail.model.event import Place
from backtrail.model.limits import (
    CALLER_FRAMES_MAX,
    CALLS_MAX,
    MODEL_BYTES_MAX,
    OPEN_CALLS_MAX,
)
from backtrail.record import guard, journal, scope, switch
from backtrail.record.calls.clients.time_limits import is_over
from backtrail.record.calls.kept import Kept
from backtrail.record.capture.callers import callers
from backtrail.record.capture.places import is_app_file

Headers = list[tuple[Any, Any]]
"""Names and values, as bytes or as texts."""

MARK = "_backtrail_exchange"
"""The attribute under which an exchange is kept with a connection or an answer of a client."""

BAD_STATUS = 400
"""From here on a status says that the request failed."""

is_nested: ContextVar[bool] = ContextVar("backtrail_is_nested", default=False)
"""Whether we are inside a client that tells of the exchange: what it is built on does not."""

on_begin: list[Callable[[Exchange], object]] = []
"""Told of each exchange when it begins."""
on_end: list[Callable[[Exchange], object]] = []
"""Told of each exchange once, when it has ended."""


class Exchange:
    """A request, what it was answered so far, and when."""

    # What most exchanges never change stands here: to make one is on the way of every request.
    status: int | None = None
    expected: int | None = None
    """Bytes that the answer says it has."""
    is_decoded = False
    """Whether the bytes of the answer are those that the client has decompressed."""
    is_at_end = False
    """Whether nothing follows, though the client has not said so yet."""
    is_in_pieces = False
    """Whether its body is sent in pieces, each behind its length."""
    is_busy = False
    """Whether the client is at work on it, so that what it calls of itself is not new."""
    is_complete = False
    is_timeout = False
    """Whether it was cancelled because a time was over."""
    error: BaseException | None = None
    layer: Any = None
    """The library, built on the client, that will say what the error is."""
    answered_ns: int | None = None
    ended_ns: int | None = None
    answer_head: Any = None
    """What is told of the headers of the answer, once that is known."""
    request_headers: Headers = []  # noqa: RUF012 - replaced, never changed
    answer_headers: Headers = []  # noqa: RUF012 - as above

    def __init__(self, *, client: str, method: str, url: str, calls: list[Place]) -> None:
        self.client = client
        self.method = method
        self.url = url
        self.calls = calls
        self.here = scope.current()
        self.thread = get_ident()
        self.request: Kept | None = Kept(MODEL_BYTES_MAX)
        """The body that was sent; `None` when it cannot be seen."""
        self.answer = Kept(MODEL_BYTES_MAX)
        self.now = journal.clock().monotonic_ns
        self.started_ns = self.now()
        if len(_open) < OPEN_CALLS_MAX or _forget_gone():
            _open[id(self)] = ref(self)

    @property
    def is_bad(self) -> bool:
        """Whether the answer says that something went wrong."""
        return self.status is not None and self.status >= BAD_STATUS

    def sent(self, body: Any) -> None:
        """Take a part of the body that is sent."""
        kept = self.request
        if kept is None:
            return
        kind = type(body)
        if kind is str:
            body = body.encode("utf-8", "replace")
        elif kind is not bytes and kind is not bytearray:
            # What it holds is known only by reading it, which is the client's to do.
            self.request = None
            return
        kept.add(body, 0)

    def answered(self, status: int, headers: Headers, expected: int | None = None) -> None:
        """Take the head of the answer."""
        self.status = status
        self.answer_headers = headers
        self.expected = expected
        self.answered_ns = self.now()

    def came(self, piece: Any) -> None:
        """Take a piece of the answer that the program gets."""
        if self.ended_ns is not None:
            return
        if piece:
            self.answer.add(piece, self.now())
        if self.expected is not None and self.answer.size >= self.expected:
            self._end(is_complete=True)

    def finish(self) -> None:
        """Say that the answer was read to its end."""
        self._end(is_complete=True)

    def let_go(self) -> None:
        """Say that the program, or the client, reads no further."""
        self._end(is_complete=self.is_at_end)

    def failed(self, error: BaseException) -> None:
        """Say that the client raised; a layer above it may have another name for that."""
        if self.ended_ns is None:
            self.error = error
            self.is_timeout = type(error).__name__ == "CancelledError" and is_over()
            if self.layer is None or not self.layer.defer(self):
                self._end(is_complete=False)

    def _end(self, *, is_complete: bool) -> None:
        if self.ended_ns is not None:
            return
        self.is_complete = is_complete and self.error is None
        self.ended_ns = self.now()
        _open.pop(id(self), None)
        if not switch.is_enabled():
            return
        for tell in on_end:
            try:
                tell(self)
            except Exception as error:  # noqa: BLE001 - an edge: the program's own call
                guard.broke("call", error)

    def __del__(self) -> None:
        # The program let go of an answer without closing it.
        try:
            if self.ended_ns is None:
                self.let_go()
        except Exception as error:  # noqa: BLE001 - an edge: nobody could catch it
            guard.count(f"broke: call let go of: {type(error).__name__}")


def begin(client: str, method: Any, url: Any, frame: FrameType | None = None) -> Exchange | None:
    """Begin an exchange for a request that a client is about to send, if it is to be told of."""
    if not on_end or not switch.is_enabled() or is_nested.get():
        return None
    try:
        exchange = Exchange(
            client=client,
            method=method if type(method) is str else "",
            url=url if type(url) is str else "",
            calls=callers(frame or sys._getframe(1), CALLS_MAX),  # noqa: SLF001 - inspect costs start-up time
        )
        for told in on_begin:
            told(exchange)
    except Exception as error:  # noqa: BLE001 - an edge: the program's own call
        guard.broke("call", error)
        return None
    return exchange


def end_open() -> None:
    """Tell of every exchange that was answered and is still open, as it is: it is the end."""
    for exchange in _answered():
        exchange.let_go()


def end_open_before_error() -> bool:
    """Tell of what an error may come from and would else be told of only behind it.

    An answer that is an error itself is seldom read. Any other may be read on, unless nobody is
    left to do that: the error has left the thread that began it, which is returned.
    """
    thread = get_ident()
    is_last = not _is_in_program(sys._getframe(1))  # noqa: SLF001 - inspect costs start-up time
    for exchange in _answered():
        if exchange.thread == thread and (is_last or exchange.is_bad):
            exchange.let_go()
    return is_last


def _is_in_program(frame: FrameType | None) -> bool:
    """Whether any of the calls that led here is the program's own, also of `python -c`."""
    for _ in range(CALLER_FRAMES_MAX):
        if frame is None:
            return False
        if is_app_file(frame.f_code.co_filename):
            return True
        frame = frame.f_back
    return True


def _answered() -> list[Exchange]:
    found = [known() for known in list(_open.values())]
    return [exchange for exchange in found if exchange is not None and exchange.status is not None]


def forget_open() -> None:
    """Forget the exchanges that are open: in a forked child they are the parent's."""
    for known in list(_open.values()):
        exchange = known()
        if exchange is not None:
            exchange.ended_ns = exchange.started_ns
    _open.clear()


def _forget_gone() -> bool:
    """Forget the exchanges that nobody has any more, and say whether that made room."""
    for key, known in list(_open.items()):
        if known() is None:
            _open.pop(key, None)
    return len(_open) < OPEN_CALLS_MAX


_open: dict[int, Any] = {}
