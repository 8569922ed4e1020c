"""Runs programs as a user does, plainly and under `backtrail run`, for tests of both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BACKTRAIL = [sys.executable, "-c", "from backtrail.cli.main import main; main()"]
RUN = [*BACKTRAIL, "run"]
SECONDS_MAX = 60.0


def environment(**changes: str | None) -> dict[str, str]:
    """Return this process's environment, with changes; `None` takes a variable away.

    `python` is the interpreter that runs the tests.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {**os.environ, "PATH": path, "BACKTRAIL_STRICT": "1", **changes}
    return {name: value for name, value in given.items() if value is not None}


def run(
    *command: str | Path, cwd: Path, env: dict[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end, whatever that is, and keep what it wrote."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment() if env is None else env,
        input=stdin,
        capture_output=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def until(holds: Callable[[], bool]) -> None:
    """Wait, within bounds, until something holds."""
    give_up = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < give_up, "it never held"
        os.sched_yield()


def project(folder: Path) -> Path:
    """Make a folder a project of its own, so that what is recorded in it stays in it."""
    (folder / ".backtrail").mkdir(mode=0o700, exist_ok=True)
    return folder


def journal(folder: Path) -> list[dict[str, Any]]:
    """Return all events that were recorded in a project, by the clock they share."""
    lines = [
        json.loads(line)
        for segment in (folder / ".backtrail" / "journal").glob("*.jsonl")
        for line in segment.read_bytes().rstrip(b"\0").splitlines()
    ]
    return sorted((line for line in lines if "t" in line), key=lambda line: int(line["t"]))


def of_kind(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the events of one kind."""
    return [event for event in events if event["kind"] == kind]
