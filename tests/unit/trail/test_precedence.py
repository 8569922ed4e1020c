from __future__ import annotations

from backtrail.model.event import Event
from backtrail.trail.precedence import edges
from built_events import Recorded

LOCK = {"lock": "A", "lock_id": "1", "lock_type": "Lock"}


def named(events: list[Event]) -> set[tuple[str, str]]:
    """Return what came before what, by the names of the events."""
    return {(edge.first.body["name"], edge.then.body["name"]) for edge in edges(events)}


def test_a_program_lives_between_what_its_parent_saw_of_it() -> None:
    parent, child, other = Recorded(1), Recorded(2), Recorded(3)
    events = [
        parent.event("process.started", 0, pid=1, host="a", name="parent"),
        parent.event("subprocess.started", 1, pid=7, name="start"),
        child.event("process.started", 2, pid=7, host="a", name="child"),
        child.event("process.ended", 3, name="child ends"),
        parent.event("subprocess.ended", 4, pid=7, name="end"),
        other.event("process.started", 5, pid=7, host="b", name="same number elsewhere"),
    ]
    assert named(events) == {("start", "child"), ("child ends", "end")}


def test_a_parent_that_is_known_begins_first_and_no_other_number_counts() -> None:
    parent, child = Recorded(1), Recorded(2)
    events = [
        parent.event("process.started", 0, pid=1, host="a", name="parent"),
        parent.event("subprocess.started", 1, pid=7, name="another child"),
        child.event(
            "process.started", 2, pid=7, host="a", name="child", parent_process="someone else"
        ),
    ]
    assert named(events) == set()
    events[2].body["parent_process"] = parent.process
    assert named(events) == {("parent", "child"), ("another child", "child")}


def test_a_span_begins_before_those_in_other_processes_that_are_begun_in_it() -> None:
    here, there = Recorded(1), Recorded(2)
    events = [
        here.event("span.started", 0, span="01" * 8, name="asks"),
        here.event("span.started", 1, span="02" * 8, name="inner", parent="01" * 8),
        there.event("span.started", 2, span="03" * 8, name="answers", parent="01" * 8),
        here.event("http.called", 3, span="01" * 8, name="answer"),
    ]
    assert named(events) == {("asks", "answers"), ("answers", "answer")}


def test_several_answers_are_tied_one_by_one_where_there_are_as_many() -> None:
    here, there = Recorded(1), Recorded(2)
    span = "01" * 8
    events = [
        here.event("span.started", 0, span=span, name="asks"),
        there.event("span.started", 2, span="03" * 8, name="first", parent=span),
        there.event("span.started", 5, span="04" * 8, name="second", parent=span),
        here.event("http.called", 3, span=span, name="answer 1"),
        here.event("llm.called", 6, span=span, name="answer 2"),
    ]
    assert {("first", "answer 1"), ("second", "answer 2")} <= named(events)
    del events[3]
    assert {("first", "answer 2"), ("second", "answer 2")} <= named(events)


def test_a_lock_goes_from_hand_to_hand_where_someone_waited() -> None:
    one = Recorded(1)
    events = [
        one.event("lock.acquired", 0, owner="x", name="x has it", **LOCK),
        one.event("lock.released", 3, owner="x", name="x lets go", **LOCK),
        one.event("lock.acquired", 4, owner="y", name="y has it", wait_ms=2.0, **LOCK),
        one.event("lock.released", 5, owner="y", name="y lets go", **LOCK),
        one.event("lock.acquired", 9, owner="x", name="x has it again", **LOCK),
    ]
    assert named(events) == {("x lets go", "y has it")}


def test_only_a_file_lock_is_the_same_in_two_processes() -> None:
    one, other = Recorded(1), Recorded(2)

    def events(lock_type: str) -> list[Event]:
        lock = {**LOCK, "lock_type": lock_type}
        return [
            one.event("lock.acquired", 0, owner="p1", name="p1 has it", **lock),
            one.event("lock.released", 3, owner="p1", name="p1 lets go", **lock),
            other.event("lock.acquired", 4, owner="p2", name="p2 has it", wait_ms=2.0, **lock),
        ]

    assert named(events("FileLock")) == {("p1 lets go", "p2 has it")}
    assert named(events("Lock")) == set()


def test_a_semaphore_ties_nobody_to_anybody() -> None:
    one = Recorded(1)
    lock = {**LOCK, "lock_type": "Semaphore"}
    events = [
        one.event("lock.acquired", 0, owner="x", name="x", **lock),
        one.event("lock.released", 3, owner="x", name="x lets go", **lock),
        one.event("lock.acquired", 4, owner="y", name="y", wait_ms=2.0, **lock),
    ]
    assert named(events) == set()


def test_events_without_their_members_tie_nothing() -> None:
    one, other = Recorded(1), Recorded(2)
    kinds = ("process.started", "subprocess.started", "subprocess.ended", "span.started",
             "lock.acquired", "lock.released", "http.called", "process.ended")  # fmt: skip
    events = [process.event(kind, 1) for process in (one, other) for kind in kinds]
    assert list(edges(events)) is not None
