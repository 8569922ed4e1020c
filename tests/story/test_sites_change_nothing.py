"""Programs of many kinds do the same, to the last byte, with sites in their code as without."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinds_of_code import CODE
from kinds_of_runs import RUNS
from kinds_of_writes import RUN as RUN_ALL
from kinds_of_writes import WRITES
from running import RUN, environment, journal, of_kind, project, run

PROGRAMS = {**CODE, **RUNS}
TAKES_NONE = {
    "a context",
    "exit at once",
    "nothing but a docstring",
    "a syntax error",
    "warnings of the compiler",
    "a recursion",
    "tracing",
}
"""Programs in which nothing is taken, or where nothing of it could be kept."""


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "options", [(), ("-O", "-X", "dev", "-W", "error::SyntaxWarning")], ids=str
)
def test_a_program_prints_and_ends_the_same(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    text = PROGRAMS[name]
    folder = project(tmp_path)
    (folder / "program.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    env = environment(BACKTRAIL_WATCH="handled,clock,state")
    plain = run("python", *options, "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", *options, "program.py", cwd=folder, env=env)
    assert recorded.stdout == plain.stdout
    assert recorded.stderr == plain.stderr
    assert recorded.returncode == plain.returncode
    if not options and name not in TAKES_NONE:
        assert of_kind(journal(folder), "exception.handled") != []


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("watched", "options"),
    [("state", ()), ("state,handled,clock", ()), ("handled,clock,state", ("-X", "dev"))],
    ids=str,
)
def test_a_program_that_changes_things_does_the_same(
    name: str, watched: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    folder = project(tmp_path)
    (folder / "program.py").write_text(RUN_ALL + WRITES[name])
    env = environment(BACKTRAIL_WATCH=watched)
    plain = run("python", *options, "program.py", cwd=folder, env=env)
    recorded = run(*RUN, "--", "python", *options, "program.py", cwd=folder, env=env)
    assert b"Traceback" in plain.stderr
    assert recorded.stdout == plain.stdout
    assert recorded.stderr == plain.stderr
    assert recorded.returncode == plain.returncode
    told = [event["how"] for event in of_kind(journal(folder), "state.changed")]
    assert "assigned" in told
