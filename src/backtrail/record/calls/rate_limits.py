"""Answers that say there were too many requests, or that none is left.

Each is told of when the same thread or task asks the same host again, with the time that it let
pass, or when it is clear that it will not.
"""

from __future__ import annotations

import re
from calendar import timegm
from typing import Any

from msgspec import Struct

from backtrail.model.clock import NS_PER_MS
from backtrail.model.effects import RateLimited
from backtrail.model.limits import HOSTS_MAX
from backtrail.record import journal
from backtrail.record.calls.addresses import head_of, header, host_of, shown_url
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.telling import write
from backtrail.record.capture.values.walk import Walk, shown_text

TOO_MANY = 429
_NS_PER_S = 1_000_000_000
_MS_PER_S = 1_000
_DATE = re.compile(r"(\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


class Limited(Struct, frozen=True):
    """An answer that is not told of yet."""

    exchange: Exchange
    retry_after_s: float | None
    remaining: dict[str, Any]
    ended_ns: int


waiting: dict[tuple[str, int, int], Limited] = {}
"""By host, thread and task."""


def look_at(exchange: Exchange) -> None:
    """Remember an answer that limits what may be asked."""
    if exchange.status is None:
        return
    head = exchange.answer_head or head_of(exchange.answer_headers)
    remaining = head.limits
    if exchange.status != TOO_MANY and not (remaining and _is_used_up(remaining)):
        return
    after_s = retry_after_s(exchange.answer_headers, journal.clock().time_unix_ns())
    if len(waiting) >= HOSTS_MAX:
        _tell(waiting.pop(next(iter(waiting))), None)
    ended_ns = exchange.ended_ns or exchange.started_ns
    waiting[_key(exchange)] = Limited(exchange, after_s, remaining, ended_ns)


def ask_again(exchange: Exchange) -> None:
    """Tell of what limited the request before this one, and how long that was waited for."""
    limited = waiting.pop(_key(exchange), None)
    if limited is not None:
        _tell(limited, (exchange.started_ns - limited.ended_ns) / NS_PER_MS)


def tell_all() -> None:
    """Tell of all that is left: nobody may ask again."""
    while waiting:
        _tell(waiting.popitem()[1], None)


def forget_all() -> None:
    """Tell of nothing that is left: in a forked child it is the parent's."""
    waiting.clear()


def _key(exchange: Exchange) -> tuple[str, int, int]:
    lane = exchange.here.lane
    return host_of(exchange.url), lane.thread, lane.task


def _tell(limited: Limited, waited_ms: float | None) -> None:
    exchange, walk = limited.exchange, Walk()
    body = RateLimited(
        url=shown_url(exchange.url, walk),
        status=exchange.status or 0,
        retry_after_s=limited.retry_after_s,
        remaining={
            shown_text(name, walk): shown_text(value, walk) if type(value) is str else value
            for name, value in limited.remaining.items()
        },
        waited_ms=None if waited_ms is None else round(waited_ms, 3),
        caller=exchange.calls[0] if exchange.calls else None,
    )
    write("rate.limited", body, walk, exchange.here)


def _is_used_up(remaining: dict[str, Any]) -> bool:
    return any("remaining" in name and value == 0 for name, value in remaining.items())


def retry_after_s(headers: list[tuple[Any, Any]], now_unix_ns: int) -> float | None:
    """Return how long a server asks to wait: given in milliseconds, in seconds, or as a date."""
    exact = header(headers, "retry-after-ms")
    if exact.replace(".", "", 1).isdecimal():
        return float(exact) / _MS_PER_S
    text = header(headers, "retry-after")
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    date = _DATE.search(text)
    if date is None or date[2] not in _MONTHS:
        return None
    month = _MONTHS.index(date[2]) // 3 + 1
    until = timegm((int(date[3]), month, int(date[1]), int(date[4]), int(date[5]), int(date[6])))
    return round(max(until - now_unix_ns / _NS_PER_S, 0.0), 3)
