"""Calls over HTTP: what was asked for, what came back, how often it failed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from backtrail.model.effects import HttpCalled, RateLimited
from backtrail.model.event import Event, Json, Place
from backtrail.model.limits.reading import CALLS_LISTED_MAX
from backtrail.trail.moment import moment_text
from backtrail.trail.shape import body_of

HTTP_CALLED, RATE_LIMITED = "http.called", "rate.limited"
FAILED_STATUS = 400


class HttpCall(Struct, frozen=True, kw_only=True):
    """One call over HTTP, at a glance."""

    event_id: str
    time: str
    time_unix_ns: int
    """When it was over."""
    process: str
    thread: str | None
    task: str | None
    span_id: str | None
    method: str
    url: str
    client: str
    status: int | None
    error: str | None
    is_timeout: bool
    is_complete: bool
    attempt: int
    took_ms: float | None
    request_body: Json
    response_body: Json
    caller: Place | None


class HttpCalls(Struct, frozen=True, kw_only=True):
    """The calls over HTTP of one trace."""

    calls: list[HttpCall]
    """The last ones, oldest first."""
    count: int
    failed: int
    """Without an answer, or answered with 400 or more."""
    retried: int
    """Calls that the program had sent before."""
    rate_limited: int
    """Answers that there were too many requests."""
    waited_ms: float
    """Time spent waiting after those."""
    cut: int
    """Calls before the listed ones."""


class HttpReader:
    """Takes the events of a trace one by one, and tells its calls over HTTP."""

    kinds = frozenset({HTTP_CALLED, RATE_LIMITED})

    def __init__(self) -> None:
        self._calls: deque[HttpCall] = deque(maxlen=CALLS_LISTED_MAX)
        self._count = self._failed = self._retried = self._limited = 0
        self._waited_ms = 0.0

    def take(self, event: Event) -> None:
        """Look at one event."""
        if event.kind == HTTP_CALLED and (call := http_call(event)) is not None:
            self._count += 1
            self._failed += is_failed(call)
            self._retried += call.attempt > 1
            self._calls.append(call)
        elif event.kind == RATE_LIMITED and (limit := body_of(event, RateLimited)) is not None:
            self._limited += 1
            self._waited_ms += limit.waited_ms or 0.0

    def view(self) -> HttpCalls:
        """Return what the events so far tell."""
        return HttpCalls(
            calls=list(self._calls),
            count=self._count,
            failed=self._failed,
            retried=self._retried,
            rate_limited=self._limited,
            waited_ms=self._waited_ms,
            cut=self._count - len(self._calls),
        )


def http_calls(events: Iterable[Event]) -> HttpCalls:
    """Return the calls over HTTP among these events."""
    reader = HttpReader()
    for event in events:
        reader.take(event)
    return reader.view()


def http_call(event: Event) -> HttpCall | None:
    """Return what an `http.called` event tells; `None` when it has not that shape."""
    body = body_of(event, HttpCalled)
    if body is None:
        return None
    return HttpCall(
        event_id=event.event_id,
        time=moment_text(event.time_unix_ns),
        time_unix_ns=event.time_unix_ns,
        process=event.process,
        thread=event.thread,
        task=event.task,
        span_id=event.span_id,
        **{name: getattr(body, name) for name in _TAKEN},
    )


def is_failed(call: HttpCall) -> bool:
    """Tell whether no answer came, or one that says that the request failed."""
    return bool(call.error) or call.is_timeout or (call.status or 0) >= FAILED_STATUS


_TAKEN = (
    "method", "url", "client", "status", "error", "is_timeout", "is_complete", "attempt",
    "took_ms", "request_body", "response_body", "caller",
)  # fmt: skip
"""Members of the body that a glance shows as they are."""
