from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.record.effects.processes import children, spawning
from recorded import events, recording

TRUE = "/bin/true"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        children.forget()
        spawning.watch()
        try:
            yield home
        finally:
            spawning.unwatch()
            children.forget()


def told(home: Path) -> list[tuple[Any, ...]]:
    kinds = {"subprocess.started", "subprocess.ended"}
    return [
        (event.kind, event.body["command"], event.body.get("pid"), event.body.get("exit_code"))
        for event in events(home)
        if event.kind in kinds
    ]


def test_a_command_of_the_shell_is_told(home: Path) -> None:
    assert os.waitstatus_to_exitcode(os.system("exit 7")) == 7
    assert told(home) == [
        ("subprocess.started", ["exit 7"], None, None),
        ("subprocess.ended", ["exit 7"], None, 7),
    ]
    assert os.system.__name__ == "system"
    assert list(inspect.signature(os.system).parameters) == ["command"]


def test_a_child_of_spawn_is_told(home: Path) -> None:
    assert os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "exit 3"]) == 3
    pid = os.spawnlp(os.P_NOWAIT, "true", "true")
    assert os.waitpid(pid, 0) == (pid, 0)
    command = ["sh", "-c", "exit 3"]
    assert told(home) == [
        ("subprocess.started", command, None, None),
        ("subprocess.ended", command, None, 3),
        ("subprocess.started", ["true"], pid, None),
        ("subprocess.ended", ["true"], pid, 0),
    ]


def test_a_child_of_posix_spawn_is_told(home: Path) -> None:
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "kill -9 $$"], os.environ)
    assert os.wait()[0] == pid
    command = ["sh", "-c", "kill -9 $$"]
    assert told(home) == [
        ("subprocess.started", command, pid, None),
        ("subprocess.ended", command, pid, -9),
    ]


def test_a_child_that_cannot_start_is_told(home: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        os.posix_spawn("/nowhere/at/all", ["all"], os.environ)
    assert len(caught.traceback) == 1
    [event] = events(home, "subprocess.started")
    assert event.body["error"] == "FileNotFoundError: No such file or directory: /nowhere/at/all"
    with pytest.raises(TypeError) as refused:
        os.system(None)  # type: ignore[arg-type]
    assert len(refused.traceback) == 1
    with pytest.raises(ChildProcessError):
        os.waitpid(1, 0)


def test_nothing_is_told_once_it_is_not_watched(home: Path) -> None:
    spawning.unwatch()
    assert inspect.isbuiltin(os.system)
    os.system("true")
    assert os.spawnv(os.P_WAIT, TRUE, ["true"]) == 0
    assert told(home) == []
