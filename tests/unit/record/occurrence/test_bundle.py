from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import backtrail
from backtrail.model.limits import ERRORS_AT_EXIT_MAX
from backtrail.record import guard
from backtrail.record.error import capture_exception, record_hang
from backtrail.record.occurrence.bundle import write_bundle, write_later, write_waiting
from recorded import errors, events, recording, run_program


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def fail(mechanism: Any = "manual") -> str | None:
    """Record an error."""
    try:
        return str(1 / 0)
    except ZeroDivisionError as error:
        return capture_exception(error, mechanism=mechanism)


def files(home: Path) -> list[str]:
    """Return the names of the files that errors have."""
    return sorted(path.stem for path in (home / "errors").glob("*"))


def read(home: Path, error_id: str | None) -> Any:
    return json.loads((home / "errors" / f"{error_id}.json").read_text())


def line(error_id: str = "e1") -> bytes:
    body = {"t": 7, "kind": "error.raised", "error_id": error_id}
    history = [{"t": 1, "kind": "debug.recorded"}, {"t": 2, "kind": "debug.recorded"}]
    return msgspec.json.encode({**body, "trace_history": history}) + b"\n"


@pytest.mark.parametrize("mechanism", ["uncaught", "thread"])
def test_an_error_that_may_end_the_program_has_its_file_at_once(mechanism: Any, home: Path) -> None:
    error_id = fail(mechanism)
    assert files(home) == [error_id]


def test_a_hang_has_its_file_at_once(home: Path) -> None:
    error_id = record_hang(1, "no progress")
    assert files(home) == [error_id]


def test_an_error_that_is_survived_has_its_file_when_recording_stops(home: Path) -> None:
    error_id = fail()
    assert files(home) == []
    backtrail.stop()
    assert files(home) == [error_id]


def test_a_file_tells_all_that_the_event_does_and_its_history_reads_like_a_log(home: Path) -> None:
    backtrail.debug("step_taken", number=1)
    backtrail.debug("step_taken", number=2)
    error_id = fail("uncaught")
    [event] = events(home, "error.raised")
    bundle = read(home, error_id)
    assert {name: bundle[name] for name in event.body} == event.body
    assert bundle["trace"] == event.trace_id
    text = (home / "errors" / f"{error_id}.json").read_text()
    _, _, history = text.partition('"trace_history": ')
    assert list(bundle)[-1] == "trace_history"
    steps = [row for row in history.splitlines() if "step_taken" in row]
    assert len(steps) == 2
    assert text.endswith("}\n")


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert write_bundle(str(home), "e1", line())
    assert stat.S_IMODE((home / "errors").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "errors" / "e1.json").stat().st_mode) == 0o600
    assert files(home) == ["e1"], "no draft is left"


def test_a_file_that_is_there_already_stays(tmp_path: Path) -> None:
    assert write_bundle(str(tmp_path), "e1", line())
    path = tmp_path / "errors" / "e1.json"
    path.write_text("mine")
    assert write_bundle(str(tmp_path), "e1", line())
    assert path.read_text() == "mine"


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "errors").mkdir()
    target = tmp_path / "target"
    (tmp_path / "errors" / "e1.json").symlink_to(target)
    (tmp_path / "errors" / "e2.json.draft").symlink_to(target)
    write_bundle(str(tmp_path), "e1", line())
    write_bundle(str(tmp_path), "e2", line("e2"))
    assert not target.exists()
    guard.lost.clear()


@pytest.mark.parametrize("obstacle", ["file in its way", "folder in its way"])
def test_a_file_that_cannot_be_written_is_counted(obstacle: str, tmp_path: Path) -> None:
    guard.lost.clear()
    if obstacle == "file in its way":
        (tmp_path / "errors").write_text("no folder")
    else:
        (tmp_path / "errors" / "e1.json.draft").mkdir(parents=True)
    assert not write_bundle(str(tmp_path), "e1", line())
    [reason] = guard.lost
    assert reason.startswith("error bundle not written: ")
    guard.lost.clear()


def test_of_many_that_wait_the_newest_are_written(tmp_path: Path) -> None:
    for number in range(ERRORS_AT_EXIT_MAX + 3):
        write_later(str(tmp_path), f"e{number:03}", line(f"e{number:03}"))
    write_waiting()
    assert files(tmp_path) == [f"e{number:03}" for number in range(3, ERRORS_AT_EXIT_MAX + 3)]
    assert not (tmp_path / "errors" / "e000.json").exists()


def test_what_waited_is_written_once(tmp_path: Path) -> None:
    write_later(str(tmp_path), "e1", line())
    write_waiting()
    (tmp_path / "errors" / "e1.json").unlink()
    write_waiting()
    assert files(tmp_path) == []


FAILING = """
import os, signal, sys
import backtrail

def fail():
    try:
        1 / 0
    except ZeroDivisionError as error:
        backtrail.capture_exception(error)

backtrail.start()
"""


def test_a_program_that_ends_leaves_the_files_of_all_its_errors(tmp_path: Path) -> None:
    done = run_program(FAILING + "fail()\nfail()\n{}['user']", tmp_path)
    assert done.returncode == 1
    assert files(tmp_path) == sorted(error["error_id"] for error in errors(tmp_path))
    assert len(files(tmp_path)) == 3


def test_a_program_that_is_killed_leaves_the_error_in_its_journal(tmp_path: Path) -> None:
    done = run_program(FAILING + "fail()\nos.kill(os.getpid(), signal.SIGKILL)", tmp_path)
    assert done.returncode == -signal.SIGKILL
    assert len(errors(tmp_path)) == 1
    assert files(tmp_path) == []


def test_a_child_does_not_write_what_its_parent_keeps(tmp_path: Path) -> None:
    program = """
fail()
if os.fork() == 0:
    sys.exit(0)
assert os.wait()[1] == 0
print(os.path.exists(os.path.join(os.environ["BACKTRAIL_DIR"], "errors")))
"""
    done = run_program(FAILING + program, tmp_path)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
    assert len(files(tmp_path)) == 1


def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    program = """
import resource
from backtrail.record import guard
from backtrail.record.occurrence.bundle import write_bundle
line = b'{"t":7,"error_id":"e1","text":"' + b"x" * 100_000 + b'","trace_history":[]}'
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
home = os.environ["BACKTRAIL_DIR"]
print(write_bundle(home, "e1", line), os.listdir(home + "/errors"))
os._exit(0)
"""
    done = run_program(FAILING.replace("backtrail.start()", "") + program, tmp_path)
    assert done.stdout == "False []\n", done.stderr
    assert os.listdir(tmp_path / "errors") == []  # noqa: PTH208 - names only


def test_an_error_that_has_no_file_to_make_leaves_the_others_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "is_strict", False)
    guard.lost.clear()
    write_later(str(tmp_path), "e1", b"no line of a journal")
    write_later(str(tmp_path), "e2", b'{"error_id":"e2"}')
    write_waiting()
    assert files(tmp_path) == ["e2"]
    assert list(guard.lost) == ["broke: error bundle: DecodeError"]
    guard.lost.clear()
