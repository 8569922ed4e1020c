from __future__ import annotations

from backtrail.model.event import Event
from backtrail.trail.cause.rules.course.lock_cycle import find
from causes import error, event, findings

HANG = error("hang", "no progress for 4 s", mechanism="hang")


def waits(at: int, owner: str, lock: str, holder: str | None) -> Event:
    return event(
        "lock.requested", at, owner=owner, holder=holder, lock=lock, lock_id=lock, lock_type="Lock"
    )


def test_the_request_that_closed_a_cycle_is_found_with_all_who_are_in_it() -> None:
    found = findings(
        find, HANG, waits(1, "restock", "south", "returns"), waits(2, "returns", "north", "restock")
    )
    assert [(each.kind, each.fact.event.seq) for each in found] == [("lock_order", 2)]
    assert "restock waits for Lock south" in (found[0].text or "")
    assert "returns waits for Lock north" in (found[0].text or "")


def test_a_ring_of_three_is_a_cycle() -> None:
    found = findings(
        find, HANG, waits(1, "a", "x", "b"), waits(2, "b", "y", "c"), waits(3, "c", "z", "a")
    )
    assert len(found) == 1
    assert len(found[0].between) == 2


def test_a_request_that_was_met_or_given_up_waits_no_more() -> None:
    got = event("lock.acquired", 2, owner="a", lock="x", lock_id="x", lock_type="Lock")
    late = event("lock.timed_out", 4, owner="b", lock="y", lock_id="y", lock_type="Lock", wait_ms=1)
    assert findings(find, HANG, waits(1, "a", "x", "b"), got, waits(3, "b", "y", "a"), late) == []


def test_one_who_waits_for_a_lock_that_is_never_let_go_of_is_found() -> None:
    found = findings(find, HANG, waits(1, "a", "x", "b"))
    assert found[0].against == ["its holder does not wait for another lock"]


def test_a_failure_that_is_no_hang_is_not_looked_at() -> None:
    assert (
        findings(find, error("KeyError", "'a'"), waits(1, "a", "x", "b"), waits(2, "b", "y", "a"))
        == []
    )
