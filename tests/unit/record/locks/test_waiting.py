from __future__ import annotations

from backtrail.record.locks.notes import Notes
from backtrail.record.locks.owners import Owner
from backtrail.record.locks.waiting import (
    Wait,
    begin_wait,
    circle_of,
    end_wait,
    is_first,
    is_same,
    wait_of,
)


def held(name: str, owner: Owner) -> Notes:
    notes = Notes(name, "Lock")
    notes.holder = owner
    return notes


def ring(number: int) -> tuple[list[Owner], list[Notes], list[Wait]]:
    """Return owners of whom each waits for the lock of the next one, the last for the first's."""
    owners = [Owner() for _ in range(number)]
    locks = [held(f"lock {index}", owner) for index, owner in enumerate(owners)]
    waits = [begin_wait(each, locks[(i + 1) % number], None) for i, each in enumerate(owners)]
    return owners, locks, waits


def end(waits: list[Wait]) -> None:
    for wait in waits:
        end_wait(wait)


def names(wait: Wait) -> list[str]:
    return [step.wait.notes.name for step in circle_of(wait)]


def test_a_circle_of_any_length_is_found_from_each_of_its_waits() -> None:
    for number in (2, 3, 7):
        owners, _, waits = ring(number)
        for wait in waits:
            steps = circle_of(wait)
            assert len(steps) == number
            assert {step.holder for step in steps} == set(owners)
        end(waits)
        assert wait_of(owners[0]) is None


def test_who_waits_for_one_in_a_circle_closes_none() -> None:
    owners, locks, waits = ring(2)
    outside = begin_wait(Owner(), locks[0], None)
    assert circle_of(outside) == []
    assert names(waits[0]) == ["lock 1", "lock 0"]
    end([*waits, outside])
    assert wait_of(owners[1]) is None


def test_a_chain_to_one_who_works_is_no_circle() -> None:
    worker, waiter = Owner(), Owner()
    wait = begin_wait(waiter, held("busy", worker), None)
    assert circle_of(wait) == []
    end_wait(wait)


def test_a_lock_that_nobody_or_a_dead_thread_holds_closes_no_circle() -> None:
    owners, locks, waits = ring(2)
    owners[1].is_ended = True
    assert circle_of(waits[0]) == []
    owners[1].is_ended = False
    locks[1].holder = None
    assert circle_of(waits[0]) == []
    end(waits)


def test_a_lock_that_is_used_as_a_signal_closes_no_circle() -> None:
    _, locks, waits = ring(2)
    locks[0].is_passed_on = True
    assert circle_of(waits[0]) == []
    end(waits)


def test_who_waits_for_its_own_lock_is_stuck_unless_another_may_wake_it() -> None:
    def is_stuck(*, bare: bool = False, timeout_s: float | None = None) -> bool:
        owner = Owner()
        notes = held("own", owner)
        notes.is_bare = bare
        wait = begin_wait(owner, notes, timeout_s)
        end_wait(wait)
        return bool(circle_of(wait))

    assert is_stuck()
    assert not is_stuck(bare=True)
    assert not is_stuck(timeout_s=1.0)


def test_a_task_is_stuck_where_its_thread_is() -> None:
    thread, other = Owner(), Owner()
    task = Owner(thread)
    waits = [begin_wait(thread, held("of other", other), None)]
    waits.append(begin_wait(other, held("of task", task), None))
    assert names(waits[1]) == ["of task", "of other"]
    end(waits)


def test_a_wait_that_interrupts_another_gives_way_to_it_again() -> None:
    owner = Owner()
    outer = begin_wait(owner, held("one", Owner()), None)
    inner = begin_wait(owner, held("two", Owner()), None)
    assert wait_of(owner) is inner
    end_wait(inner)
    assert wait_of(owner) is outer
    end_wait(outer)
    assert wait_of(owner) is None


def test_a_circle_is_the_same_while_nobody_moves() -> None:
    _, locks, waits = ring(2)
    seen = circle_of(waits[0])
    assert is_same(seen, circle_of(waits[0]))
    locks[0].since += 1
    assert not is_same(seen, circle_of(waits[0]))
    assert not is_same(seen, [])
    end(waits)


def test_a_circle_is_told_once_whoever_looks() -> None:
    _, _, waits = ring(3)
    assert is_first(circle_of(waits[0]))
    assert not is_first(circle_of(waits[0]))
    assert not is_first(circle_of(waits[2]))
    end(waits)
    _, _, others = ring(3)
    assert is_first(circle_of(others[1]))
    end(others)
