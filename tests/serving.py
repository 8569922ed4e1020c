"""Serves the recordings of a project from a process of its own, for tests that ask it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import BACKTRAIL, environment

SECONDS_MAX = 20


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a project, and give the address; the server ends well, as it does at Ctrl-C."""
    with server(folder / ".backtrail") as (address, process):
        yield address
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS_MAX) in {0, 130}


@contextmanager
def server(home: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve a store; give the address, without a slash behind it, and the process."""
    home.parent.mkdir(exist_ok=True)
    with subprocess.Popen(
        [*BACKTRAIL, "serve", "--port", "0", *options],
        cwd=home.parent,
        env=environment(BACKTRAIL_DIR=str(home)),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on "), line
            yield line.removeprefix("listening on ").strip().rstrip("/"), process
        finally:
            process.terminate()
            process.wait(SECONDS_MAX)
