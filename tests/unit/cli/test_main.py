from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from inline_snapshot import snapshot

from backtrail.cli.invocation import Invocation
from backtrail.cli.main import SECTIONS, cli, run
from sample_store import write_store

BACKTRAIL = str(Path(sys.executable).with_name("backtrail"))


def start(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BACKTRAIL, *arguments],
        cwd=cwd,
        env={**os.environ, "TZ": "UTC", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_entry_point_shows_a_store(tmp_path: Path) -> None:
    write_store(tmp_path)
    done = start("ls", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["traces"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["ls"], 4),
        (["show", "nope"], 4),
        (["nope"], 2),
        ([], 2),
        (["ls", "--nope"], 2),
        (["config", "--json"], 0),
        (["doctor", "--json"], 1),
    ],
)
def test_every_outcome_has_its_exit_code(tmp_path: Path, arguments: list[str], code: int) -> None:
    done = start(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3 or code == 2


def test_an_unknown_command_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert start("shwo", cwd=tmp_path).stderr == snapshot("""\
error: there is no command 'shwo'
hint: did you mean `backtrail show`?
""")


def test_a_traceback_is_shown_only_on_request(tmp_path: Path) -> None:
    assert "Traceback" not in start("ls", cwd=tmp_path).stderr
    done = start("--debug", "ls", cwd=tmp_path)
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("hint: ")
    assert done.returncode == 4


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    write_store(tmp_path)
    done = subprocess.run(
        ["bash", "-c", f'{BACKTRAIL} export --all | head -c 10; echo "codes ${{PIPESTATUS[@]}}"'],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.endswith("codes 0 0\n")


def test_the_directory_can_be_given(tmp_path: Path) -> None:
    home = write_store(tmp_path / "project")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    given = start("--dir", str(home), "ls", "--json", cwd=elsewhere)
    named = start("ls", "--json", cwd=elsewhere, BACKTRAIL_DIR=str(home))
    assert [len(json.loads(done.stdout)["traces"]) for done in (given, named)] == [2, 2]


def test_colours_are_for_terminals_or_on_request(tmp_path: Path) -> None:
    write_store(tmp_path)
    assert "\x1b[" not in start("show", cwd=tmp_path).stdout
    assert "\x1b[" in start("show", cwd=tmp_path, FORCE_COLOR="1").stdout
    assert "\x1b[" not in start("show", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout


class Broken(click.Command):
    """A command that raises what it is told to."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("broken")
        self.error = error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ARG002, D102
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (PermissionError(13, "Permission denied", "/x"), 3, "error: /x: Permission denied"),
        (ValueError("ours"), 3, "ValueError: ours\nerror: this is a fault of Backtrail itself"),
    ],
)
def test_what_a_command_raises_becomes_an_exit_code_and_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(cli, "get_command", lambda _context, _name: Broken(error))
    assert run(["ls"], Invocation(environ={})) == code
    assert said in capsys.readouterr().err


def test_the_help_page_imports_no_command_and_no_database() -> None:
    modules = [
        target.partition(":")[0] for rows in SECTIONS.values() for target, _ in rows.values()
    ]
    script = (
        "import sys\n"
        "from backtrail.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        f"print('loaded:', [name for name in {[*modules, 'sqlite3']} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded: []"
    assert "  doctor  " in done.stdout
