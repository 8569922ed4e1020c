from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import builders
from sample_store import FAILED

BACKTRAIL = str(Path(sys.executable).with_name("backtrail"))
SECONDS_MAX = 30
TRACE, OTHER = builders.trace_id(7), builders.trace_id(8)


@pytest.fixture
def writer(project: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A segment that a living process holds, with three events in it, and more to come."""
    lines = [
        builders.line("log.emitted", TRACE, t=1, level="info", logger="a", message="first"),
        builders.line("span.started", TRACE, t=2, span="00f067aa0ba902b7", name="work"),
        builders.line("log.emitted", OTHER, t=3, level="info", logger="a", message="elsewhere"),
    ]
    path = builders.write_segment(
        project / ".backtrail", builders.process_id(7), lines, tail=b"\0" * 65_536
    )
    fd = os.open(path, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    os.lseek(fd, path.stat().st_size - 65_536, os.SEEK_SET)
    more = [
        builders.line("span.ended", TRACE, t=4, span="00f067aa0ba902b7"),
        builders.line("log.emitted", TRACE, t=5, level="info", logger="a", message="last"),
    ]
    yield fd, more
    os.close(fd)


def follow(project: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BACKTRAIL, "tail", *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(tail: subprocess.Popen[str]) -> tuple[int, str]:
    tail.send_signal(signal.SIGINT)
    out, err = tail.communicate(timeout=SECONDS_MAX)
    assert err == ""
    return tail.returncode, out


def test_tail_follows_events_and_ends_cleanly(
    project: Path, writer: tuple[int, list[bytes]]
) -> None:
    fd, more = writer
    tail = follow(project)
    assert tail.stdout is not None
    texts = [tail.stdout.readline().split("  ", 1)[1].strip() for _ in range(3)]
    assert texts == ["INFO a: first", "began work", "INFO a: elsewhere"]
    for line in more:
        os.write(fd, line)
    texts = [tail.stdout.readline().split("  ", 1)[1].strip() for _ in range(2)]
    assert texts == ["ended work", "INFO a: last"]
    assert end(tail) == (130, "")


def test_tail_as_json_is_one_object_a_line(project: Path, writer: tuple[int, list[bytes]]) -> None:
    fd, more = writer
    tail = follow(project, "--json", "--trace", TRACE[:-1] + "7", "--kind", "log", "-n", "5")
    assert tail.stdout is not None
    first = json.loads(tail.stdout.readline())
    os.write(fd, b"".join(more))
    last = json.loads(tail.stdout.readline())
    assert (first["text"], last["text"]) == ("INFO a: first", "INFO a: last")
    assert {first["kind"], last["kind"]} == {"log.emitted"}
    assert end(tail)[0] == 130


@pytest.mark.usefixtures("project")
def test_an_unknown_trace_is_not_followed(call: Any) -> None:
    said = call("tail", "--trace", "ffff")
    assert (said.code, said.out) == (4, "")


def test_without_a_store_there_is_nothing_to_follow(call: Any) -> None:
    assert call("tail").code == 4


def test_a_bad_number_is_a_usage_error(call: Any) -> None:
    assert call("tail", "-n", "few").code == 2


def test_what_had_ended_before_is_not_shown(project: Path, writer: tuple[int, list[bytes]]) -> None:
    assert writer
    tail = follow(project, "--json", "-n", "100")
    assert tail.stdout is not None
    traces = {json.loads(tail.stdout.readline())["event_id"].split(":")[0] for _ in range(3)}
    assert traces == {builders.process_id(7)}
    assert FAILED not in end(tail)[1]
