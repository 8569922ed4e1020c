from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backtrail.model import limits
from backtrail.record import guard
from backtrail.record.locks import notes as noting
from backtrail.record.locks.notes import (
    Notes,
    add_orders,
    begin_child,
    held_by,
    is_held,
    living,
    summary_of,
    take_summaries,
)
from backtrail.record.locks.owners import Owner
from locking import recording_locks


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


def used(name: str, times: int) -> Notes:
    notes = Notes(name, "Lock")
    notes.uses = times
    return notes


def test_what_was_told_one_by_one_is_not_in_the_summary() -> None:
    notes = used("mine", 10)
    notes.told = 10
    assert summary_of(notes) is None
    notes.told = 4
    summary = summary_of(notes)
    assert summary is not None
    assert (summary["lock"], summary["count"]) == ("mine", 6)


def test_summaries_are_given_once_of_dead_and_of_living_locks() -> None:
    dead, alive = used("dead", 3), used("alive", 5)
    before = living()
    del dead
    assert living() == before - 1
    assert noting.has_retired()
    assert [each["lock"] for each in take_summaries(of_living=False)] == ["dead"]
    assert [each["lock"] for each in take_summaries(of_living=True)] == ["alive"]
    assert take_summaries(of_living=True) == []
    alive.uses += 1
    assert [each["count"] for each in take_summaries(of_living=True)] == [1]


def test_too_many_dead_locks_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "LOCKS_RETIRED_MAX", 2)
    for _ in range(5):
        used("dead", 1)
    assert len(take_summaries(of_living=False)) == 2
    assert guard.lost["use of a lock not told"] == 3


def test_a_child_counts_for_itself() -> None:
    notes = used("mine", 5)
    used("dead", 1)
    begin_child()
    assert take_summaries(of_living=True) == []
    notes.uses += 2
    assert [each["count"] for each in take_summaries(of_living=True)] == [2]


def test_an_owner_holds_what_it_took_last_and_is_locked() -> None:
    owner, other = Owner(), Owner()
    kept, freed, lost = Notes("kept", "Lock"), Notes("freed", "Lock", lambda: 0), used("lost", 1)
    for notes in (kept, freed, lost):
        notes.holder = owner
    lost.holder = other
    owner.held = [kept, freed, lost]
    assert held_by(owner) == [kept]
    assert owner.held == [kept]


def test_a_semaphore_is_held_by_each_who_has_a_permit() -> None:
    owner, other, none = Owner(), Owner(), Owner()
    notes = Notes("slots", "Semaphore")
    notes.permits = {owner: [0.0], other: [1.0]}
    assert [is_held(notes, each) for each in (owner, other, none)] == [True, True, False]


def test_an_order_of_locks_is_news_once() -> None:
    outer, other, inner = (Notes(name, "Lock") for name in ("outer", "other", "inner"))
    assert add_orders(inner, [outer])
    assert not add_orders(inner, [outer])
    assert not add_orders(inner, [])
    assert add_orders(inner, [outer, other])
    assert add_orders(outer, [inner])


def test_too_many_orders_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "LOCK_ORDERS_MAX", 2)
    inner = Notes("inner", "Lock")
    assert [add_orders(inner, [Notes("outer", "Lock")]) for _ in range(3)] == [True, True, False]
    assert guard.lost["order of locks not told"] == 1
    assert limits.LOCK_ORDERS_MAX > 2
