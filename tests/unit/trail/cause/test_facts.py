from __future__ import annotations

from backtrail.model.limits.reading import FACTS_MAX
from backtrail.trail.cause.facts import Facts
from backtrail.trail.cause.suspects import Suspect
from causes import ERROR_AT, error, event, place

RAISED = error("KeyError", "'a'")


def facts(*events: object) -> Facts:
    return Facts([*events, RAISED], RAISED)  # type: ignore[list-item]


def suspect(value: str) -> Suspect:
    return Suspect(value=value, weight=1, role="key", name="key", kind="str")


def test_only_what_lies_before_the_error_is_evidence() -> None:
    found = facts(event("file.opened", 1, path="a"), event("file.opened", ERROR_AT + 1, path="b"))
    assert [fact.body["path"] for fact in found.all] == ["a"]
    assert found.read == 3


def test_an_event_tells_what_came_in_and_what_went_out() -> None:
    call = facts(
        event("http.called", 1, url="/x", request_body={"name": "Pixel"}, response_body={"id": 7})
    ).all[0]
    assert ("id", "7") in call.came_in
    assert ("name", "Pixel") in call.went_out
    assert "pixel" in call.folded


def test_a_value_is_found_with_the_direction_in_which_it_went() -> None:
    found = facts(
        event("http.called", 1, url="/x", request_body={"name": "Pixel Forge"}),
        event("llm.called", 2, text='{"company": "pixel-forge"}'),
        event("llm.called", 3, text="nothing"),
    )
    shown = [
        (fact.at, text, is_in) for fact, _, text, is_in in found.holding(suspect("pixel-forge"))
    ]
    assert shown == [(0, "Pixel Forge", False), (1, "pixel-forge", True)]


def test_the_calls_of_an_event_go_from_the_innermost_outwards() -> None:
    opened = event(
        "file.opened", 1, path="a", caller=place("load"), calls=[place("load"), place("main")]
    )
    handled = event("exception.handled", 2, raised=place("parse"), handler=place("load"))
    raised = event("error.raised", 3, frames=[
        {"file": "a.py", "line": 1, "function": "f", "qualified": "A.f", "is_app": True},
        {"file": "lib.py", "line": 1, "function": "g", "qualified": "g"},
    ])  # fmt: skip
    logged = event("log.emitted", 4, message="x", file="a.py", line=2, function="run")
    names = [
        [call["function"] for call in fact.calls]
        for fact in facts(opened, handled, raised, logged).all
    ]
    assert names == [["load", "main"], ["load", "parse"], ["A.f"], ["run"]]


def test_words_that_all_events_have_tell_little() -> None:
    events = [
        event("file.opened", n, path=f"/data/file{n}.csv", caller=place("load")) for n in range(9)
    ]
    rarity = facts(*events, event("environment.read", 20, name="ZONE")).rarity
    assert rarity["load"] < 0.4 < rarity["zone"]


def test_of_too_many_events_the_first_and_the_last_are_kept() -> None:
    found = facts(*(event("log.emitted", n, message="hello") for n in range(FACTS_MAX + 5)))
    kept = [fact.event.seq for fact in found.all]
    assert len(kept) == FACTS_MAX
    assert (kept[0], kept[-1]) == (0, FACTS_MAX + 4)
    assert found.cut == 5


def test_a_thread_is_told_apart_by_process_thread_and_task() -> None:
    one, two = facts(
        event("file.opened", 1, path="a", thread="t:1"), event("file.opened", 2, path="a", task="t")
    ).all
    assert one.thread != two.thread
