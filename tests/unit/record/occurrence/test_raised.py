from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail import trace_span
from backtrail.model.limits import ERROR_BYTES_MAX, REPEATS_FULL_MAX
from backtrail.record import guard
from backtrail.record.error import capture_exception
from recorded import errors, events, recording, run_program


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home", session="s1"):
        yield tmp_path / "home"


def caught(function: Callable[[], object]) -> BaseException:
    """Return what a function raises."""
    try:
        function()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def divide(whole: int = 3, parts: int = 0) -> float:
    return whole / parts


def the_error(home: Path) -> dict[str, Any]:
    [error] = errors(home)
    return error


def test_a_record_says_what_was_raised_where_and_how_it_was_met(home: Path) -> None:
    error_id = capture_exception(caught(divide))
    error = the_error(home)
    assert error["error_id"] == error_id
    assert (error["type"], error["message"]) == ("ZeroDivisionError", "division by zero")
    assert (error["mechanism"], error["is_handled"]) == ("manual", True)
    assert error["frames"][0]["locals"] == {"whole": 3, "parts": 0}
    assert error["frames"][0]["expression"] == "whole / parts"
    assert [info["type"] for info in error["chain"]] == ["ZeroDivisionError"]
    assert error["session"] == "s1"


@pytest.mark.parametrize(
    ("mechanism", "is_handled", "expected"),
    [
        ("manual", None, True),
        ("log", None, True),
        ("uncaught", None, False),
        ("thread", None, False),
        ("decorator", None, False),
        ("uncaught", True, True),
        ("manual", False, False),
    ],
)
def test_whether_the_program_went_on_is_told_by_what_met_it_unless_it_is_given(
    mechanism: Any, *, is_handled: bool | None, expected: bool, home: Path
) -> None:
    capture_exception(caught(divide), mechanism=mechanism, is_handled=is_handled)
    error = the_error(home)
    assert (error["mechanism"], error["is_handled"]) == (mechanism, expected)


def test_the_same_exception_through_several_layers_is_one_record(home: Path) -> None:
    error = caught(divide)
    first = capture_exception(error)

    def pass_on() -> None:
        raise error

    assert caught(pass_on) is error
    assert capture_exception(error, mechanism="thread") == first
    assert capture_exception(error, mechanism="uncaught") == first
    assert the_error(home)["mechanism"] == "manual"


def test_two_errors_of_one_trace_are_two_records(home: Path) -> None:
    first = capture_exception(caught(divide))
    second = capture_exception(caught(lambda: {}["user"]))  # type: ignore[index]
    assert first != second
    found = errors(home)
    assert [error["error_id"] for error in found] == [first, second]
    assert [error["type"] for error in found] == ["ZeroDivisionError", "KeyError"]
    assert len({event.trace_id for event in events(home, "error.raised")}) == 1
    assert len({error["fingerprint"] for error in found}) == 2


def test_an_error_with_a_recorded_cause_refers_to_it(home: Path) -> None:
    cause = caught(divide)
    cause_id = capture_exception(cause)

    def wrap() -> None:
        raise ValueError("wrapped") from cause

    capture_exception(caught(wrap))
    assert [info.get("error_id") for info in errors(home)[1]["chain"]] == [None, cause_id]


def test_repeats_at_a_place_are_counted_after_the_first_few(home: Path) -> None:
    ids = [capture_exception(caught(divide)) for _ in range(REPEATS_FULL_MAX + 3)]
    assert [error["error_id"] for error in errors(home)] == ids[:REPEATS_FULL_MAX]
    assert ids[REPEATS_FULL_MAX:] == [None] * 3
    repeated = [event.body for event in events(home, "error.repeated")]
    assert [each["count"] for each in repeated] == [1, 2, 3]
    assert {each["fingerprint"] for each in repeated} == {errors(home)[0]["fingerprint"]}
    assert (repeated[0]["type"], repeated[0]["message"]) == (
        "ZeroDivisionError", "division by zero",
    )  # fmt: skip
    other = capture_exception(caught(lambda: 1 / 0))
    assert other is not None, "another place is another error"


def test_a_counted_exception_stays_counted_in_every_layer(home: Path) -> None:
    for _ in range(REPEATS_FULL_MAX):
        capture_exception(caught(divide))
    error = caught(divide)
    assert [capture_exception(error) for _ in range(3)] == [None, None, None]
    assert len(events(home, "error.repeated")) == 1


def test_the_history_of_the_trace_comes_before_the_error_and_holds_no_other(home: Path) -> None:
    for number in range(3):
        backtrail.debug("step_taken", number=number)
    capture_exception(caught(divide))
    backtrail.debug("step_taken", number=3)
    capture_exception(caught(lambda: 1 / 0))
    first, second = errors(home)
    numbers = [
        [e.get("attributes", {}).get("number") for e in x["trace_history"]] for x in (first, second)
    ]
    assert [n for n in numbers[0] if n is not None] == [0, 1, 2]
    assert [n for n in numbers[1] if n is not None] == [0, 1, 2, 3]
    assert not any("trace_history" in entry for entry in second["trace_history"])


def test_spans_that_are_open_are_named_from_the_outermost_in(home: Path) -> None:
    with trace_span("order", number=17), trace_span("charge") as charge:
        charge.set(amount=19.9)
        capture_exception(caught(divide))
    spans = {span["name"]: span for span in the_error(home)["open_spans"]}
    assert spans["order"]["attributes"] == {"number": 17}
    assert spans["charge"]["attributes"] == {"amount": 19.9}
    assert spans["charge"]["parent"] == spans["order"]["span_id"]
    [event] = events(home, "error.raised")
    assert event.span_id == spans["charge"]["span_id"]


def test_what_other_threads_do_is_there_and_the_own_stack_is_not_repeated(home: Path) -> None:
    free, there = threading.Event(), threading.Event()

    def wait_here() -> None:
        there.set()
        free.wait(60)

    thread = threading.Thread(target=wait_here, name="worker")
    thread.start()
    assert there.wait(60)
    capture_exception(caught(divide))
    free.set()
    thread.join(60)
    stacks = {stack["name"]: stack for stack in the_error(home)["threads"]}
    assert threading.current_thread().name not in stacks
    stack = stacks["worker"]
    assert "wait_here" in [frame["function"] for frame in stack["frames"]]


def test_facts_of_the_process_are_there(home: Path) -> None:
    before = time.time_ns()
    capture_exception(caught(divide))
    facts = the_error(home)["process"]
    assert facts["pid"] == os.getpid()
    assert facts["cwd"] == os.getcwd()  # noqa: PTH109 - as it is
    assert facts["executable"] == sys.executable
    assert facts["python"] == sys.version.split()[0]
    assert len(facts["argv"]) == min(100, len(sys.orig_argv))
    assert abs(facts["time_unix_ns"] - before) < 60_000_000_000
    assert facts["process"] == events(home, "error.raised")[0].process


def test_a_working_directory_that_is_gone_is_unknown(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    capture_exception(caught(divide))
    assert the_error(home)["process"]["cwd"] is None


class Basket:
    """State of a program."""

    def __init__(self) -> None:
        self.items = ["kettle"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ({"step": 3}, {"step": 3}),
        (lambda: {"step": 4}, {"step": 4}),
        (Basket(), {"$type": f"{__name__}.Basket", "items": ["kettle"]}),
        (lambda: 1 / 0, {"$type": "state", "$broken": "ZeroDivisionError"}),
        (0, 0),
    ],
    ids=["value", "function", "object", "failing function", "zero"],
)
def test_state_is_kept_with_the_error(state: Any, shown: Any, home: Path) -> None:
    capture_exception(caught(divide), state=state)
    assert the_error(home)["state"] == shown


def test_without_state_there_is_none(home: Path) -> None:
    capture_exception(caught(divide))
    assert the_error(home).get("state") is None


def deep(depth: int, text: str) -> None:
    rows = [text + str(number) for number in range(25)]
    if depth:
        deep(depth - 1, text)
    raise ValueError(len(rows))


def test_a_record_that_is_too_large_loses_the_variables_of_the_outermost_frames_first(
    home: Path,
) -> None:
    capture_exception(caught(lambda: deep(50, "x" * 900)))
    [event] = events(home, "error.raised")
    frames = event.body["frames"]
    have = ["locals" in frame for frame in frames]
    kept = have.index(False)
    assert 0 < kept < 50
    assert have == [True] * kept + [False] * (len(have) - kept)
    assert frames[kept]["locals_cut"] == 3
    assert frames[kept]["code"] is not None, "its place stays"
    assert len(str(event.body)) < ERROR_BYTES_MAX * 1.1
    assert guard.lost["variables of an error cut"] > 0


def test_an_error_while_one_is_recorded_is_only_counted(home: Path) -> None:
    def state() -> int:
        assert capture_exception(caught(lambda: 1 / 0)) is None
        return 7

    capture_exception(caught(divide), state=state)
    assert the_error(home)["state"] == 7
    assert guard.lost["error while recording an error"] == 1


class LiarError(Exception):
    """Raises whenever it is looked at."""

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(f"do not ask for {name}")

    def __str__(self) -> str:
        raise RuntimeError("do not ask")

    __repr__ = __str__


def lie() -> None:
    raise LiarError("three")


def test_an_exception_that_raises_whenever_it_is_looked_at_is_recorded(home: Path) -> None:
    assert capture_exception(caught(lie)) is not None
    error = the_error(home)
    assert (error["type"], error["message"]) == ("LiarError", "three")
    assert error["frames"][0]["function"] == "lie"


def test_capturing_changes_nothing_about_the_exception() -> None:
    error = caught(divide)
    before = (error.args, error.__cause__, error.__context__, error.__traceback__, str(error))
    capture_exception(error)
    assert before == (
        error.args, error.__cause__, error.__context__, error.__traceback__, str(error),
    )  # fmt: skip


def test_an_exception_that_was_never_raised_is_recorded_without_frames(home: Path) -> None:
    capture_exception(ValueError("made"))
    error = the_error(home)
    assert error["message"] == "made"
    assert error.get("frames", []) == []


def test_nothing_is_recorded_while_recording_is_switched_off(home: Path) -> None:
    backtrail.disable()
    assert backtrail.capture_exception(caught(divide)) is None
    backtrail.enable()
    assert errors(home) == []


FAILS_EVERYWHERE = """
import asyncio, sys, threading
import backtrail
backtrail.start()

def fail(what):
    raise ValueError(what)

class Fragile:
    def __del__(self):
        fail("finalizer")

async def main():
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

async def work():
    fail("task")

def shown(kind, value, traceback):
    print("mine:", value)

thread = threading.Thread(target=fail, args=("thread",))
thread.start()
thread.join()
Fragile()
asyncio.run(main())
sys.excepthook = shown
fail("main")
"""


def test_each_place_where_nobody_catches_is_recorded_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "program"
    done = run_program(FAILS_EVERYWHERE, folder)
    assert (done.returncode, done.stdout) == (1, "mine: main\n")
    found = {error["message"]: error for error in errors(folder)}
    assert {message: error["mechanism"] for message, error in found.items()} == {
        "thread": "thread", "finalizer": "unraisable", "task": "task", "main": "uncaught",
    }  # fmt: skip
    assert not any(error["is_handled"] for error in found.values())
    assert {error["frames"][0]["locals"]["what"] for error in found.values()} == set(found)
