from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.cli.program.process import Ending
from backtrail.cli.program.recording import Order, Recording
from backtrail.model.clock import NS_PER_S, Clock
from backtrail.model.event import Event
from backtrail.model.ids import parse_traceparent, uuid7
from backtrail.record import journal
from backtrail.record.attach import inherit
from recorded import events

NOW_UNIX_NS = 1_790_000_000 * NS_PER_S


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(inherit, "handed_on", {})
    journal.at_end(None)  # Of `backtrail run` itself nothing else is recorded.
    yield tmp_path / "home"
    journal.seal()


def begun(home: Path, **order: Any) -> Recording:
    """Return a run of a command that was just begun, by a clock that stands."""
    clock = Clock(time_unix_ns=lambda: NOW_UNIX_NS, monotonic_ns=lambda: 50 * NS_PER_S)
    given = {"command": ["python", "app.py"], "home": str(home), "cwd": "/srv/shop", **order}
    return Recording(Order(**given), clock)


def the_event(home: Path, kind: str) -> Event:
    [event] = events(home, kind)
    return event


def test_the_program_is_told_where_and_as_what_it_records(home: Path) -> None:
    run = begun(home, settings={"BACKTRAIL_MODE": "flight"})
    plain = {"PATH": "/bin", "LANG": "C"}
    environ = run.environ(plain)
    assert plain == {"PATH": "/bin", "LANG": "C"}, "it is left as it was"
    assert plain.items() <= environ.items()
    assert environ["BACKTRAIL_DIR"] == str(home)
    assert environ["BACKTRAIL_RUN"] == run.run_id
    assert environ["BACKTRAIL_PARENT"] == journal.process_id()
    assert environ["BACKTRAIL_MODE"] == "flight"
    assert parse_traceparent(environ["TRACEPARENT"]) == (run.trace_id, None)
    assert "BACKTRAIL_DEADLINE_NS" not in environ
    assert run.mark.decode() in {f"{name}={value}" for name, value in environ.items()}


def test_backtrail_and_what_it_needs_are_found_from_there(home: Path) -> None:
    folders = begun(home).environ({})["BACKTRAIL_PATH"].split(os.pathsep)
    for package in ("backtrail", "msgspec"):
        assert any((Path(folder) / package / "__init__.py").exists() for folder in folders)


def test_a_time_limit_becomes_the_moment_at_which_it_is_over(home: Path) -> None:
    run = begun(home, timeout_s=2.5)
    assert run.deadline_ns == 52.5 * NS_PER_S
    assert run.environ({})["BACKTRAIL_DEADLINE_NS"] == str(run.deadline_ns)


def test_a_run_that_is_switched_off_leaves_the_environment_and_the_disk_alone(home: Path) -> None:
    run = begun(home, is_on=False, timeout_s=1)
    assert run.environ({"PATH": "/bin"}) == {"PATH": "/bin"}
    run.started()
    run.ended(Ending(exit_code=0), is_timed_out=False)
    assert run.has_hang(None), "there is nothing to wait for"
    assert not home.exists()


def test_the_beginning_says_what_is_run_and_where(home: Path) -> None:
    run = begun(home, name="nightly", session="s1", timeout_s=30)
    run.started()
    event = the_event(home, "run.started")
    assert event.trace_id == run.trace_id
    assert event.body == {
        "run_id": run.run_id,
        "command": ["python", "app.py"],
        "cwd": "/srv/shop",
        "name": "nightly",
        "session": "s1",
        "timeout_s": 30,
    }
    assert events(home, "trace.started") == [], "the run itself begins the trace"


def test_a_secret_on_the_command_line_is_hidden(home: Path) -> None:
    value = "hunter" + "2hunter2"
    begun(home, command=["app", "--password", value], name=f"password={value}").started()
    assert value not in str(the_event(home, "run.started").body)
    assert all(value.encode() not in path.read_bytes() for path in home.rglob("*.jsonl"))


def test_a_run_inside_a_span_is_a_trace_that_refers_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer, span = "ab" * 16, "cd" * 8
    monkeypatch.setitem(inherit.handed_on, "TRACEPARENT", f"00-{outer}-{span}-01")
    run = begun(home)
    run.started()
    started = the_event(home, "trace.started")
    assert started.trace_id == run.trace_id != outer
    assert started.body["name"] == "python app.py"
    assert started.body["links"] == [{"relation": "child.of", "trace_id": outer, "span_id": span}]


@pytest.mark.parametrize(
    ("ending", "is_timed_out", "shown"),
    [
        (Ending(exit_code=3), False, {"exit_code": 3}),
        (Ending(signal=9), False, {"signal": "SIGKILL"}),
        (Ending(signal=15), True, {"signal": "SIGTERM", "is_timed_out": True}),
    ],
    ids=["exit", "signal", "time limit"],
)
def test_the_end_says_how_it_came(
    ending: Ending, *, is_timed_out: bool, shown: dict[str, Any], home: Path
) -> None:
    run = begun(home)
    run.started()
    run.ended(ending, is_timed_out=is_timed_out)
    event = the_event(home, "run.ended")
    assert event.body == {"run_id": run.run_id, **shown}
    assert event.trace_id == run.trace_id
    [segment] = (home / "journal").glob("*.jsonl")
    assert b"\0" not in segment.read_bytes(), "the journal is closed"


def test_processes_that_could_not_be_recorded_are_told_by_reason_once(home: Path) -> None:
    run = begun(home)
    run.started()
    notes = home / "journal" / f"{run.run_id}.unrecorded"
    notes.write_text("python 2\nno home\npython 2\n")
    run.ended(Ending(exit_code=0), is_timed_out=False)
    dropped = {
        event.body["reason"]: event.body["count"] for event in events(home, "journal.dropped")
    }
    assert dropped == {"python 2": 2, "no home": 1}
    assert not notes.exists()
    assert [event.kind for event in events(home)][-1] == "run.ended"


def bundle(home: Path, run: Recording, *, at_unix_ns: int | None = None, **changes: Any) -> Path:
    """Write the file of an error as a process of the run does; it is a hang unless changed."""
    over = NOW_UNIX_NS + 3 * NS_PER_S
    error_id = uuid7(over if at_unix_ns is None else at_unix_ns, bytes(10))
    found = {"trace": run.trace_id, "type": "hang", "process": {"pid": 77}, **changes}
    path = home / "errors" / f"{error_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found))
    return path


def test_a_hang_is_known_by_its_file(home: Path) -> None:
    run = begun(home, timeout_s=2)
    assert not run.has_hang(None), "there is no folder yet"
    bundle(home, run)
    assert run.has_hang(77)
    assert run.has_hang(None)
    assert not run.has_hang(78), "that is another process of the run"


@pytest.mark.parametrize(
    "changes",
    [{"type": "ValueError"}, {"trace": "ef" * 16}, {"at_unix_ns": NOW_UNIX_NS - NS_PER_S}],
    ids=["another error", "another run", "an older one"],
)
def test_other_errors_are_not_taken_for_it(changes: dict[str, Any], home: Path) -> None:
    run = begun(home, timeout_s=2)
    bundle(home, run, **changes)
    assert not run.has_hang(None)


def test_a_file_that_is_still_being_written_is_looked_at_again(home: Path) -> None:
    run = begun(home, timeout_s=2)
    path = bundle(home, run)
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    assert not run.has_hang(None)
    path.write_text(whole)
    assert run.has_hang(None)


def test_a_hang_that_nobody_else_could_record_is_an_error_of_the_run(home: Path) -> None:
    run = begun(home, timeout_s=2.5, session="s1")
    run.started()
    run.hung()
    event = the_event(home, "error.raised")
    assert event.trace_id == run.trace_id
    body = event.body
    assert (body["type"], body["mechanism"], body["is_handled"]) == ("hang", "hang", False)
    assert body["message"].startswith("no end after 2.5 s")
    assert body["session"] == "s1"
