"""Lengths of time and moments, as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from backtrail.model.clock import NS_PER_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_US = 1_000
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3_600.0,
    "d": 86_400.0, "w": 604_800.0,
}  # fmt: skip
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)\Z", re.ASCII)


def seconds_of(text: str) -> float | None:
    """Read a length of time such as `250ms`, `2s` or `1h`; a bare number is seconds."""
    match = _DURATION.match(text.strip().lower())
    if match is None or (match[2] or "s") not in _SECONDS:
        return None
    return float(match[1]) * _SECONDS[match[2] or "s"]


def time_of(text: str, *, now_unix_ns: int) -> int | None:
    """Read a time such as `2h` (ago), `2026-11-21` or `2026-11-21T10:00`, as Unix nanoseconds.

    A time without a zone is one of this machine's own.
    """
    text = text.strip()
    ago_s = seconds_of(text)
    try:
        if ago_s is not None and not text.isdigit():
            return now_unix_ns - int(ago_s * NS_PER_S)
        since_epoch = datetime.fromisoformat(text).astimezone(UTC) - _EPOCH
    except (OverflowError, ValueError):
        return None
    return since_epoch // timedelta(microseconds=1) * _NS_PER_US
