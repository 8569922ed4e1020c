from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.views import lock_timeline as module
from backtrail.trail.views.lock_timeline import LockTimeline, lock_timeline
from built_events import MS, Recorded


def lock(process: Recorded, kind: str, at_ms: float, name: str, owner: str, **more: Any) -> Event:
    body = {"lock": name, "lock_id": name, "lock_type": "Lock", "owner": owner, **more}
    return process.event(f"lock.{kind}", at_ms, **body)


def steps(told: LockTimeline) -> list[tuple[str, str, str, str, float | None]]:
    return [(step.owner, step.what, step.lock, step.outcome, step.took_ms) for step in told.steps]


def test_waits_and_holds_are_told_in_the_order_in_which_they_began() -> None:
    p = Recorded()
    told = lock_timeline(
        [
            lock(p, "acquired", 0, "A", "x"),
            lock(p, "requested", 5, "A", "y", holder="x"),
            lock(p, "released", 20, "A", "x", hold_ms=20.0),
            lock(p, "acquired", 21, "A", "y", wait_ms=16.0),
            lock(p, "released", 30, "A", "y"),
        ]
    )
    assert steps(told) == [
        ("x", "hold", "A", "released", 20.0),
        ("y", "wait", "A", "acquired", 16.0),
        ("y", "hold", "A", "released", 9.0),
    ]
    assert told.steps[1].holder == "x"
    (use,) = told.locks
    assert (use.acquired, use.contended, use.wait_ms, use.hold_ms) == (2, 1, 16.0, 29.0)
    assert (use.owners, use.held_by) == (["x", "y"], [])
    assert (told.events, told.cut, told.locks_cut) == (5, 0, 0)


def test_who_gives_up_or_is_cancelled_waited_for_nothing() -> None:
    p = Recorded()
    told = lock_timeline(
        [
            lock(p, "requested", 0, "A", "x"),
            lock(p, "timed_out", 10, "A", "x", wait_ms=10.0, holder="z"),
            lock(p, "timed_out", 30, "A", "y", wait_ms=5.0, is_cancelled=True),
        ]
    )
    assert [(step.outcome, step.holder) for step in told.steps] == [
        ("timed_out", "z"), ("cancelled", None),
    ]  # fmt: skip
    assert (told.locks[0].timed_out, told.locks[0].contended) == (2, 2)


def test_what_never_ended_is_told_as_open() -> None:
    p = Recorded()
    told = lock_timeline(
        [
            lock(p, "acquired", 0, "A", "x"),
            lock(p, "acquired", 1, "B", "y"),
            lock(p, "requested", 2, "B", "x", held=["A"], holder="y"),
            lock(p, "requested", 3, "A", "y", held=["B"], holder="x"),
        ]
    )
    assert {(step.owner, step.what, step.lock, step.outcome) for step in told.steps} == {
        ("x", "hold", "A", "open"), ("y", "hold", "B", "open"),
        ("x", "wait", "B", "open"), ("y", "wait", "A", "open"),
    }  # fmt: skip
    assert {step.end_unix_ns for step in told.steps} == {None}
    assert {use.lock: use.held_by for use in told.locks} == {"A": ["x"], "B": ["y"]}
    assert {use.owner: (use.holds, use.waits_for) for use in told.owners} == {
        "x": (["A"], ["B"]), "y": (["B"], ["A"]),
    }  # fmt: skip
    assert [one.locks for one in told.inversions] == [["A", "B"]]


def test_a_lock_may_be_let_go_of_by_another_thread() -> None:
    p = Recorded()
    told = lock_timeline([lock(p, "acquired", 0, "A", "x"), lock(p, "released", 7, "A", "y")])
    assert steps(told) == [("x", "hold", "A", "released", 7.0)]
    assert told.locks[0].held_by == []


def test_taking_it_again_holds_it_until_the_last_time() -> None:
    p = Recorded()
    kinds = [("acquired", 0), ("acquired", 1), ("released", 2), ("released", 5)]
    told = lock_timeline(lock(p, kind, at, "A", "x", lock_type="RLock") for kind, at in kinds)
    assert [step.took_ms for step in told.steps] == [5.0, 1.0]
    assert told.locks[0].held_by == []


def test_owners_of_several_processes_are_told_apart() -> None:
    p, q = Recorded(1), Recorded(2)
    told = lock_timeline(
        [
            p.event("process.started", 0, pid=71),
            lock(p, "acquired", 1, "A", "MainThread"),
            lock(q, "acquired", 1, "A", "MainThread"),
        ]
    )
    assert [use.owner for use in told.owners] == ["MainThread of 00000002", "MainThread of 71"]
    assert len(told.locks) == 2


def test_a_file_lock_is_one_lock_in_all_processes() -> None:
    p, q = Recorded(1), Recorded(2)
    told = lock_timeline(
        [
            lock(p, "acquired", 1, "A", "process 1", lock_type="FileLock"),
            lock(p, "released", 4, "A", "process 1", lock_type="FileLock"),
            lock(q, "acquired", 5, "A", "process 2", lock_type="FileLock", wait_ms=3.0),
        ]
    )
    (use,) = told.locks
    assert (use.acquired, use.contended) == (2, 1)


def test_without_an_owner_it_is_the_task_or_the_thread() -> None:
    p = Recorded()
    body = {"lock": "A", "lock_id": "A", "lock_type": "Lock"}
    told = lock_timeline(
        [
            p.event("lock.acquired", 1, task="Task-1", thread="w:3", **body),
            p.event("lock.acquired", 2, thread="w:3", **body),
            p.event("lock.acquired", 3, **body),
        ]
    )
    assert [use.owner for use in told.owners] == ["MainThread", "Task-1", "w"]


def test_uses_that_were_only_counted_count() -> None:
    p = Recorded()
    told = lock_timeline([lock(p, "used", 1, "A", "x", count=900, contended=2, wait_ms_total=8.0)])
    assert (told.locks[0].acquired, told.owners[0].wait_ms) == (900, 8.0)


@pytest.mark.parametrize("mechanism", ["deadlock", "hang"])
def test_errors_of_those_who_wait_are_told(mechanism: str) -> None:
    locks = [{"name": "A", "holder": "x", "waiters": ["y", "z"]}, {"name": "B"}]
    told = lock_timeline(
        [
            Recorded().event(
                "error.raised", 1, error_id="e1", mechanism=mechanism, message="stuck", locks=locks
            )
        ]
    )
    (deadlock,) = told.deadlocks
    assert (deadlock.error_id, deadlock.message) == ("e1", "stuck")
    assert deadlock.locks == [
        "A: held by x, waited for by y, z",
        "B: held by nobody known, waited for by nobody",
    ]


def test_other_errors_are_none_and_odd_shapes_break_nothing() -> None:
    p = Recorded()
    told = lock_timeline(
        [
            p.event("error.raised", 1, mechanism="uncaught"),
            p.event("error.raised", 1, mechanism="hang", locks="odd"),
            p.event("lock.acquired", 1, lock=7),
            p.event("process.started", 1, pid="x"),
        ]
    )
    assert (len(told.deadlocks), told.events) == (1, 0)


def test_steps_and_locks_beyond_the_limits_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_STEPS_MAX", 3)
    monkeypatch.setattr(module, "LOCKS_LISTED_MAX", 2)
    p = Recorded()
    events = []
    for number in range(10):
        events += [
            lock(p, "acquired", number, f"L{number % 4}", "x"),
            lock(p, "released", number + 0.5, f"L{number % 4}", "x"),
        ]
    told = lock_timeline(events)
    assert (len(told.locks), len(told.steps), told.cut, told.locks_cut) == (2, 3, 3, 8)


def test_its_times_are_those_of_its_events() -> None:
    p = Recorded()
    told = lock_timeline([lock(p, "acquired", 3, "A", "x"), lock(p, "released", 9, "A", "x")])
    assert told.start_unix_ns is not None
    assert told.end_unix_ns is not None
    assert told.end_unix_ns - told.start_unix_ns == 6 * MS
    assert lock_timeline([]).start_unix_ns is None
