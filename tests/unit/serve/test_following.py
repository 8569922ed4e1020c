from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import builders
from backtrail.model.event import Event
from backtrail.model.limits.reading import FOLLOW_EVENTS_MAX
from backtrail.serve.following import Follower, is_wanted

TRACE = builders.trace_id(1)


@contextmanager
def live(path: Path) -> Iterator[int]:
    """Hold a segment as its writer does."""
    fd = os.open(path, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield fd
    finally:
        os.close(fd)


def numbers(events: list[Event]) -> list[int]:
    return [event.body["attributes"]["number"] for event in events]


def test_what_is_appended_between_two_looks_is_handed_out_once(tmp_path: Path) -> None:
    lines = builders.debugs(TRACE, 4)
    path = builders.write_segment(tmp_path, builders.process_id(1), lines[:2], tail=b"\0" * 4096)
    end = path.stat().st_size - 4096
    follower = Follower(tmp_path / "journal")
    with live(path) as fd:
        assert numbers(follower.poll()) == [0, 1]
        assert follower.poll() == []
        os.pwrite(fd, lines[2], end)
        assert numbers(follower.poll()) == [2]
        os.pwrite(fd, lines[3][:10], end + len(lines[2]))
        assert follower.poll() == []
        os.pwrite(fd, lines[3][10:], end + len(lines[2]) + 10)
        events = follower.poll()
    assert numbers(events) == [3]
    assert events[0].seq == 3


def test_the_end_of_a_process_is_read_after_its_death(tmp_path: Path) -> None:
    lines = builders.debugs(TRACE, 2)
    path = builders.write_segment(tmp_path, builders.process_id(1), lines[:1], tail=b"\0" * 512)
    follower = Follower(tmp_path / "journal")
    with live(path) as fd:
        follower.poll()
        os.pwrite(fd, lines[1] + b'{"torn', path.stat().st_size - 512)
    assert numbers(follower.poll()) == [1]
    follower.poll()
    assert follower.torn == 1
    assert follower.poll() == []


def test_what_ended_before_can_be_passed_over(tmp_path: Path) -> None:
    builders.write_segment(tmp_path, builders.process_id(1), builders.debugs(TRACE, 2))
    follower = Follower(tmp_path / "journal")
    follower.skip_finished()
    assert follower.poll() == []
    builders.write_segment(tmp_path, builders.process_id(2), builders.debugs(TRACE, 1))
    assert len(follower.poll()) == 1


def test_events_of_several_processes_come_in_the_order_of_time(tmp_path: Path) -> None:
    for number in (1, 2):
        lines = builders.debugs(TRACE, 2, t=1_000 - number * 10, step=500)
        builders.write_segment(tmp_path, builders.process_id(number), lines)
    times = [event.time_unix_ns for event in Follower(tmp_path / "journal").poll()]
    assert times == sorted(times)
    assert len(times) == 4


def test_a_long_journal_is_handed_out_in_parts_and_whole(tmp_path: Path) -> None:
    lines = builders.debugs(TRACE, 3 * FOLLOW_EVENTS_MAX)
    builders.write_segment(tmp_path, builders.process_id(1), lines)
    follower = Follower(tmp_path / "journal")
    parts = list(iter(follower.poll, []))
    assert len(parts) > 1
    assert max(map(len, parts)) < 2 * FOLLOW_EVENTS_MAX
    assert [n for part in parts for n in numbers(part)] == list(range(len(lines)))


def test_what_is_no_journal_is_passed_over(tmp_path: Path) -> None:
    path = builders.segment_path(tmp_path, builders.process_id(1))
    path.write_bytes(b"hello\n")
    assert Follower(tmp_path / "journal").poll() == []
    assert Follower(tmp_path / "nowhere").poll() == []


@pytest.mark.parametrize(
    ("trace_id", "kinds", "wanted"),
    [
        (None, (), True),
        (TRACE, (), True),
        ("other", (), False),
        (None, ("debug",), True),
        (None, ("debug.recorded",), True),
        (None, ("log", "error"), False),
        (TRACE, ("log",), False),
    ],
)
def test_events_are_picked_by_trace_and_kind(
    tmp_path: Path, trace_id: str | None, kinds: tuple[str, ...], *, wanted: bool
) -> None:
    builders.write_segment(tmp_path, builders.process_id(1), builders.debugs(TRACE, 1))
    (event,) = Follower(tmp_path / "journal").poll()
    assert is_wanted(trace_id=trace_id, kinds=kinds)(event) is wanted
