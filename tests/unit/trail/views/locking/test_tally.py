from __future__ import annotations

from backtrail.model.changes import LockUsed
from backtrail.trail.views.locking.tally import Tally


def test_waits_holds_and_those_who_gave_up_are_added_up() -> None:
    tally = Tally()
    tally.taken(0.0, is_contended=False)
    tally.taken(5.0, is_contended=True)
    tally.gave_up(20.0, is_contended=True)
    tally.held(3.0)
    tally.held(4.0)
    assert (tally.acquired, tally.contended, tally.timed_out) == (2, 2, 1)
    assert (tally.wait_ms, tally.wait_ms_max) == (25.0, 20.0)
    assert (tally.hold_ms, tally.hold_ms_max) == (7.0, 4.0)


def test_uses_that_were_only_counted_count() -> None:
    tally = Tally()
    tally.used(
        LockUsed(
            lock="A", lock_id="1", lock_type="Lock", count=900, contended=3, wait_ms_total=12.0,
            hold_ms_total=50.0, hold_ms_max=9.0,
        )
    )  # fmt: skip
    assert (tally.acquired, tally.contended, tally.wait_ms) == (900, 3, 12.0)
    assert (tally.hold_ms, tally.hold_ms_max) == (50.0, 9.0)
