from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.cli.program.command import command_line
from backtrail.model.errors import UsageError


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which a Python is on the path, as `python3` only."""
    (tmp_path / "python3").write_text("#!/bin/sh\n")
    (tmp_path / "python3").chmod(0o755)
    return {"PATH": f"{tmp_path}/missing:{tmp_path}"}


def test_a_command_is_started_as_it_was_typed(environ: dict[str, str]) -> None:
    typed = ["python", "app.py", "--", "-x", ""]
    assert command_line(typed, environ) == typed


@pytest.mark.parametrize("typed", [["-m", "http.server", "80"], ["-c", "pass"], ["app.py", "-v"]])
def test_what_only_python_understands_is_given_to_python(
    environ: dict[str, str], typed: list[str]
) -> None:
    assert command_line(typed, environ) == ["python3", *typed]


def test_python_is_preferred_by_its_shorter_name(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\n")
    (tmp_path / "python").chmod(0o755)
    assert command_line(["app.py"], environ)[0] == "python"


def test_a_python_file_that_runs_by_itself_is_left_to_do_so(
    environ: dict[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "app.py"
    script.write_text("#!/usr/bin/env python3.12\n")
    assert command_line([str(script)], environ) == ["python3", str(script)]
    script.chmod(0o755)
    assert command_line([str(script)], environ) == [str(script)]
    script.write_text("print('no interpreter named')\n")
    assert command_line([str(script)], environ) == ["python3", str(script)]


def test_an_option_that_does_not_exist_is_not_taken_for_a_command(
    environ: dict[str, str],
) -> None:
    with pytest.raises(UsageError, match="no such option: --timeot"):
        command_line(["--timeot", "4", "python", "app.py"], environ)
