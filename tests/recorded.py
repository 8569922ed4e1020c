"""Records in this process, or reads what any process recorded, for tests of the recorder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import backtrail
from backtrail.model.event import Event, LineReader, parse_header
from backtrail.record import guard, scope
from backtrail.record.occurrence import repeats


@contextmanager
def recording(home: Path, *, strict: bool = True, **settings: Any) -> Iterator[Path]:
    """Record what this process does into a folder, and stop at the end."""
    guard.lost.clear()
    repeats.forget()
    backtrail.start(directory=str(home), hooks=False, strict=strict, **settings)
    try:
        yield home
    finally:
        backtrail.stop()
        backtrail.enable()
        scope.activate(scope.NOWHERE)
        guard.lost.clear()


def segments(home: Path) -> list[Path]:
    """Return the segments of all processes, each process's in order."""
    return sorted((home / "journal").glob("*.jsonl"))


def events(home: Path, kind: str | None = None) -> list[Event]:
    """Return what was recorded, each process's events in order, also while they are written."""
    found: list[Event] = []
    for path in segments(home):
        head, _, rest = path.read_bytes().rstrip(b"\0").partition(b"\n")
        reader = LineReader(parse_header(head, source=path.name))
        found += reader.events(rest)
        assert reader.torn == 0, path
    return [event for event in found if kind in {None, event.kind}]


def entries(home: Path) -> list[dict[str, Any]]:
    """Return the bodies of the debug entries that were recorded."""
    return [event.body for event in events(home, "debug.recorded")]


def errors(home: Path) -> list[dict[str, Any]]:
    """Return the bodies of the errors that were recorded in full."""
    return [event.body for event in events(home, "error.raised")]


def start_program(
    text: str, home: Path, *arguments: object, **environ: str
) -> subprocess.Popen[str]:
    """Start a program that records into a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        env={**os.environ, "BACKTRAIL_STRICT": "1", "BACKTRAIL_DIR": str(home), **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_program(
    text: str, home: Path, *arguments: object, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a program that records into a folder to its end, whatever that is."""
    with start_program(text, home, *arguments, **environ) as program:
        shown, complaints = program.communicate(timeout=100)
    return subprocess.CompletedProcess(program.args, program.returncode, shown, complaints)
