from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backtrail.cli.dogfood import NOT_RECORDED
from sample_store import WELL, write_store

BACKTRAIL = str(Path(sys.executable).with_name("backtrail"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose own commands are recorded."""
    write_store(tmp_path)
    assert start(tmp_path, "dev", "dogfood").returncode == 0
    return tmp_path


def start(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BACKTRAIL, *arguments],
        cwd=cwd,
        env={**os.environ, "BACKTRAIL_STRICT": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def own_traces(project: Path) -> list[dict[str, Any]]:
    start(project, "dev", "dogfood", "off")
    done = start(project, "ls", "--session", "dogfood", "--json")
    traces: list[dict[str, Any]] = json.loads(done.stdout)["traces"]
    return traces


def test_a_command_is_recorded_with_its_outcome(project: Path) -> None:
    assert start(project, "show", "nope").returncode == 4
    (trace,) = own_traces(project)
    story = json.loads(start(project, "show", trace["trace_id"], "--json").stdout)
    texts = [line["text"] for line in story["events"]]
    assert any(text.endswith("began: backtrail show nope (session dogfood)") for text in texts)
    assert any(text.startswith("refuse_command message='there is no trace") for text in texts)


def test_what_a_command_prints_is_the_same_while_it_is_recorded(project: Path) -> None:
    recorded = start(project, "show", "--json")
    assert json.loads(recorded.stdout)["trace_id"] == WELL
    start(project, "dev", "dogfood", "off")
    assert start(project, "show", "--json").stdout == recorded.stdout


@pytest.mark.parametrize("command", sorted(NOT_RECORDED))
def test_commands_that_would_record_themselves_for_ever_are_left_out(
    project: Path, command: str
) -> None:
    start(project, command, "--help")
    assert own_traces(project) == []


def test_without_dogfood_no_command_is_recorded(tmp_path: Path) -> None:
    write_store(tmp_path)
    start(tmp_path, "ls")
    assert own_traces(tmp_path) == []
