"""Times and durations as text."""

from __future__ import annotations

import re
from datetime import datetime
from time import gmtime

from backtrail.model.clock import NS_PER_S

_MS_PER_S = 1_000
_S_PER_MIN = 60
_S_PER_H = 3_600
_S_PER_DAY = 86_400
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3_600.0,
    "d": 86_400.0, "w": 604_800.0,
}  # fmt: skip
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)\Z")


def moment_text(time_unix_ns: int) -> str:
    """Write a time as RFC 3339 in UTC, to the microsecond: `2026-11-21T12:30:01.250000Z`."""
    seconds, rest = divmod(time_unix_ns, NS_PER_S)
    at = gmtime(seconds)
    day = f"{at.tm_year:04d}-{at.tm_mon:02d}-{at.tm_mday:02d}"
    return f"{day}T{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}.{rest // 1_000:06d}Z"


def duration_text(took_ms: float | None) -> str:
    """Write a duration with three digits: `0.42 ms`, `31.0 ms`, `4.20 s`, `2 min 05 s`, `3.1 d`."""
    if took_ms is None:
        return "-"
    if took_ms < _MS_PER_S:
        return f"{_three_digits(took_ms)} ms"
    seconds = took_ms / _MS_PER_S
    if seconds < _S_PER_MIN:
        return f"{_three_digits(seconds)} s"
    if seconds < _S_PER_H:
        return f"{int(seconds) // _S_PER_MIN} min {int(seconds) % _S_PER_MIN:02d} s"
    if seconds < _S_PER_DAY:
        minutes = int(seconds) % _S_PER_H // _S_PER_MIN
        return f"{int(seconds) // _S_PER_H} h {minutes:02d} min"
    return f"{seconds / _S_PER_DAY:.1f} d"


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
    if ago_s is not None and not text.isdigit():
        return now_unix_ns - int(ago_s * NS_PER_S)
    try:
        return int(datetime.fromisoformat(text).timestamp() * NS_PER_S)
    except (OverflowError, ValueError):
        return None


def _three_digits(number: float) -> str:
    if number < 10:  # noqa: PLR2004 - digits before the point
        return f"{number:.2f}"
    if number < 100:  # noqa: PLR2004
        return f"{number:.1f}"
    return f"{number:.0f}"
