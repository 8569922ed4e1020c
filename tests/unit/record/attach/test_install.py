"""Programs of their own: what is attached to this one would stay."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

import recorded

RUN = """
from backtrail.record.attach import inherit
inherit.handed_on["BACKTRAIL_RUN"] = "run-7"
"""
START = "import backtrail\nbacktrail.start()\n"
STOP = "from backtrail.record.attach.install import uninstall\nuninstall()\n"


def kinds(program: str, home: Path, *, code: int = 0) -> list[str]:
    done = recorded.run_program(program, home)
    assert done.returncode == code, done.stderr
    skipped = {"process.started", "process.ended", "operation.measured"}
    return [event.kind for event in recorded.events(home) if event.kind not in skipped]


def test_a_program_that_starts_recording_has_its_uncaught_error_recorded(tmp_path: Path) -> None:
    assert kinds(START + "{}['missing']", tmp_path, code=1) == ["error.raised"]


def test_a_thread_goes_on_in_the_span_that_starts_it(tmp_path: Path) -> None:
    program = START + (
        "import threading\n"
        "with backtrail.trace_span('outer'):\n"
        "    thread = threading.Thread(target=backtrail.debug, args=('look_up',))\n"
        "    thread.start()\n    thread.join()\n"
    )
    assert kinds(program, tmp_path) == ["span.started", "debug.recorded", "span.ended"]
    started, entry, _ = recorded.events(tmp_path)[1:4]
    assert (entry.trace_id, entry.span_id) == (started.trace_id, started.span_id)


@pytest.mark.parametrize(("before", "expected"), [("", []), (RUN, ["log.emitted"])])
def test_logging_is_watched_only_under_run(
    before: str, expected: list[str], tmp_path: Path
) -> None:
    program = before + START + "import logging\nlogging.warning('careful')\n"
    assert kinds(program, tmp_path) == expected


KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGUSR1)\n"
WAIT = "import time\nuntil = time.monotonic() + 0.5\nwhile time.monotonic() < until: pass\n"


def test_a_signal_is_answered_by_a_program_that_records_itself(tmp_path: Path) -> None:
    assert kinds(START + KILL + WAIT, tmp_path) == ["error.raised"]


def test_a_signal_ends_a_program_that_only_runs_under_us(tmp_path: Path) -> None:
    assert kinds(RUN + START + KILL + WAIT, tmp_path, code=-signal.SIGUSR1) == []


def test_the_deadline_of_a_run_is_watched(tmp_path: Path) -> None:
    program = (
        RUN
        + "import time\n"
        + "inherit.handed_on['BACKTRAIL_DEADLINE_NS'] = str(time.monotonic_ns() + 10**8)\n"
        + START
        + WAIT
    )
    assert kinds(program, tmp_path) == ["error.raised"]


def test_what_is_taken_off_leaves_the_program_as_it_was(tmp_path: Path) -> None:
    before = (
        "import logging, subprocess, sys, threading\n"
        "def parts():\n"
        "    return [sys.excepthook, sys.unraisablehook, threading.Thread.start,\n"
        "            subprocess.Popen._execute_child, logging.Logger.filter]\n"
        "before = parts()\n"
    )
    program = before + RUN + START + "assert before != parts()\n" + STOP
    assert kinds(program + "assert before == parts()\n" + KILL, tmp_path, code=-10) == []
