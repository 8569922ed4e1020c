"""Acceptance checks 7 and 9: what an error holds, its history and its locals.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import backtrail
from backtrail.model import limits
from backtrail.record.occurrence import repeats
from recorded import entries, events, recording

HISTORY_MAX = limits.RING_EVENTS_MAX


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    repeats.forget()
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def number_of(entry: dict[str, Any]) -> int | None:
    """Return which step an entry of a history is of."""
    number: int | None = entry.get("attributes", {}).get("number")
    return number


@pytest.mark.promise("P3")
@pytest.mark.acceptance(7)
def test_the_history_of_an_error_is_what_came_before_in_order_and_bounded(home: Path) -> None:
    for number in range(HISTORY_MAX + 15):
        backtrail.debug("take_step", number=number)
    backtrail.debug("error_occurred", why="first")
    with pytest.raises(KeyError), backtrail.capture_error_context():
        raise KeyError("order")
    (told,) = [entry for entry in entries(home) if entry["action"] == "error_occurred"]
    steps = [number_of(entry) for entry in told["trace_history"]]
    assert steps == list(range(15, HISTORY_MAX + 15)), "the last ones, oldest first"
    (raised,) = events(home, "error.raised")
    history = raised.body["trace_history"]
    assert len(history) == HISTORY_MAX
    assert history[-1]["action"] == "error_occurred", "errors that were told before it count"
    assert [number_of(entry) for entry in history[:-1]] == list(range(16, HISTORY_MAX + 15))


@pytest.mark.promise("P3")
@pytest.mark.acceptance(7)
def test_a_history_holds_neither_itself_nor_another_history(home: Path) -> None:
    for number in range(3):
        backtrail.debug("take_step", number=number)
        backtrail.debug("error_occurred", number=number)
    told = [entry for entry in entries(home) if entry["action"] == "error_occurred"]
    for number, entry in enumerate(told):
        history = entry["trace_history"]
        assert len(history) == 2 * number + 1
        assert [e["action"] for e in history[1::2]] == ["error_occurred"] * number
        assert all("trace_history" not in before for before in history)
        assert json.loads(json.dumps(entry)) == entry
    others = [entry for entry in entries(home) if entry["action"] != "error_occurred"]
    assert all("trace_history" not in entry for entry in others)


@pytest.mark.promise("P4")
@pytest.mark.acceptance(7)
def test_a_history_can_be_had_without_any_file(home: Path) -> None:
    buffer = backtrail.TraceBuffer(max_entries=2)
    for number in range(3):
        buffer.add("a trace", {"action": "take_step", "number": number})
    assert [entry["number"] for entry in buffer.get("a trace")] == [1, 2]
    plain = {"action": "take_step"}
    trace_id = backtrail.get_current_trace_id()
    assert backtrail.attach_trace_history(plain, trace_id) == {"action": "take_step"}
    backtrail.debug("take_step", number=7)
    failed = backtrail.attach_trace_history({"action": "error_occurred"}, trace_id)
    assert number_of(failed["trace_history"][-1]) == 7
    assert json.loads(json.dumps(failed)) == failed
    assert home.exists(), "the trace itself is recorded all the same"


@pytest.mark.promise("L1")
@pytest.mark.acceptance(9)
def test_locals_are_those_of_the_frame_that_raised(home: Path) -> None:
    def innermost(price: int) -> float:
        count, tax = 0, 19
        return price * tax / count

    def middle(price: int) -> float:
        where = "middle"
        return innermost(price) if where else 0

    def outer(price: int) -> float:
        where = "outer"
        return middle(price + 1) if where else 0

    @backtrail.capture_error_context
    def entry() -> float:
        where = "entry"
        return outer(4) if where else 0

    with pytest.raises(ZeroDivisionError):
        entry()
    (error,) = events(home, "error.raised")
    shown = [(f["function"], f["locals"]) for f in error.body["frames"] if f["is_app"]][:4]
    assert shown[0] == ("innermost", {"price": 5, "count": 0, "tax": 19})
    assert [(name, found["where"]) for name, found in shown[1:]] == [
        ("middle", "middle"), ("outer", "outer"), ("entry", "entry"),
    ]  # fmt: skip


def unreadable() -> NoReturn:
    """Fail with a number of its own among the locals."""
    sku = "kettle"
    raise ValueError(f"unreadable {sku}")


@pytest.mark.promise("L1")
@pytest.mark.acceptance(9)
def test_chained_and_grouped_exceptions_have_the_locals_of_their_own_frames(home: Path) -> None:
    def price() -> NoReturn:
        attempt = 3
        try:
            unreadable()
        except ValueError as error:
            raise RuntimeError(f"gave up after {attempt}") from error

    def both() -> NoReturn:
        failed: list[Exception] = []
        for work in (price, unreadable):
            try:
                work()
            except (RuntimeError, ValueError) as error:
                failed.append(error)
        raise ExceptionGroup("two went wrong", failed)

    with pytest.raises(ExceptionGroup), backtrail.capture_error_context():
        both()
    (error,) = events(home, "error.raised")
    chain = {
        (linked["type"], linked.get("relation")): linked["frames"][0]["locals"]
        for linked in error.body["chain"]
        if linked.get("frames")
    }
    assert chain["RuntimeError", "member"]["attempt"] == 3
    assert chain["ValueError", "cause"]["sku"] == "kettle"
    assert chain["ValueError", "member"]["sku"] == "kettle"
    assert "failed" in error.body["frames"][0]["locals"]


@pytest.mark.acceptance(9)
def test_two_errors_in_one_trace_are_two_records(home: Path) -> None:
    def fail(number: int) -> NoReturn:
        raise (KeyError if number else ValueError)(number)

    for number in range(2):
        with (
            pytest.raises(LookupError if number else ValueError),
            backtrail.capture_error_context(),
        ):
            fail(number)
    found = events(home, "error.raised")
    assert len({error.trace_id for error in found}) == 1
    assert [error.body["type"] for error in found] == ["ValueError", "KeyError"]
    assert [error.body["frames"][0]["locals"] for error in found] == [{"number": 0}, {"number": 1}]
    backtrail.stop()
    files = sorted((home / "errors").glob("*.json"))
    assert [json.loads(path.read_bytes())["error_id"] for path in files] == sorted(
        error.body["error_id"] for error in found
    )
