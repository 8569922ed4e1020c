from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import dying


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty `.backtrail` directory."""
    path = tmp_path / ".backtrail"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    """Return the file in which programs say how many of their calls have returned."""
    return dying.make_counts(tmp_path)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give a way to start programs, of which none outlives the test."""
    started = []

    def start(*arguments: object, **environ: str) -> subprocess.Popen[str]:
        started.append(dying.start(*arguments, **environ))
        return started[-1]

    yield start
    for program in started:
        program.kill()
        program.communicate()
