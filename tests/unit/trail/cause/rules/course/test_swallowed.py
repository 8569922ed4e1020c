from __future__ import annotations

from typing import Any

from backtrail.model.event import Event
from backtrail.trail.cause.rules.course.swallowed import find
from causes import PROCESS, behind, error, event, findings, frame, place

RAISED = error(
    "TypeError", "unsupported operand type(s) for *: 'int' and 'NoneType'",
    frame("to_base", "cents * rate", rate=None,
          posting={"$type": "a.Posting", "currency": "DKK", "rate": None}),
)  # fmt: skip


def handled(at: int, message: str, type_: str = "ValueError", **more: Any) -> Event:
    return event(
        "exception.handled", at, type=type_, qualified_type=type_, message=message, how="except",
        raised=place("load_source"), handler=place("load_rates"), **more,
    )  # fmt: skip


def test_the_exception_that_dropped_what_was_missed_is_named_before_one_of_the_same_shape() -> None:
    treasury = handled(2, "could not convert: '0,08917'", locals={"pairs": [{"from": "DKK"}]})
    tokens = handled(1, "no such file: tokens.json", "FileNotFoundError")
    found = findings(find, RAISED, tokens, treasury)
    assert found[0].fact.event.seq == 2
    assert found[0].score > 0.42 > found[1].score


def test_what_the_same_calls_had_just_read_ties_an_exception_too() -> None:
    read = event(
        "file.opened", 1, path="/a/treasury.json", mode="read", content='{"from": "DKK"}',
        caller=place("load_source"),
    )  # fmt: skip
    found = findings(find, RAISED, read, handled(2, "could not convert"))
    assert found[0].between[0].event.seq == 1
    assert found[0].score > findings(find, RAISED, handled(2, "could not convert"))[0].score


def test_an_exception_that_is_a_part_of_the_error_is_not_swallowed() -> None:
    raised = error("DraftError", "x", chain=[behind("ValueError", "bad")])
    assert findings(find, raised, handled(1, "bad"), handled(2, "x", "DraftError")) == []


def test_ends_of_iteration_are_no_trouble() -> None:
    assert findings(find, RAISED, handled(1, "", "StopIteration")) == []


def test_a_habit_weighs_less() -> None:
    once, often = (findings(find, RAISED, handled(1, "x", count=n))[0].score for n in (1, 50))
    assert often < once


def call(at: int, status: int) -> Event:
    return event(
        "http.called", at, method="GET", url="/c", status=status, caller=place("load_source")
    )


def test_an_exception_of_a_call_that_healed_says_little() -> None:
    lasting = findings(find, RAISED, call(1, 503), handled(2, "503", "HTTPError"))[0]
    healed = findings(find, RAISED, call(1, 503), handled(2, "503", "HTTPError"), call(3, 200))[0]
    assert healed.score < lasting.score / 2
    assert "the call was made again and succeeded" in healed.against


def test_an_error_that_was_logged_and_survived_counts_as_swallowed() -> None:
    logged = event("error.raised", 1, type="OSError", message="disk", is_handled=True)
    foreign = event("error.raised", 2, process=PROCESS[:-1] + "9", type="OSError", message="disk")
    assert [each.fact.event.seq for each in findings(find, RAISED, logged, foreign)] == [1]


def test_a_deadlock_that_was_told_is_not_a_swallowed_exception() -> None:
    told = event("error.raised", 1, type="DeadlockFound", message="a, b", mechanism="deadlock")
    assert findings(find, RAISED, told) == []
