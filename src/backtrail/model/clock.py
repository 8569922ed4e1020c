"""The time, as a parameter.

Everything that needs the time takes a `Clock`, so that tests can hand in their own.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic_ns, time_ns

from msgspec import Struct

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Clock(Struct, frozen=True, kw_only=True):
    """Two readings of the time: one to say when, one to say how long."""

    time_unix_ns: Callable[[], int]
    """Nanoseconds since 1970-01-01 UTC; may jump when the machine's clock is set."""

    monotonic_ns: Callable[[], int]
    """Nanoseconds since the machine was booted: never goes back, the same for all processes."""


SYSTEM_CLOCK = Clock(time_unix_ns=time_ns, monotonic_ns=monotonic_ns)
"""The machine's own clock."""
