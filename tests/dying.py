"""Starts programs that count the calls that have returned, lets them die, reads what is left."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from backtrail.model.event import Event
from backtrail.store import reading
from backtrail.store.answers import TraceFilter
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from running import BACKTRAIL, until

Start = Callable[..., subprocess.Popen[str]]
"""What starts one of the programs, by its name and its arguments."""
PROGRAMS = Path(__file__).parent / "crash" / "programs"
SLOTS = 64
SECONDS_MAX = 60.0


class Left(Struct, frozen=True, kw_only=True):
    """What a store holds after its programs are gone."""

    events: list[Event]
    """All of them, each process's in the order in which it recorded."""
    counters: dict[str, int]
    """What was lost, by reason."""

    def numbers(self) -> dict[int, list[int]]:
        """Return what each slot wrote, in the order in which it was recorded."""
        found: dict[int, list[int]] = defaultdict(list)
        for event in self.events:
            attributes = event.body.get("attributes", {})
            if event.kind == "debug.recorded" and "slot" in attributes:
                found[attributes["slot"]].append(attributes["number"])
        return found

    def of_kind(self, kind: str) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if event.kind == kind]

    def debugs(self, action: str) -> list[Event]:
        """Return the debug entries with one action."""
        return [event for event in self.events if event.body.get("action") == action]

    def of_process(self, process: str) -> Left:
        """Return what one process left."""
        events = [event for event in self.events if event.process == process]
        return Left(events=events, counters=self.counters)


def start(program: object, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    """Start one of the programs that die."""
    return subprocess.Popen(
        [sys.executable, str(PROGRAMS / f"{program}.py"), *map(str, arguments)],
        env={**os.environ, "BACKTRAIL_STRICT": "1", **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(program: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a program's end; return its exit code and what it complained of."""
    complaints = program.communicate(timeout=SECONDS_MAX)[1]
    return program.returncode, complaints


def make_counts(folder: Path) -> Path:
    """Make the file in which programs say how many of their calls have returned."""
    path = folder / "counts"
    path.write_bytes(bytes(8 * SLOTS))
    return path


def returned(path: Path) -> list[int]:
    """Return how many calls have returned, by slot."""
    return list(struct.unpack(f"<{SLOTS}Q", path.read_bytes()))


def wait_for(path: Path, number: int, *, slots: int, first: int = 0) -> None:
    """Wait until each of some slots has so many calls behind it."""
    until(lambda: min(returned(path)[first:slots]) >= number)


NO_TRACE = ""
"""What a journal says of itself belongs to no trace."""


def read_back(home: Path, *, is_whole: bool = True) -> Left:
    """Index what is new, and read all of it.

    Each process's events are one series, none of them twice; unless some of its files were
    deleted, none is missing.
    """
    with Catalog.open(home) as catalog:
        refresh(catalog)
        traces = reading.traces(catalog, TraceFilter(limit=10_000))
        ids = {NO_TRACE, *(trace.trace_id for trace in traces)}
        events = [event for trace_id in ids for event in reading.events(catalog, trace_id)]
        counters = reading.counters(catalog)
    events.sort(key=lambda event: (event.process, event.seq))
    series: dict[str, list[int]] = defaultdict(list)
    for event in events:
        series[event.process].append(event.seq)
    for process, seqs in series.items():
        assert len(set(seqs)) == len(seqs), f"process {process} has events twice"
        assert seqs == list(range(len(seqs))) or not is_whole, f"process {process} has gaps"
    return Left(events=events, counters=counters)


def check_nothing_is_lost(left: Left, path: Path) -> None:
    """Check that all that was called is there, in order, once."""
    numbers = left.numbers()
    for slot, number in enumerate(returned(path)):
        assert numbers[slot] == list(range(len(numbers[slot]))), f"slot {slot}"
        assert len(numbers[slot]) >= number, f"slot {slot}"
        # A call may have written its event and died before it was counted.
        assert len(numbers[slot]) <= number + 1, f"slot {slot}"


def ask(home: Path, *arguments: str) -> Any:
    """Run a command on a store with `--json`, and return what it says."""
    done = subprocess.run(
        [*BACKTRAIL, "--dir", str(home), *arguments, "--json"],
        capture_output=True,
        env={**os.environ, "BACKTRAIL_STRICT": "1"},
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr.decode()
    return json.loads(done.stdout)
