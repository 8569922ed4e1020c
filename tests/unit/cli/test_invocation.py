from __future__ import annotations

import os
from pathlib import Path

import pytest

from backtrail.cli.invocation import WIDTH_IN_A_PIPE, Invocation


def test_an_invocation_takes_its_surroundings_as_they_are() -> None:
    invocation = Invocation()
    assert invocation.cwd == str(Path.cwd())
    assert invocation.environ == dict(os.environ)


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": ""}, None),
    ],
)
def test_colour_follows_the_environment(environ: dict[str, str], *, color: bool | None) -> None:
    assert Invocation(environ=environ).color is color


def test_a_page_in_a_pipe_has_a_fixed_width() -> None:
    assert Invocation(environ={}).width == WIDTH_IN_A_PIPE


@pytest.mark.parametrize(("columns", "width"), [("20", 60), ("90", 90), ("400", 120)])
def test_a_page_is_laid_out_for_the_terminal_within_bounds(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert Invocation().width == width


def test_a_working_directory_that_was_removed_is_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("PWD", str(gone))
    gone.rmdir()
    assert Invocation().cwd == str(gone)
