"""What watching files adds to a program that opens 10,000 of them, in per cent of its CPU time.

    python tests/bench/opens.py

prints it: the whole program runs under `backtrail run` in turns with files watched and not.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = 10_000
ROUNDS = 40
PLAIN, WATCHED = "none", "files"
"""What is watched; with nothing, no journal is made either."""
PROGRAM = f"""
import json
total = 0
for number in range({FILES}):
    with open(f"members/{{number}}.json") as file:
        total += json.load(file)["id"]
print(total)
"""
KEEPS_BYTECODE = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Print the share."""
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{added_percent(Path(folder)):.1f} %\n")


def added_percent(folder: Path) -> float:
    """Return how much more CPU time the program takes, by the median of pairs of runs."""
    (folder / "program.py").write_text(PROGRAM)
    (folder / "members").mkdir()
    for number in range(FILES):
        member = folder / "members" / f"{number}.json"
        member.write_text(f'{{"id": {number}, "name": "member {number}"}}')
    shares = []
    for turn in range(ROUNDS):
        order = (PLAIN, WATCHED) if turn % 2 else (WATCHED, PLAIN)
        spent = {watched: cpu_s(folder, watched) for watched in order}
        shares.append(spent[WATCHED] / spent[PLAIN] - 1)
    return statistics.median(shares) * 100


def cpu_s(folder: Path, watched: str) -> float:
    """Run the program once, recorded, and return the CPU time of it and of what recorded it."""
    run = subprocess.Popen(
        [str(Path(sys.executable).with_name("backtrail")), "run", "--", "python", "program.py"],
        cwd=folder,
        env={
            **KEEPS_BYTECODE,
            "BACKTRAIL_DIR": str(folder / ".backtrail"),
            "BACKTRAIL_WATCH": watched,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert run.stdout is not None
    with run.stdout:
        said = run.stdout.read()
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode or int(said) != sum(range(FILES)):
        sys.exit(f"error: the program ended with {run.returncode} and said {said!r}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
