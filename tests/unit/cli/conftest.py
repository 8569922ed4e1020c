"""A command line to call in the tests of the commands, beside a small store."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from backtrail.cli.invocation import Invocation
from backtrail.cli.main import run
from backtrail.model.clock import Clock
from sample_store import MS, write_store

NOW = 1_760_000_000_000_000_000 + 10_000 * MS
"""Ten seconds after the first event of the store."""


class Said(Struct, frozen=True):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a store of two traces."""
    write_store(tmp_path)
    return tmp_path


@pytest.fixture
def call(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Call:
    """Call the command line in the project, as the entry point does."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()

    def call_it(*arguments: str, cwd: Path = tmp_path, **environ: str) -> Said:
        clock = Clock(time_unix_ns=lambda: NOW, monotonic_ns=time.monotonic_ns)
        invocation = Invocation(cwd=str(cwd), environ={"TZ": "UTC", **environ}, clock=clock)
        capfd.readouterr()
        code = run(arguments, invocation)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return call_it
