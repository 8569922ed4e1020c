from __future__ import annotations

from backtrail.model.event import Event
from backtrail.trail.cause.rules.course.lost_update import find
from causes import error, event, findings, frame

RAISED = error("AssertionError", "balcony: 18 free", frame("audit", "assert x", block="balcony"))
READ = "SELECT free FROM blocks WHERE name = 'balcony'"


def sql(at: int, thread: str, statement: str) -> Event:
    return event(
        "sql.executed",
        at,
        thread=f"{thread}:{at}",
        statement=statement,
        system="sqlite",
        database="e.db",
    )


def both(*given: tuple[str, str]) -> list[Event]:
    return [
        event("sql.executed", at, thread=thread, statement=text, system="sqlite", database="e.db")
        for at, (thread, text) in enumerate(given, start=1)
    ]


def set_free(number: int) -> str:
    return f"UPDATE blocks SET free = {number} WHERE name = 'balcony'"


def test_two_that_read_before_either_wrote_lose_an_update() -> None:
    events = both(
        ("foyer:1", READ), ("arcade:2", READ), ("foyer:1", set_free(17)), ("arcade:2", set_free(18))
    )
    found = findings(find, RAISED, *events)
    assert [(each.kind, each.fact.event.seq) for each in found] == [("race", 4)]
    assert {"foyer", "arcade", "balcony"} <= set((found[0].text or "").replace(":", " ").split())
    assert found[0].score > 0.6


def test_one_after_the_other_loses_nothing() -> None:
    events = both(("a:1", READ), ("a:1", set_free(17)), ("b:2", READ), ("b:2", set_free(15)))
    assert findings(find, RAISED, *events) == []


def test_an_update_that_counts_on_what_is_there_loses_nothing() -> None:
    relative = "UPDATE blocks SET free = free - 2 WHERE name = 'balcony'"
    events = both(("a:1", READ), ("b:2", READ), ("a:1", relative), ("b:2", relative))
    assert findings(find, RAISED, *events) == []


def test_files_that_are_put_in_place_by_renaming_are_written() -> None:
    steps = [("bakery:1", "r"), ("school:2", "r"), ("bakery:1", "w"), ("school:2", "w")]
    events = [
        event("file.opened", at, thread=who, path="/f/raffle.json", mode="read")
        if what == "r"
        else event(
            "file.changed", at, thread=who, action="renamed", path="/f/x", target="/f/raffle.json"
        )
        for at, (who, what) in enumerate(steps, start=1)
    ]
    found = findings(find, RAISED, *events)
    assert "bakery" in (found[0].text or "")
    assert "school" in (found[0].text or "")


def put(at: int, thread: str, op: str, number: int) -> Event:
    patch = [{"op": op, "path": "/Haas", "value": {"family": "Haas", "locker": number}}]
    return event(
        "state.changed", at, thread=thread, name="Desk.lockers", how="assigned", patch=patch
    )


def test_what_another_thread_had_just_put_in_place_is_found_when_it_was_replaced() -> None:
    raised = error("KeyError", "43", frame("take_back", "t[n]", n=43, family="Haas"))
    first, second = put(1, "west:1", "add", 43), put(2, "east:2", "replace", 44)
    (found,) = findings(find, raised, first, second)
    assert (found.kind, found.fact.event.seq) == ("race", 2)
    assert found.text == "thread east replaced Desk.lockers/Haas, which thread west had set"
    assert findings(find, raised, first, put(2, "west:1", "replace", 44)) == []
    assert findings(find, raised, first, put(2_000, "east:2", "replace", 44)) == []
