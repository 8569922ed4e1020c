from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import backtrail
from backtrail.record import guard
from backtrail.record.locks import deadlock
from backtrail.record.locks.deadlock import report
from locking import recording_locks, thread
from recorded import errors, events

LINKS = [("MainThread", "north", "restock"), ("restock", "south", "MainThread")]


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.mark.promise("L9")
def test_a_deadlock_is_an_error_with_the_whole_circle(home: Path) -> None:
    quantity = 4
    error_id = report(LINKS, may_end=False)
    [error] = errors(home)
    assert error["error_id"] == error_id
    assert (error["type"], error["mechanism"]) == ("DeadlockFound", "deadlock")
    assert error["message"] == (
        "MainThread waits for north, held by restock; restock waits for south, held by MainThread"
    )
    assert error["is_handled"] is False
    assert error["locks"] == [
        {"name": "north", "holder": "restock", "waiters": ["MainThread"]},
        {"name": "south", "holder": "MainThread", "waiters": ["restock"]},
    ]
    frame = error["frames"][0]
    assert frame["function"].startswith("test_a_deadlock_is_an_error")
    assert frame["locals"]["quantity"] == quantity
    [stack] = [stack for stack in error["threads"] if stack["name"] == "MainThread"]
    assert stack["waits_for"] == "lock north"


def test_its_file_is_there_at_once(home: Path) -> None:
    error_id = report(LINKS, may_end=False)
    assert (home / "errors" / f"{error_id}.json").exists()


def test_it_counts_as_handled_where_somebody_gives_up(home: Path) -> None:
    report(LINKS, may_end=True)
    assert [error["is_handled"] for error in errors(home)] == [True]


def test_it_is_recorded_where_the_one_is_that_closed_it(home: Path) -> None:
    with backtrail.trace_span("restock"):
        report(LINKS, may_end=False)
    [raised] = events(home, "error.raised")
    [span] = events(home, "span.started")
    assert raised.span_id == span.span_id


def test_nothing_is_recorded_while_recording_is_off(home: Path) -> None:
    backtrail.disable()
    assert report(LINKS, may_end=False) is None
    backtrail.enable()
    assert errors(home) == []


def test_what_breaks_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(deadlock, "thread_stacks", broken)
    monkeypatch.setattr(guard, "is_strict", False)
    assert report(LINKS, may_end=False) is None
    assert guard.lost["broke: deadlock: OSError"] == 1


def test_the_same_circle_has_the_same_fingerprint(home: Path) -> None:
    with thread(lambda: report(LINKS[::-1], may_end=False)):
        report(LINKS, may_end=False)
    assert len({error["fingerprint"] for error in errors(home)}) == 1
