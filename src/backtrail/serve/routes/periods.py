"""From when on something is asked for: `24h`, `2026-11-21`, `2026-11-21T10:00`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from backtrail.model.errors import UsageError
from backtrail.model.times import time_of

Since = Annotated[
    str | None,
    Query(max_length=40, description="How long ago, `24h`, or a date: `2026-11-21T10:00`."),
]


def begun_unix_ns(since: str, now_unix_ns: int) -> int:
    """Return a time that was written, as Unix nanoseconds.

    Raises:
        UsageError: it is no time.
    """
    found = time_of(since, now_unix_ns=now_unix_ns)
    if found is None:
        raise UsageError(f"since is {since!r}, which is no time", hint="write 24h, or 2026-11-21")
    return found
