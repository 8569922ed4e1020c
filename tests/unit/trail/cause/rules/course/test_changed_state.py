from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.event import Event
from backtrail.trail.cause.rules.course.changed_state import find
from causes import error, event, findings, frame, place

RAISED = error(
    "KeyError", "'payroll'", frame("render", "choices[item.topic]", item={"topic": "payroll"})
)


def declared(name: str, function: str, after: Any, at: int = 1) -> Event:
    return event(
        "state.changed",
        at,
        name=name,
        how="declared",
        before=[],
        after=after,
        caller=place(function),
    )


def test_a_shared_default_that_holds_what_failed_is_found() -> None:
    found = findings(find, RAISED, declared("collect.picked", "collect", [{"topic": "payroll"}]))
    assert found[0].kind == "state_change"
    assert found[0].score > 0.6


@pytest.mark.parametrize("name", ["Digest.items", "shop.LIMIT", "shop.seen"])
def test_state_that_is_there_to_change_weighs_less_than_a_default(name: str) -> None:
    default = findings(find, RAISED, declared("collect.picked", "collect", ["payroll"]))[0]
    assert findings(find, RAISED, declared(name, "elsewhere", ["payroll"]))[0].score < default.score


def test_a_change_that_took_the_missing_key_away_is_found() -> None:
    taken = event(
        "state.changed", 1, name="order", how="assigned", caller=place("label"),
        patch=[{"op": "remove", "path": "/payroll"}],
    )  # fmt: skip
    assert findings(find, RAISED, taken)[0].evidence[0] == "it took 'payroll' away"


MISSING = error("FileNotFoundError", "[Errno 2] No such file: 'limits.json'", frame("f", "open(p)"))


def went(at: int, before: str, after: str) -> Event:
    return event("directory.changed", at, before=before, after=after, caller=place("load"))


def test_the_move_that_was_never_undone_is_found() -> None:
    moves = [went(1, "/a", "/a/17"), went(2, "/a/17", "/a"), went(3, "/a", "/a/18"),
             went(4, "/a/18", "/a/19"), went(5, "/a/19", "/a/18")]  # fmt: skip
    found = findings(find, MISSING, *moves)
    assert [each.fact.event.seq for each in found] == [3]
    assert found[0].score > 0.8
    assert findings(find, MISSING, *moves[:2]) == []


def test_a_move_does_not_explain_a_failure_that_is_about_no_file() -> None:
    assert findings(find, RAISED, went(1, "/a", "/b"))[0].score < 0.42


def test_what_took_the_missing_file_away_is_found() -> None:
    removed = event("file.changed", 1, action="removed", path="/data/limits.json")
    other = event("file.changed", 2, action="removed", path="/data/other.txt")
    assert [each.fact.event.seq for each in findings(find, MISSING, removed, other)] == [1]


def test_a_list_that_was_put_into_another_order_is_found_and_an_assignment_alone_is_not() -> None:
    sorted_ = event("state.changed", 1, name="crews", how="assigned", before=["payroll", "a"],
                    after=["a", "payroll"], caller=place("favourites"))  # fmt: skip
    added = event("state.changed", 2, name="seen", how="assigned", before=[], after=["payroll"],
                  caller=place("note"))  # fmt: skip
    reordered, plain = findings(find, RAISED, sorted_, added)
    assert (reordered.fact.event.seq, plain.fact.event.seq) == (1, 2)
    assert reordered.score > 0.42 > plain.score
