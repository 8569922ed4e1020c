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
    """Serve a project, and give the address, without a slash behind it."""
    command = [*BACKTRAIL, "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("listening on ").strip().rstrip("/")
        server.send_signal(signal.SIGINT)
        assert server.wait(SECONDS_MAX) in {0, 130}
