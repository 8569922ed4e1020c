"""Times and durations as text."""

from __future__ import annotations

from time import gmtime

from backtrail.model.clock import NS_PER_S

_MS_PER_S = 1_000
_S_PER_MIN = 60
_S_PER_H = 3_600
_S_PER_DAY = 86_400


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


def _three_digits(number: float) -> str:
    if number < 10:  # noqa: PLR2004 - digits before the point
        return f"{number:.2f}"
    if number < 100:  # noqa: PLR2004
        return f"{number:.1f}"
    return f"{number:.0f}"
