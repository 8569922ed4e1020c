"""An exchange that has ended, told of as one event."""

from __future__ import annotations

from typing import cast

import msgspec
from msgspec import Raw

from backtrail.model.clock import NS_PER_MS
from backtrail.model.effects import HttpCalled
from backtrail.model.event import Body
from backtrail.model.limits import ATTEMPTS_MAX, CAUSES_MAX
from backtrail.record import sink
from backtrail.record.calls.addresses import head_of, shown_url
from backtrail.record.calls.bodies import shown_bodies
from backtrail.record.calls.exchange import Exchange
from backtrail.record.capture.failure import described
from backtrail.record.capture.redact import scrub
from backtrail.record.capture.values.walk import Walk
from backtrail.record.scope import Scope

_encode = msgspec.json.Encoder().encode
_attempts: dict[int, int] = {}


def tell_http(exchange: Exchange) -> None:
    """Record an exchange as an HTTP call."""
    walk = Walk()
    request, answer = exchange.request, exchange.answer
    sent = head_of(exchange.request_headers, walk)
    came = exchange.answer_head = head_of(exchange.answer_headers, walk)
    started_ns, answered_ns = exchange.started_ns, exchange.answered_ns
    request_body, response_body = shown_bodies(
        request, sent, answer, came, walk, is_decoded=exchange.is_decoded
    )
    body = HttpCalled(
        method=exchange.method,
        url=shown_url(exchange.url, walk),
        client=exchange.client,
        status=exchange.status,
        request_headers=sent.shown,
        request_body=request_body,
        request_bytes=None if request is None else request.size,
        response_headers=came.shown,
        response_body=response_body,
        response_bytes=None if exchange.status is None else answer.size,
        took_ms=took_ms(exchange),
        first_byte_ms=None if answered_ns is None else (answered_ns - started_ns) / NS_PER_MS,
        error=None if exchange.error is None else described(exchange.error, walk),
        is_timeout=exchange.error is not None and is_timeout(exchange),
        is_streamed=came.is_stream,
        is_complete=exchange.is_complete,
        attempt=attempt(exchange),
        caller=exchange.calls[0] if exchange.calls else None,
        calls=exchange.calls,
    )
    write("http.called", body, walk, exchange.here)


def write(kind: str, body: Body, walk: Walk, here: Scope | None = None) -> None:
    """Append an event whose body has been looked at for secrets."""
    if walk.taints:
        body = cast("Body", Raw(scrub(_encode(body), walk.taints)))
    sink.record_event(kind, body, here=here)


def took_ms(exchange: Exchange) -> float | None:
    """Return how long it took, from the call to its end."""
    ended_ns = exchange.ended_ns
    return None if ended_ns is None else (ended_ns - exchange.started_ns) / NS_PER_MS


def is_streamed(exchange: Exchange) -> bool:
    """Whether the answer came as a stream of events or lines."""
    return head_of(exchange.answer_headers).is_stream


def is_timeout(exchange: Exchange) -> bool:
    """Whether it failed because a time was over: by its exception, or by one behind that."""
    error = exchange.error
    for _ in range(CAUSES_MAX):
        if error is None:
            break
        # Not by its bases: urllib3 has refused connections among its timeouts.
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            return True
        inner = next((it for it in error.args if isinstance(it, BaseException)), None)
        error = inner or error.__cause__ or error.__context__
    return exchange.is_timeout


def attempt(exchange: Exchange) -> int:
    """Return how often this request was sent from its place, this time included."""
    place = exchange.calls[0] if exchange.calls else None
    sent = b"" if exchange.request is None else bytes(exchange.request.head)
    key = hash((exchange.method, exchange.url, sent, place and (place.file, place.line)))
    count = _attempts.get(key, 0) + 1
    _attempts[key] = count
    if len(_attempts) > ATTEMPTS_MAX:
        del _attempts[next(iter(_attempts))]
    return count
