from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import backtrail
from backtrail import debug, get_debugger, start_operation_trace, trace_span
from backtrail.model.errors import UsageError
from backtrail.record import guard, journal, switch
from recorded import entries, events, recording, run_program, segments

imported_by_name = get_debugger("shop")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def record_everything() -> None:
    debug("load_user")
    backtrail.debug("load_user")
    imported_by_name("load_user", [1], state=2)
    get_debugger("made while off")("load_user")
    with trace_span("charge") as span:
        span.set(order=1)
    trace_span("charge")(lambda: None)()
    with start_operation_trace("job") as operation:
        assert isinstance(operation.trace_id, str)
    with backtrail.capture_error_context():
        pass
    backtrail.capture_error_context(lambda: None)()


def test_while_off_nothing_is_recorded_however_it_was_imported(home: Path) -> None:
    backtrail.disable()
    assert not switch.is_enabled()
    record_everything()
    assert segments(home) == []
    backtrail.enable()
    assert switch.is_enabled()
    record_everything()
    assert len(entries(home)) == 4


def test_while_off_a_failure_passes_through(home: Path) -> None:
    backtrail.disable()
    with pytest.raises(KeyError), trace_span("charge"):
        raise KeyError
    assert segments(home) == []


@pytest.mark.parametrize(
    ("text", "count"), [("1", 0), ("yes", 0), ("ON", 0), ("0", 1), ("", 1), ("off", 1)]
)
def test_the_environment_switches_it_off(text: str, count: int, tmp_path: Path) -> None:
    program = "import backtrail; backtrail.start(); backtrail.debug('load_user')"
    done = run_program(program, tmp_path, BACKTRAIL_DISABLED=text)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(entries(tmp_path)) == count


def test_a_setting_switches_it_off(tmp_path: Path) -> None:
    with recording(tmp_path, enabled=False):
        record_everything()
    assert segments(tmp_path) == []


def test_a_first_entry_starts_recording_quietly(tmp_path: Path) -> None:
    program = "from backtrail import debug; debug('load_user', number=1)"
    assert run_program(program, tmp_path).returncode == 0
    started, entry, ended = events(tmp_path)
    assert (started.kind, entry.kind, ended.kind) == (
        "process.started",
        "debug.recorded",
        "process.ended",
    )
    assert started.trace_id == entry.trace_id == ended.trace_id


def test_a_process_says_what_it_is(home: Path) -> None:
    debug("load_user")
    [started] = events(home, "process.started")
    body = started.body
    assert (body["pid"], body["parent_pid"]) == (os.getpid(), os.getppid())
    assert (body["executable"], body["python"]) == (sys.executable, sys.version.split()[0])
    assert (body["cwd"], body["host"], body["mode"]) == (
        str(Path.cwd()),
        os.uname().nodename,
        "full",
    )
    assert body["argv"]


def test_secrets_in_the_arguments_are_not_recorded(tmp_path: Path) -> None:
    secret = "hunter" + "2hunter"
    program = "from backtrail import debug; debug('load_user')"
    run_program(program, tmp_path, "--password", secret, f"--token={secret}")
    written = b"".join(path.read_bytes() for path in segments(tmp_path))
    assert b"--password" in written
    assert secret.encode() not in written


def test_stopping_writes_what_was_lost_and_closes_the_journal(home: Path) -> None:
    debug("load_user")
    guard.count("event too large", 3)
    backtrail.stop()
    assert events(home)[-1].kind == "process.ended"
    assert events(home)[-1].body == {"counters": {"event too large": 3}}
    assert b"\0" not in segments(home)[0].read_bytes()


def test_recording_can_start_again_elsewhere(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with recording(tmp_path / name):
            debug("load_user", name=name)
    for name in ("one", "two"):
        kinds = [event.kind for event in events(tmp_path / name)]
        assert kinds == ["process.started", "debug.recorded", "process.ended"]
        assert {event.trace_id for event in events(tmp_path / name)} == {
            events(tmp_path / name)[0].trace_id
        }
    assert events(tmp_path / "one")[0].process != events(tmp_path / "two")[0].process


def test_a_later_event_goes_on_after_the_end(home: Path) -> None:
    debug("load_user", number=1)
    backtrail.stop()
    debug("load_user", number=2)
    assert [entry["attributes"]["number"] for entry in entries(home)] == [1, 2]
    journal.seal()


@pytest.mark.parametrize("given", [{"mode": "loud"}, {"ring_events": 0}, {"unheard": 1}])
def test_an_argument_that_does_not_fit_is_refused(given: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        backtrail.start(directory=str(tmp_path), hooks=False, **given)  # type: ignore[arg-type]


def test_an_environment_that_does_not_fit_is_counted_and_not_raised(tmp_path: Path) -> None:
    program = "import backtrail; backtrail.start(); backtrail.debug('load_user')"
    done = run_program(program, tmp_path, BACKTRAIL_MODE="loud", BACKTRAIL_STRICT="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(entries(tmp_path)) == 1
    [ended] = events(tmp_path, "process.ended")
    assert ended.body["counters"] == {"settings ignored: they do not fit": 1}


@pytest.mark.parametrize(
    "variable", ["BACKTRAIL_DISABLED", "BACKTRAIL_STRICT", "BACKTRAIL_ENABLED"]
)
def test_a_switch_that_is_none_never_ends_the_program(variable: str, tmp_path: Path) -> None:
    program = "import backtrail; backtrail.start(); backtrail.debug('load_user'); print('on')"
    done = run_program(program, tmp_path, **{"BACKTRAIL_STRICT": "0", variable: "perhaps"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "on\n", "")


def test_a_deleted_working_directory_does_not_end_the_program(tmp_path: Path) -> None:
    program = (
        "import os, sys, backtrail\n"
        "os.makedirs(sys.argv[1]); os.chdir(sys.argv[1]); os.rmdir(sys.argv[1])\n"
        "backtrail.start(); backtrail.debug('load_user'); print('on')"
    )
    done = run_program(program, tmp_path / "home", tmp_path / "gone")
    assert (done.returncode, done.stdout, done.stderr) == (0, "on\n", "")
    assert len(entries(tmp_path / "home")) == 1


def test_the_settings_in_use_can_be_asked_for(tmp_path: Path) -> None:
    with recording(tmp_path, session="friday", ring_events=7):
        assert switch.current_settings().session == "friday"
        assert switch.current_settings().ring_events == 7
        debug("load_user")
    assert events(tmp_path, "process.started")[0].body["session"] == "friday"


def test_a_process_that_is_recorded_already_goes_on_when_it_starts_again(tmp_path: Path) -> None:
    program = (
        "import backtrail\n"
        "backtrail.debug('load_user', number=1)\n"
        "backtrail.start(ring_events=7)\n"
        "backtrail.debug('load_user', number=2)\n"
        "backtrail.start(session='friday')\n"
        "backtrail.debug('load_user', number=3)\n"
    )
    done = run_program(program, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    started = events(tmp_path, "process.started")
    assert [event.body.get("session") for event in started] == [None, "friday"]
    assert [entry["attributes"]["number"] for entry in entries(tmp_path)] == [1, 2, 3]
    assert [e.process == started[0].process for e in events(tmp_path, "debug.recorded")] == [
        True, True, False,
    ]  # fmt: skip


def test_where_recording_is_off_the_first_event_is_not_recorded_either(tmp_path: Path) -> None:
    program = "import backtrail; backtrail.debug('load_user'); backtrail.debug('load_user')"
    done = run_program(program, tmp_path / "home", BACKTRAIL_ENABLED="off")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "home").exists()
    again = program + "; backtrail.enable(); backtrail.debug('load_user', number=3)"
    assert run_program(again, tmp_path / "home", BACKTRAIL_ENABLED="off").returncode == 0
    assert [entry["attributes"] for entry in entries(tmp_path / "home")] == [{"number": 3}]


def test_a_daemon_is_recorded_where_it_began(tmp_path: Path) -> None:
    program = "import os, backtrail; os.chdir('/'); backtrail.debug('load_user')"
    (tmp_path / ".backtrail").mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "BACKTRAIL_DIR"}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=kept, check=False)
    assert done.returncode == 0
    assert len(entries(tmp_path / ".backtrail")) == 1
