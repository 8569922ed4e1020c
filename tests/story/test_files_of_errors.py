"""Every error has a file of its own in the end, whatever becomes of the program and the disk."""

from __future__ import annotations

import json
import resource
import signal
import stat
from pathlib import Path

import pytest

from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.store.rebuild import rebuild
from builders import debugs, error_body, line, process_id, trace_id, write_segment
from recorded import events, run_program

TRACE = trace_id(1)
ERRORS = """
import os, sys
import backtrail
from backtrail.model.limits import ERRORS_AT_EXIT_MAX
backtrail.start(hooks=False)
for number in range(ERRORS_AT_EXIT_MAX + 5):
    try:
        raise type(f"Error{number}", (Exception,), {})(number)
    except Exception as error:
        backtrail.capture_exception(error, mechanism=sys.argv[2])
home = os.environ["BACKTRAIL_DIR"]
print(len(os.listdir(f"{home}/errors")) if os.path.exists(f"{home}/errors") else 0)
sys.stdout.flush()
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
if sys.argv[1] == "stopped":
    backtrail.stop()
    os._exit(0)
if sys.argv[1] == "forked" and os.fork() == 0:
    backtrail.stop()
    os._exit(len(os.listdir(f"{home}/errors")) if os.path.exists(f"{home}/errors") else 0)
if sys.argv[1] == "forked":
    print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
COUNT, AT_EXIT = 25, 20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / ".backtrail"
    path.mkdir()
    return path


def files(home: Path) -> dict[str, object]:
    return {
        path.name.removesuffix(".json"): json.loads(path.read_bytes())
        for path in (home / "errors").glob("*")
    }


def recorded(home: Path) -> list[str]:
    return [event.body["error_id"] for event in events(home, "error.raised")]


def index(home: Path) -> int:
    with Catalog.open(home) as catalog:
        return refresh(catalog).events


@pytest.mark.parametrize("how", ["ended", "stopped"])
def test_the_newest_errors_have_their_files_once_recording_stops(home: Path, how: str) -> None:
    assert run_program(ERRORS, home, how, "manual").stdout == "0\n"
    assert set(files(home)) == set(recorded(home)[-AT_EXIT:])
    index(home)
    assert set(files(home)) == set(recorded(home))
    assert len(recorded(home)) == COUNT


@pytest.mark.parametrize("make", [index, rebuild])
def test_a_killed_program_has_the_files_of_its_errors_made_by_the_index(
    home: Path, make: object
) -> None:
    assert run_program(ERRORS, home, "killed", "manual").returncode == -signal.SIGKILL
    assert files(home) == {}
    assert callable(make)
    make(home)
    assert set(files(home)) == set(recorded(home))


@pytest.mark.parametrize("mechanism", ["uncaught", "thread", "hang"])
def test_an_error_that_may_be_the_last_has_its_file_at_once(home: Path, mechanism: str) -> None:
    assert run_program(ERRORS, home, "killed", mechanism).stdout == f"{COUNT}\n"
    assert set(files(home)) == set(recorded(home))


def test_a_fork_leaves_the_files_to_its_parent(home: Path) -> None:
    assert run_program(ERRORS, home, "forked", "manual").stdout == "0\n0\n"
    assert len(files(home)) == AT_EXIT


def test_a_file_is_the_same_whoever_makes_it(home: Path) -> None:
    run_program(ERRORS, home, "ended", "manual")
    by_program = files(home)
    for path in (home / "errors").iterdir():
        path.unlink()
    rebuild(home)
    assert by_program.items() <= files(home).items()
    assert len(files(home)) == COUNT


def test_an_error_that_has_no_file_gets_one_that_says_what_its_line_says(home: Path) -> None:
    lines = [line("error.raised", TRACE, t=n, **error_body(f"e{n}")) for n in range(2)]
    write_segment(home, process_id(1), [*lines, *debugs(TRACE, 3)])
    (home / "errors").mkdir()
    (home / "errors" / "e0.json").write_text('"its own program wrote this"')
    index(home)
    assert files(home) == {"e0": "its own program wrote this", "e1": json.loads(lines[1])}


def test_the_files_of_errors_are_for_their_owner_alone(home: Path) -> None:
    write_segment(home, process_id(1), [line("error.raised", TRACE, t=1, **error_body("e0"))])
    index(home)
    assert stat.S_IMODE((home / "errors").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "errors" / "e0.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("error_id", ["x" * 1_000, "../../e", "e\0e", ".", ""])
def test_whatever_an_error_is_called_its_events_are_indexed(home: Path, error_id: str) -> None:
    error = line("error.raised", TRACE, t=1, **error_body(error_id))
    write_segment(home, process_id(1), [error, *debugs(TRACE, 2)])
    assert index(home) == 3
    assert list(home.parent.iterdir()) == [home]
    assert {path.name for path in home.iterdir()} <= {"catalog.db", "journal", "errors"}


def test_an_error_without_an_id_has_no_file(home: Path) -> None:
    write_segment(home, process_id(1), [line("error.raised", TRACE, t=1, type="KeyError")])
    assert index(home) == 1
    assert files(home) == {}


def test_a_full_disk_leaves_no_half_file_and_costs_no_event(home: Path) -> None:
    big = line("error.raised", TRACE, t=1, **error_body("big", state=["x" * 1_000] * 1_000))
    small = line("error.raised", TRACE, t=2, **error_body("small"))
    write_segment(home, process_id(1), [big, small])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Catalog.open(home) as catalog:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
        try:
            assert refresh(catalog).events == 2
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert set(files(home)) == {"small"}
