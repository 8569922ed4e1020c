from __future__ import annotations

from typing import Any

from backtrail.model.event import Event
from backtrail.trail.cause.rules.data.clock_reading import find
from causes import error, event, findings, frame, place


def read(function: str, value: str, at: int = 1, **more: Any) -> Event:
    return event("clock.read", at, function=function, value=value, caller=place("check_in"), **more)


def test_a_naive_time_explains_a_comparison_of_naive_and_aware() -> None:
    raised = error(
        "TypeError", "can't compare offset-naive and offset-aware datetimes", frame("f", "a < b")
    )
    naive = read("datetime.utcnow", "2024-06-11T08:30:00")
    aware = read("datetime.now", "2024-06-11T08:30:00+00:00", 2, arguments=["utc"])
    found = findings(find, raised, naive, aware)
    assert found[0].fact.event.seq == 1
    assert found[0].score > found[1].score


def test_a_reading_that_the_failure_shows_is_found() -> None:
    raised = error("KeyError", "'2024-06-11'", frame("f", "days[day]", day="2024-06-11"))
    assert findings(find, raised, read("date.today", "2024-06-11"))[0].kind == "clock"


def test_a_reading_that_nothing_ties_to_the_failure_is_no_cause() -> None:
    raised = error("KeyError", "'viola'", frame("f", "parts[name]", name="viola"))
    assert findings(find, raised, read("time.time", "1718094600.25")) == []
