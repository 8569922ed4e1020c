from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from running import RUN, environment, journal, of_kind, project, run

TAKES = "try:\n    int('x')\nexcept ValueError as error:\n    print(error)\n"


def handled(folder: Path, *command: str, stdin: bytes = b"") -> list[dict[str, Any]]:
    """Run a command plainly and recorded, see that both print the same; return what was taken."""
    env = environment(BACKTRAIL_WATCH="handled")
    plain = run(*command, cwd=folder, env=env, stdin=stdin)
    recorded = run(*RUN, "--", *command, cwd=folder, env=env, stdin=stdin)
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    assert recorded.returncode == plain.returncode
    return of_kind(journal(folder), "exception.handled")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(TAKES)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").write_text(TAKES)
    return project(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        ("python", "program.py"),
        ("python", "./program.py", "an argument"),
        ("python", "-m", "program"),
        ("python", "-m", "package"),
        ("python", "package"),
        ("python", "-I", "program.py"),
        ("python", "-i", "program.py"),
        ("python", "-x", "program.py"),
    ],
    ids=" ".join,
)
def test_a_main_script_has_sites_however_it_is_run(command: tuple[str, ...], folder: Path) -> None:
    if "-x" in command:
        (folder / "program.py").write_text("# a first line for the shell\n" + TAKES)
    if command == ("python", "-I", "program.py"):
        # It takes no PYTHONPATH, and so nothing is recorded.
        assert handled(folder, *command) == []
        return
    (taken,) = handled(folder, *command, stdin=TAKES.encode())
    assert (taken["handler"]["function"], taken["message"]) == (
        "<module>",
        "invalid literal for int() with base 10: 'x'",
    )


@pytest.mark.parametrize("command", [("python", "-c", TAKES), ("python",), ("python", "-")])
def test_what_is_in_no_file_stays_as_it_is(command: tuple[str, ...], folder: Path) -> None:
    assert handled(folder, *command, stdin=TAKES.encode()) == []


def test_a_script_that_can_be_read_only_once_stays_as_it_is(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    feed = f"open({str(folder / 'pipe.py')!r}, 'w').write({TAKES!r})"
    command = f'{sys.executable} -S -c "$FEED" & exec python pipe.py'
    env = environment(BACKTRAIL_WATCH="handled", FEED=feed)
    recorded = run(*RUN, "--", "sh", "-c", command, cwd=folder, env=env)
    assert (recorded.returncode, recorded.stderr) == (0, b"")
    assert b"invalid literal" in recorded.stdout
    assert of_kind(journal(folder), "exception.handled") == []


@pytest.mark.parametrize("tool", ["pdb", "trace", "cProfile"])
def test_a_tool_that_runs_a_script_itself_runs_it_as_it_is(tool: str, folder: Path) -> None:
    options = {"trace": ["--count", "-C", "counts"], "pdb": ["-c", "continue", "-c", "quit"]}
    (folder / "program.py").write_text(
        TAKES + "import sys\nprint(sys._getframe().f_back is None)\n"
    )
    env = environment(BACKTRAIL_WATCH="handled")
    command = ["python", "-m", tool, *options.get(tool, []), "program.py"]
    recorded = run(*RUN, "--", *command, cwd=folder, env=env)
    assert b"invalid literal" in recorded.stdout
    assert recorded.stderr == b""
    assert b"False" in recorded.stdout
