from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backtrail.model.limits import SYNC_EVERY_S
from recorded import run_program

COUNTING = """
import json, mmap, os
flushed = []

class Map(mmap.mmap):
    def flush(self, *span):
        flushed.append(span)
        return super().flush(*span)

mmap.mmap = Map
import backtrail
from backtrail.model.clock import Clock
from backtrail.record import journal
from backtrail.record.occurrence.synced import up_to_here
"""
BY_HAND = (
    COUNTING
    + """
now = [10**15]
clock = Clock(time_unix_ns=lambda: 10**18, monotonic_ns=lambda: now[0])
journal.configure(os.environ["BACKTRAIL_DIR"], clock=clock)
size = len(journal.write_event("debug.recorded", {"text": "x" * 6000}))

def after(seconds, *, must=False):
    now[0] += round(seconds * 10**9)
    before = len(flushed)
    up_to_here(size, must=must)
    return [length for start, length in flushed[before:]]
"""
)
FAILING = (
    COUNTING
    + """
backtrail.start(hooks=False)

def fail(mechanism):
    try:
        1 / 0
    except ZeroDivisionError as error:
        before = len(flushed)
        backtrail.capture_exception(error, mechanism=mechanism)
        return len(flushed) - before
"""
)


def shown(text: str, home: Path) -> Any:
    """Return the JSON that a program prints."""
    done = run_program(text, home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_error_that_is_survived_is_forced_once_in_a_while(tmp_path: Path) -> None:
    program = f"print(json.dumps([len(after(s)) for s in (0, {SYNC_EVERY_S / 2}, "
    program += f"{SYNC_EVERY_S / 2}, 0.1, {SYNC_EVERY_S * 3})]))"
    assert shown(BY_HAND + program, tmp_path / "home") == [1, 0, 1, 0, 1]


def test_what_may_be_the_last_word_is_forced_at_once_each_time(tmp_path: Path) -> None:
    program = "print(json.dumps([len(after(0, must=True)) for _ in range(3)]))"
    assert shown(BY_HAND + program, tmp_path / "home") == [1, 1, 1]


def test_with_it_goes_all_that_waited(tmp_path: Path) -> None:
    program = """
journal.write_event("debug.recorded", {"text": "x" * 50_000})
first = after(0)
after(0)
after(0)
journal.write_event("debug.recorded", {"text": "y"})
second = after(0, must=True)
third = after(0, must=True)
print(json.dumps([first, second, third, size]))
"""
    first, second, third, size = shown(BY_HAND + program, tmp_path / "home")
    assert first[0] >= size
    assert second[0] >= 3 * size
    assert size <= third[0] < 3 * size


@pytest.mark.parametrize("mechanism", ["uncaught", "thread", "hang"])
def test_an_error_that_may_end_the_program_is_on_the_disk_when_it_is_recorded(
    mechanism: str, tmp_path: Path
) -> None:
    program = f"print(json.dumps([fail('manual'), fail({mechanism!r}), fail({mechanism!r})]))"
    assert shown(FAILING + program, tmp_path / "home") == [1, 1, 1]


def test_errors_that_are_survived_share_one_visit_to_the_disk(tmp_path: Path) -> None:
    program = "print(json.dumps([fail(m) for m in ('manual', 'log', 'test', 'decorator')]))"
    assert shown(FAILING + program, tmp_path / "home") == [1, 0, 0, 0]
