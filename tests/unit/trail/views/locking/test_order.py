from __future__ import annotations

import pytest

from backtrail.trail.views.locking import order as module
from backtrail.trail.views.locking.order import Orders

P = "process"


def orders(*taken: tuple[str, list[str], str]) -> Orders:
    """Remember that owners asked for a lock while holding others."""
    found = Orders()
    for number, (owner, held, wanted) in enumerate(taken):
        for name in (*held, wanted):
            found.seen((P, name), name, P)
        found.wanted(
            (P, wanted), owner=(P, owner), owner_name=owner, held=held, event_id=f"p:{number}"
        )
    return found


def test_two_orders_that_conflict_are_an_inversion() -> None:
    (inversion,) = orders(("x", ["A"], "B"), ("y", ["B"], "A")).inversions()
    assert inversion.locks == ["A", "B"]
    assert [(one.held, one.wanted, one.owners, one.events) for one in inversion.orders] == [
        ("A", "B", ["x"], ["p:0"]), ("B", "A", ["y"], ["p:1"]),
    ]  # fmt: skip
    assert (inversion.guarded_by, inversion.is_one_owner) == ([], False)


def test_one_order_kept_by_all_is_none() -> None:
    assert orders(("x", ["A"], "B"), ("y", ["A"], "B"), ("x", ["A", "B"], "C")).inversions() == []


def test_a_ring_of_three_is_one() -> None:
    found = orders(("x", ["A"], "B"), ("y", ["B"], "C"), ("z", ["C"], "A")).inversions()
    assert [sorted(one.locks) for one in found] == [["A", "B", "C"]]
    pairs = {(one.held, one.wanted) for one in found[0].orders}
    assert pairs == {("A", "B"), ("B", "C"), ("C", "A")}


def test_a_lock_around_it_all_keeps_it_from_blocking() -> None:
    (inversion,) = orders(("x", ["G", "A"], "B"), ("y", ["G", "B"], "A")).inversions()
    assert inversion.guarded_by == ["G"]
    (one,) = orders(("x", ["G", "A"], "B"), ("x", ["A"], "B"), ("y", ["G", "B"], "A")).inversions()
    assert one.guarded_by == []


def test_one_owner_alone_cannot_wait_for_itself() -> None:
    (inversion,) = orders(("x", ["A"], "B"), ("x", ["B"], "A")).inversions()
    assert inversion.is_one_owner


def test_taking_what_one_has_is_no_order() -> None:
    assert orders(("x", ["A"], "A"), ("y", ["A", "A"], "A")).inversions() == []


def test_locks_of_one_name_are_told_apart_by_their_ids() -> None:
    found = Orders()
    found.seen((P, "1"), "depot.py:9", P)
    found.seen((P, "2"), "depot.py:9", P)
    assert found.label((P, "1")) == "depot.py:9 (1)"
    found.seen((P, "3"), "other", P)
    assert found.label((P, "3")) == "other"


def test_a_lock_that_is_only_known_to_be_held_has_its_name() -> None:
    found = Orders()
    found.seen((P, "b"), "B", P)
    found.wanted((P, "b"), owner=(P, "x"), owner_name="x", held=["A"], event_id="p:1")
    found.seen((P, "b"), "B", P)
    found.wanted((P, "A"), owner=(P, "y"), owner_name="y", held=["B"], event_id="p:2")
    (inversion,) = found.inversions()
    assert inversion.locks == ["A", "B"]


def test_orders_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_PAIRS_MAX", 2)
    found = orders(*(("x", [f"A{number}"], f"B{number}") for number in range(5)))
    assert found.cut == 3


def test_rings_longer_than_the_limit_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_CYCLE_MAX", 2)
    ring = (("x", ["A"], "B"), ("y", ["B"], "C"), ("z", ["C"], "A"))
    assert orders(*ring).inversions() == []
    assert len(orders(*ring, ("w", ["B"], "A")).inversions()) == 1
