"""The audit hook costs a program that opens 10,000 files at most 3 % more CPU time.

That is the promise; a shared machine measures the CPU time of a whole program within several per
cent only, so that here the least of several runs in turn is held to it, with slack.
"""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

import pytest

from running import RUN, environment, project

FILES = 10_000
PROGRAM = f"""
import json
total = 0
for number in range({FILES}):
    with open(f"members/{{number}}.json") as file:
        total += json.load(file)["id"]
print(total)
"""
MOST = 0.03
SLACK = 0.05
ROUNDS = 7


def cpu_s(folder: Path, watch: str) -> float:
    """Run the program once, recorded, and return the CPU time of it and of what recorded it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = environment(BACKTRAIL_WATCH=watch, BACKTRAIL_STRICT=None, PYTHONDONTWRITEBYTECODE=None)
    done = subprocess.run(
        [*RUN, "--", "python", "program.py"], cwd=folder, env=env, capture_output=True, check=True
    )
    assert int(done.stdout) == sum(range(FILES))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.timeout(600)
def test_a_program_that_opens_10_000_files_takes_hardly_more_time(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "program.py").write_text(PROGRAM)
    (folder / "members").mkdir()
    for number in range(FILES):
        path = os.path.join(folder, "members", f"{number}.json")  # noqa: PTH118 - there are many
        with open(path, "w") as file:  # noqa: PTH123 - there are many
            file.write(f'{{"id": {number}, "name": "member {number}"}}')
    times: dict[str, list[float]] = {"none": [], "files": []}
    for turn in range(ROUNDS):
        for watch in sorted(times, reverse=bool(turn % 2)):
            times[watch].append(cpu_s(folder, watch))
        more = min(times["files"]) / min(times["none"]) - 1
        if turn and more <= MOST:
            break
    assert more <= MOST + SLACK, times
