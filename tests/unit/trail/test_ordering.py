from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.event import Event
from backtrail.trail.ordering import in_order
from built_events import MS, Recorded, texts

ASKS, ANSWERS = "aa" * 8, "bb" * 8


def machines(skew_ms: float, boot_ms: float = 7_000_000.0) -> list[Event]:
    """A client asks a server of another machine, whose wall clock is off."""
    client, server = Recorded(1), Recorded(2, wall_ms=skew_ms, boot_ms=boot_ms)
    return [
        client.event("process.started", 0, host="one", pid=10),
        client.event("span.started", 10, span=ASKS, name="asks"),
        server.event("process.started", 5, host="two", pid=10),
        server.event("span.started", 12, span=ANSWERS, name="answers", parent=ASKS),
        server.event("debug.recorded", 15, span=ANSWERS, name="works"),
        client.event("http.called", 20, span=ASKS, name="has its answer"),
        client.event("span.ended", 21, span=ASKS),
    ]


@pytest.mark.parametrize("skew_ms", [0.0, -3_600_000.0, 3_600_000.0, -7.0, 9.0])
def test_an_answer_stands_behind_its_question_whatever_two_clocks_say(skew_ms: float) -> None:
    ordered = in_order(machines(skew_ms))
    names = texts(ordered.events)
    places = [names.index(name) for name in ("asks", "answers", "has its answer")]
    assert places == sorted(places)


def test_the_order_does_not_depend_on_the_order_of_arrival() -> None:
    events = machines(-60_000.0)
    expected = in_order(events).events
    for seed in range(5):
        shuffled = list(events)
        random.Random(seed).shuffle(shuffled)
        assert in_order(shuffled).events == expected


def test_clocks_that_had_to_be_moved_are_told() -> None:
    assert in_order(machines(0.0)).notes == []
    (note,) = in_order(machines(-60_000.0)).notes
    assert note.startswith("the clock of process ")
    assert "was moved by +59.998 s" in note


def test_times_of_another_machine_become_comparable() -> None:
    ordered = in_order(machines(-60_000.0))
    times = [ordered.time_ns(event) for event in ordered.events]
    assert times == sorted(times)


def test_a_clock_is_moved_until_every_answer_stands_behind_its_question() -> None:
    events = machines(-60_000.0)
    client, server = Recorded(3), Recorded(4, wall_ms=-60_000.0, boot_ms=7_000_000.0)
    events += [
        client.event("process.started", 0, host="one", pid=1),
        client.event("span.started", 30, span="cc" * 8, name="asks late"),
        server.event("process.started", 1, host="two", pid=1),
        server.event("span.started", 90, span="dd" * 8, name="answers late", parent="cc" * 8),
    ]
    ordered = in_order(events)
    times = [ordered.time_ns(event) for event in ordered.events]
    assert times == sorted(times)
    names = texts(ordered.events)
    assert names.index("asks") < names.index("answers") < names.index("has its answer")
    assert names.index("asks late") < names.index("answers late")


def test_two_machines_of_one_name_go_by_the_wall_clock() -> None:
    one, other = Recorded(1), Recorded(2, boot_ms=7_000_000.0)
    third = Recorded(3, boot_ms=-7_000_000.0)
    events = [
        process.event(kind, at, host="localhost", name=str(at))
        for at, process, kind in (
            (1, other, "process.started"), (2, one, "process.started"),
            (3, third, "process.started"), (4, one, "debug.recorded"),
            (5, other, "debug.recorded"), (6, third, "debug.recorded"),
        )
    ]  # fmt: skip
    assert texts(in_order(events).events) == ["1", "2", "3", "4", "5", "6"]


def test_a_wall_clock_that_is_set_moves_nothing_on_one_machine() -> None:
    parent, child = Recorded(1), Recorded(2, wall_ms=-86_400_000.0)
    events = [
        parent.event("process.started", 0, host="one", pid=10, name="parent begins"),
        parent.event("subprocess.started", 10, pid=11, name="parent starts child"),
        child.event(
            "process.started", 20, host="one", pid=11, parent_process=parent.process,
            name="child begins",
        ),
        child.event("process.ended", 30, name="child ends"),
        parent.event("subprocess.ended", 40, pid=11, name="parent sees it"),
    ]  # fmt: skip
    ordered = in_order(events)
    assert texts(ordered.events) == [
        "parent begins", "parent starts child", "child begins", "child ends", "parent sees it",
    ]  # fmt: skip
    assert "the wall clock was set by -86400.000 s before process" in ordered.notes[0]


def test_within_a_process_the_clock_that_never_goes_back_decides() -> None:
    process = Recorded()
    late, early = process.event("a", 20, name="late"), process.event("b", 10, name="early")
    set_back = Event(
        kind="c", trace_id=late.trace_id, seq=9, time_unix_ns=1, monotonic_ns=30 * MS,
        process=process.process, body={"name": "after the clock was set"},
    )  # fmt: skip
    assert texts(in_order([set_back, late, early]).events) == [
        "early", "late", "after the clock was set",
    ]  # fmt: skip


def test_events_of_one_moment_keep_their_own_order() -> None:
    process = Recorded()
    events = [process.event("a", 5, name=str(number)) for number in range(5)]
    assert texts(in_order(reversed(events)).events) == ["0", "1", "2", "3", "4"]


def test_a_lock_is_let_go_of_before_the_next_one_has_it() -> None:
    process = Recorded()
    lock = {"lock": "A", "lock_id": "1", "lock_type": "Lock"}
    events = [
        process.event("lock.acquired", 1, thread="x:1", owner="x", name="x has it", **lock),
        process.event(
            "lock.acquired", 5, thread="y:2", owner="y", wait_ms=3.0, name="y has it", **lock
        ),
        process.event("debug.recorded", 5.1, thread="y:2", name="y goes on"),
        process.event("lock.released", 5.2, thread="x:1", owner="x", name="x lets go", **lock),
        process.event("debug.recorded", 5.3, thread="y:2", name="y is done"),
    ]
    assert texts(in_order(events).events) == [
        "x has it", "x lets go", "y has it", "y goes on", "y is done",
    ]  # fmt: skip


def test_what_waits_holds_back_only_its_own_thread() -> None:
    parent, child = Recorded(1), Recorded(2)
    events = [
        parent.event("process.started", 0, host="one", pid=1, name="parent"),
        child.event("process.started", 4, host="one", pid=2, name="child", thread="m:1"),
        child.event("debug.recorded", 4.5, name="child works", thread="m:1"),
        child.event("debug.recorded", 4.6, name="beside it", thread="n:2"),
        parent.event("subprocess.started", 5, pid=2, name="started"),
    ]
    assert texts(in_order(events).events) == [
        "parent", "beside it", "started", "child", "child works",
    ]  # fmt: skip


def test_what_contradicts_itself_is_in_the_order_of_the_clocks() -> None:
    one, other = Recorded(1), Recorded(2, boot_ms=9_000_000.0)
    events = [
        one.event("process.started", 0, host="a", pid=1),
        other.event("process.started", 0, host="b", pid=1),
        one.event("span.started", 10, span="01" * 8, parent="02" * 8, name="one"),
        other.event("span.started", 5, span="02" * 8, parent="01" * 8, name="other"),
    ]
    ordered = in_order(events)
    assert len(ordered.events) == 4
    assert any("contradict" in note for note in ordered.notes)


def test_nothing_is_in_order() -> None:
    ordered = in_order([])
    assert (ordered.events, ordered.at_ns, ordered.notes) == ([], {}, [])


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 50), st.sampled_from("abc")), max_size=30
    ),
    skews=st.lists(st.integers(-10_000, 10_000), min_size=4, max_size=4),
)
def test_no_event_is_lost_and_each_thread_keeps_its_order(
    steps: list[tuple[int, int, str]], skews: list[int]
) -> None:
    processes = {
        number: Recorded(number, wall_ms=skews[number - 1], boot_ms=number * 1e7)
        for number in range(1, 5)
    }
    events = [
        processes[number].event("debug.recorded", at, thread=f"{thread}:1")
        for number, at, thread in sorted(steps, key=lambda step: step[1])
    ]
    ordered = in_order(events).events
    assert sorted(event.event_id for event in ordered) == sorted(e.event_id for e in events)
    for process in processes.values():
        own = [event.monotonic_ns for event in ordered if event.process == process.process]
        assert own == sorted(own)
