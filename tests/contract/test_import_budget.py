"""What `import backtrail` and the first event cost a program: a few starts of a bare Python.

The promise is 60 ms and 8 MiB over bare Python, which `./dev bench` measures. Here the cost is a
ratio to the start of a bare Python in the same run, so that a slow machine does not fail it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 9
STARTS_MAX = 6.0
"""Import and first event, in starts of a bare `python -I -S`: 60 ms / 10 ms."""
MEMORY_MIB_MAX = 8.0
PEAK = "\nprint(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
"""Prints the peak memory of a process in KiB; what `wait4` tells includes that of its parent."""
BARE = "pass"
FIRST_USE = "import backtrail; backtrail.debug('start_program', step=1)"
HEAVY = {
    "asyncio",
    "concurrent.futures",
    "ctypes",
    "decimal",
    "email",
    "hashlib",
    "importlib.metadata",
    "inspect",
    "logging",
    "multiprocessing",
    "pathlib",
    "random",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "unittest",
    "urllib.request",
    "uuid",
}
"""Modules that a program may never need; what bare Python and msgspec bring is let through."""


def cost(code: str, folder: Path) -> tuple[float, float]:
    """Run code in a Python of its own; return its CPU seconds and its peak memory in MiB."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code + PEAK],
        cwd=folder,
        env={**os.environ, "BACKTRAIL_DIR": str(folder / ".backtrail")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        peak_kib = int(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime, peak_kib / 1024


def loaded(code: str, folder: Path) -> set[str]:
    """Run code in a Python of its own; return the modules that it ended with."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=folder,
        env={**os.environ, "BACKTRAIL_DIR": str(folder / ".backtrail")},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import_and_first_event_cost_a_few_starts_of_python(tmp_path: Path) -> None:
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(cost(BARE, tmp_path))
        ours.append(cost(FIRST_USE, tmp_path))
    seconds = [statistics.median(run[0] for run in runs) for runs in (bare, ours)]
    memory = [statistics.median(run[1] for run in runs) for runs in (bare, ours)]
    assert (seconds[1] - seconds[0]) / seconds[0] <= STARTS_MAX
    assert memory[1] - memory[0] <= MEMORY_MIB_MAX


@pytest.mark.parametrize("code", ["import backtrail", FIRST_USE])
def test_import_loads_nothing_that_the_program_may_not_need(code: str, tmp_path: Path) -> None:
    ours = loaded(code, tmp_path)
    assert "backtrail" in ours
    assert ours & HEAVY - loaded("import msgspec.json", tmp_path) == set()
