from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail import TraceBuffer
from backtrail.record.ring import history_json

traces = st.sampled_from("abcdef")
entries = st.fixed_dictionaries(
    {"action": st.sampled_from(["load_user", "error_occurred"])},
    optional={"data": st.none() | st.integers() | st.text() | st.lists(st.booleans())},
)


class Seconds:
    """A clock that stands still until it is moved."""

    now = 1_000.0

    def read(self) -> float:
        """Return what it shows."""
        return self.now


def numbered(number: int, **more: Any) -> dict[str, Any]:
    return {"action": "step_done", "number": number, **more}


@given(st.lists(st.tuples(traces, entries), max_size=60), st.integers(1, 5))
def test_each_trace_keeps_its_last_entries_in_order(
    added: list[tuple[str, dict[str, Any]]], size: int
) -> None:
    buffer = TraceBuffer(max_entries=size)
    for trace, entry in added:
        buffer.add(trace, entry)
    for trace in "abcdef":
        assert buffer.get(trace) == [entry for name, entry in added if name == trace][-size:]
    kept = sum(len(buffer.get(trace)) for trace in "abcdef")
    assert buffer.evicted_entries == len(added) - kept


@pytest.mark.promise("P2")
@given(st.lists(traces, max_size=40), st.integers(1, 4))
def test_the_least_recently_used_traces_leave_first(used: list[str], size: int) -> None:
    buffer = TraceBuffer(max_traces=size)
    alive: list[str] = []
    evicted = 0
    for trace in used:
        buffer.add(trace, numbered(1))
        alive = [*[name for name in alive if name != trace], trace]
        evicted += len(alive) > size
        alive = alive[-size:]
    assert [name for name in "abcdef" if name in buffer] == sorted(alive)
    assert (len(buffer), buffer.evicted_traces) == (len(alive), evicted)


@pytest.mark.promise("P1")
def test_the_twenty_first_entry_evicts_the_first_and_is_counted() -> None:
    buffer = TraceBuffer()
    for number in range(1, 21):
        buffer.add("a", numbered(number))
    assert buffer.evicted_entries == 0
    buffer.add("a", numbered(21))
    assert [entry["number"] for entry in buffer.get("a")] == list(range(2, 22))
    assert buffer.evicted_entries == 1


def test_an_unknown_trace_has_no_entries_and_is_not_made() -> None:
    buffer = TraceBuffer()
    assert buffer.get("a") == []
    assert "a" not in buffer


@pytest.mark.promise("P2")
def test_a_silent_trace_leaves_when_another_is_used() -> None:
    clock = Seconds()
    buffer = TraceBuffer(idle_seconds=10.0, clock=clock.read)
    buffer.add("old", numbered(1))
    clock.now += 10.0
    buffer.add("a", numbered(2))
    assert "old" in buffer
    clock.now += 0.5
    buffer.add("a", numbered(3))
    assert "old" not in buffer
    assert buffer.evicted_traces == 1
    clock.now += 1_000.0
    buffer.add("a", numbered(4))
    assert len(buffer.get("a")) == 3


def test_what_is_returned_is_a_copy() -> None:
    buffer = TraceBuffer()
    given_entry = numbered(1)
    buffer.add("a", given_entry)
    buffer.get("a")[0]["number"] = 99
    buffer.get("a").clear()
    assert buffer.get("a") == [numbered(1)]


@pytest.mark.parametrize("given_limits", [(0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.0), (-1, 1, 1.0)])
def test_a_ring_that_could_hold_nothing_is_refused(given_limits: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match="hold nothing"):
        TraceBuffer(*given_limits)


@given(st.lists(entries, max_size=30), st.integers(1, 6))
def test_a_history_is_what_came_before_never_itself_and_never_nested(
    added: list[dict[str, Any]], size: int
) -> None:
    buffer = TraceBuffer(max_entries=size)
    earlier: list[dict[str, Any]] = []
    for entry in added:
        mine = dict(entry)
        assert buffer.attach_history(mine, "a") is mine
        if entry["action"] == "error_occurred":
            assert mine["trace_history"] == earlier[-size:]
            assert json.loads(json.dumps(mine)) == mine
        else:
            assert mine == entry
        buffer.add("a", mine)
        assert buffer.attach_history(mine, "a") is mine
        assert mine.get("trace_history", []) == (
            earlier[-(size - 1) :] if size > 1 and "trace_history" in mine else []
        )
        earlier.append(entry)


def test_the_history_is_of_the_trace_that_is_named() -> None:
    buffer = TraceBuffer()
    buffer.add("a", numbered(1))
    buffer.add("b", numbered(2))
    assert buffer.attach_history({"action": "error_occurred"}, "b")["trace_history"] == [
        numbered(2)
    ]
    assert buffer.attach_history({"action": "error_occurred"}, "c")["trace_history"] == []


def test_an_entry_may_be_the_line_of_json_that_was_recorded() -> None:
    buffer = TraceBuffer()
    buffer.add("a", b'{"action":"load_user","trace_history":[1]}')
    assert buffer.get("a") == [{"action": "load_user", "trace_history": [1]}]
    attached = buffer.attach_history({"action": "error_occurred"}, "a")
    assert attached["trace_history"] == [{"action": "load_user"}]


def test_a_ring_of_lines_is_one_json_array() -> None:
    buffer = TraceBuffer(max_entries=2)
    ring = buffer.ring("a")
    assert history_json(ring) == b"[]"
    for line in (b'{"n":1}', b'{"n":2}', b'{"n":3}'):
        ring.append(line)
    assert json.loads(history_json(ring)) == [{"n": 2}, {"n": 3}]


def test_limits_can_change() -> None:
    buffer = TraceBuffer()
    buffer.resize(1, 2, 5.0)
    for name in "abc":
        buffer.add(name, numbered(1))
        buffer.add(name, numbered(2))
    assert len(buffer) == 2
    assert buffer.get("c") == [numbered(2)]
