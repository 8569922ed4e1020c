"""What one lock, and one owner of locks, was up to: counted event by event."""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.changes import LockUsed


class LockUse(Struct, frozen=True, kw_only=True):
    """All uses of one lock."""

    lock: str
    lock_id: str
    lock_type: str
    acquired: int
    """How often it was taken, those times included that were only counted."""
    contended: int
    """How often someone had to wait for it."""
    timed_out: int
    """How often someone gave up waiting, or was cancelled."""
    wait_ms: float
    """All waits together."""
    wait_ms_max: float
    hold_ms: float
    hold_ms_max: float
    owners: list[str]
    """Who took it, the first ones."""
    held_by: list[str]
    """Who took it and was not seen to let go of it."""


class OwnerUse(Struct, frozen=True, kw_only=True):
    """All uses of locks by one thread, task or process."""

    owner: str
    acquired: int
    timed_out: int
    wait_ms: float
    hold_ms: float
    holds: list[str]
    """Locks that it was not seen to let go of."""
    waits_for: list[str]
    """Locks that it was not seen to get."""


OWNERS_NAMED_MAX = 20
"""Owners that are named of one lock."""


class Tally:
    """Counts the uses of a lock, or by an owner."""

    def __init__(self) -> None:
        self.acquired = self.contended = self.timed_out = 0
        self.wait_ms = self.wait_ms_max = self.hold_ms = self.hold_ms_max = 0.0

    def taken(self, wait_ms: float, *, is_contended: bool) -> None:
        """Count that it was taken, after a wait or without one."""
        self.acquired += 1
        self._waited(wait_ms, is_contended=is_contended)

    def gave_up(self, wait_ms: float, *, is_contended: bool) -> None:
        """Count that the wait for it came to nothing."""
        self.timed_out += 1
        self._waited(wait_ms, is_contended=is_contended)

    def held(self, hold_ms: float) -> None:
        """Count that it was held."""
        self.hold_ms += hold_ms
        self.hold_ms_max = max(self.hold_ms_max, hold_ms)

    def used(self, uses: LockUsed) -> None:
        """Count uses that were not told one by one."""
        self.acquired += uses.count
        self.contended += uses.contended
        self.wait_ms += uses.wait_ms_total
        self.hold_ms += uses.hold_ms_total
        self.hold_ms_max = max(self.hold_ms_max, uses.hold_ms_max)

    def _waited(self, wait_ms: float, *, is_contended: bool) -> None:
        self.contended += is_contended
        self.wait_ms += wait_ms
        self.wait_ms_max = max(self.wait_ms_max, wait_ms)
