from __future__ import annotations

import os
import pty
import select
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from backtrail.cli.program.tree import look_up
from running import RUN, environment, journal, of_kind, project, run, until


def ended(folder: Path) -> dict[str, Any]:
    """Return how the only run in a project ended, as it was recorded."""
    (event,) = of_kind(journal(folder), "run.ended")
    return {name: event[name] for name in ("exit_code", "signal", "is_timed_out") if name in event}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path)


ECHO = """
import os, sys
print(sys.argv[1:], os.getcwd(), sys.stdin.buffer.read(), os.isatty(0), os.isatty(1))
print("on the other", file=sys.stderr)
sys.exit(3)
"""


def test_arguments_input_output_and_exit_code_pass_through(folder: Path) -> None:
    (folder / "echo.py").write_text(ECHO)
    words = ["", "two words", "--name", "-m", "--", "--help", "ü", "'$x'"]
    stdin = bytes(range(256)) * 1000
    plain = run("python", "echo.py", *words, cwd=folder, stdin=stdin)
    assert plain.returncode == 3
    for typed in (["--", "python", "echo.py"], ["python", "echo.py"], ["echo.py"], ["-m", "echo"]):
        recorded = run(*RUN, *typed, *words, cwd=folder, stdin=stdin)
        assert recorded.stdout == plain.stdout
        assert recorded.stderr == plain.stderr
        assert recorded.returncode == 3
    assert [event["exit_code"] for event in of_kind(journal(folder), "run.ended")] == [3] * 4


def test_a_run_is_one_trace_with_the_program_in_it(folder: Path) -> None:
    run(*RUN, "--name", "nightly", "--session", "s1", "python", "-c", "pass", cwd=folder)
    events = journal(folder)
    (started,) = of_kind(events, "run.started")
    (process,) = of_kind(events, "process.started")
    assert started["command"] == ["python", "-c", "pass"]
    assert (started["name"], started["session"]) == ("nightly", "s1")
    assert started["cwd"] == str(folder)
    assert process["run_id"] == started["run_id"]
    assert process["session"] == "s1"
    assert {event["trace"] for event in events} == {started["trace"]}
    assert events[-1]["kind"] == "run.ended"


def test_a_secret_on_the_command_line_is_not_recorded(folder: Path) -> None:
    secret = "hunter" + "2hunter" + "2"
    run(*RUN, "python", "-c", "pass", "--password", secret, cwd=folder)
    written = b"".join(path.read_bytes() for path in (folder / ".backtrail").rglob("*.jsonl"))
    assert b"--password" in written
    assert secret.encode() not in written


def test_a_console_script_is_recorded(folder: Path) -> None:
    done = run(*RUN, "--", "pytest", "--version", cwd=folder)
    assert done.returncode == 0
    assert len(of_kind(journal(folder), "process.started")) == 1


def test_a_command_that_is_no_python_runs_and_its_pythons_are_recorded(folder: Path) -> None:
    done = run(*RUN, "--", "sh", "-c", "echo one; python -c 'print(2)'; exit 9", cwd=folder)
    assert (done.stdout, done.returncode) == (b"one\n2\n", 9)
    assert len(of_kind(journal(folder), "process.started")) == 1


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        (["nosuchcommand"], 4, "there is no command 'nosuchcommand'"),
        (["/etc/passwd"], 5, "'/etc/passwd' cannot be run: permission denied"),
        (["--timeot", "4", "python"], 2, "no such option: --timeot"),
        (["--timeout", "soon", "python"], 2, "is no duration"),
        ([], 2, "COMMAND"),
    ],
)
def test_what_cannot_be_run_is_said_in_two_lines(
    folder: Path, typed: list[str], code: int, says: str
) -> None:
    done = run(*RUN, *typed, cwd=folder)
    assert (done.stdout, done.returncode) == (b"", code)
    assert says in done.stderr.decode()
    assert journal(folder) == []


def test_recording_that_is_switched_off_leaves_a_plain_program(folder: Path) -> None:
    code = "import os, sys; print([n for n in os.environ if n.startswith('BACKTRAIL')])"
    env = environment(BACKTRAIL_DISABLED="1", BACKTRAIL_STRICT=None)
    code += "; print('backtrail' in sys.modules); sys.exit(6)"
    done = run(*RUN, "python", "-c", code, cwd=folder, env=env)
    assert (done.stdout, done.returncode) == (b"['BACKTRAIL_DISABLED']\nFalse\n", 6)
    assert list((folder / ".backtrail").iterdir()) == []


def test_a_home_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".backtrail").write_text("a file where a folder should be")
    env = environment(BACKTRAIL_STRICT=None)
    done = run(*RUN, "python", "-c", "print(1); raise SystemExit(8)", cwd=tmp_path, env=env)
    assert (done.stdout, done.stderr, done.returncode) == (b"1\n", b"", 8)


def test_a_run_inside_a_run_is_a_trace_of_its_own_and_linked(folder: Path) -> None:
    code = f"import subprocess; subprocess.run({[*RUN, 'python', '-c', 'pass']!r}, check=True)"
    done = run(*RUN, "python", "-c", code, cwd=folder)
    assert done.returncode == 0
    events = journal(folder)
    outer, inner = of_kind(events, "run.started")
    assert outer["trace"] != inner["trace"]
    (linked,) = of_kind(events, "trace.started")
    assert linked["trace"] == inner["trace"]
    assert linked["links"][0]["trace_id"] == outer["trace"]


def test_a_program_that_hangs_is_ended_with_all_its_children(folder: Path) -> None:
    code = """
import subprocess, sys, threading
child = subprocess.Popen(["sleep", "1000"])
print(child.pid, flush=True)
subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 1000 & wait; wait"], env={})
# An orphan that neither the tree nor its environment ties to the program.
subprocess.run(["sh", "-c", "trap '' TERM; setsid sleep 1000 & echo $!"], env={})
threading.Event().wait()
"""
    begun = time.monotonic()
    done = run(*RUN, "--timeout", "1.5", "--", "python", "-c", code, cwd=folder)
    assert done.returncode == 124
    assert time.monotonic() - begun < 15
    assert done.stderr == b""
    for pid in done.stdout.split():
        assert look_up(int(pid)) is None
    assert ended(folder) == {"signal": "SIGTERM", "is_timed_out": True}
    (error,) = of_kind(journal(folder), "error.raised")
    assert error["type"] == "hang"
    assert error["frames"], "the program itself said where"


def test_a_program_that_lets_no_python_run_is_said_to_hang_by_us(folder: Path) -> None:
    # A regular expression holds the interpreter's lock for as long as it searches.
    code = (
        "import re, signal; signal.signal(15, signal.SIG_IGN); re.match('(a*)*$', 'a' * 60 + 'b')"
    )
    done = run(*RUN, "--timeout", "1", "--", "python", "-c", code, cwd=folder)
    assert done.returncode == 124
    assert ended(folder) == {"signal": "SIGKILL", "is_timed_out": True}
    (error,) = of_kind(journal(folder), "error.raised")
    assert (error["type"], error["mechanism"]) == ("hang", "hang")
    assert "no end after 1 s" in error["message"]


def test_a_program_that_ends_in_time_is_left_alone(folder: Path) -> None:
    done = run(*RUN, "--timeout", "50", "--", "python", "-c", "raise SystemExit(2)", cwd=folder)
    assert done.returncode == 2
    assert ended(folder) == {"exit_code": 2}


PRESSES_MAX = 20
ANSWERED_WITHIN_S = 2.0


class Terminal:
    """A terminal in which a command runs as its only job, as a login shell would start it."""

    def __init__(self, *command: str, cwd: Path) -> None:
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(command[0], list(command), environment())

    def types(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.screen, keys)

    def shows(self, text: bytes) -> bytes:
        """Read until a text is shown, or until nothing more can be."""
        shown = b""
        while text not in shown:
            try:
                shown += os.read(self.screen, 4096)
            except OSError:  # The last process that had the terminal open has ended.
                break
        return shown

    def interrupts(self, answer: bytes) -> bytes:
        """Press Ctrl-C until it is answered.

        An interpreter that is just about to wait for a line sees an interrupt at the next key only.
        """
        shown = b""
        for _ in range(PRESSES_MAX):
            self.types(b"\x03")
            while select.select([self.screen], [], [], ANSWERED_WITHIN_S)[0]:
                shown += os.read(self.screen, 4096)
                if answer in shown:
                    return shown
        raise AssertionError(shown)

    def ends(self) -> int:
        """Return the status with which the command ends."""
        self.shows(b"\0 never")
        os.close(self.screen)
        return os.waitpid(self.pid, 0)[1]


ASKING = """
import os, sys
print(os.isatty(0), os.isatty(1), os.isatty(2), os.get_terminal_size().columns > 0)
count = 0
while True:
    try:
        print("you said", input("say: "))
    except KeyboardInterrupt:
        count += 1
        print("interrupted", count, flush=True)
"""


def test_a_program_in_a_terminal_has_it_to_itself(folder: Path) -> None:
    terminal = Terminal(*RUN, "--", "python", "-c", ASKING, cwd=folder)
    assert b"True True True" in terminal.shows(b"say: ")
    terminal.types(b"hello\n")
    assert b"you said hello" in terminal.shows(b"say: ")
    for count in range(1, 6):
        terminal.interrupts(b"interrupted %d\r\nsay: " % count)
    terminal.types(b"\x04")
    assert os.waitstatus_to_exitcode(terminal.ends()) == 1
    assert of_kind(journal(folder), "error.raised")[0]["type"] == "EOFError"


def test_a_failure_in_a_terminal_says_where_it_is_recorded(folder: Path) -> None:
    terminal = Terminal(*RUN, "--", "python", "-c", "1 / 0", cwd=folder)
    shown = terminal.shows(b"show latest\r\n").decode()
    trace_id = of_kind(journal(folder), "run.started")[0]["trace"]
    assert shown.splitlines()[-1] == f"backtrail: recorded as {trace_id} · backtrail show latest"
    terminal.ends()


def test_a_run_in_a_terminal_says_when_nothing_is_recorded(folder: Path) -> None:
    (folder / ".backtrail" / "settings.toml").write_text("enabled = false\n")
    terminal = Terminal(*RUN, "--", "python", "-c", "print('on')", cwd=folder)
    shown = terminal.shows(b"dev on\r\n").decode()
    assert shown.splitlines() == [
        "on",
        "backtrail: not recorded, since recording is off · backtrail dev on",
    ]
    terminal.ends()
    assert journal(folder) == []


def test_the_quit_key_and_the_stop_key_do_what_they_do_plainly(folder: Path) -> None:
    terminal = Terminal(*RUN, "--", "python", "-c", ASKING, cwd=folder)
    terminal.shows(b"say: ")
    terminal.types(b"\x1c")
    assert os.WTERMSIG(terminal.ends()) == signal.SIGQUIT


def test_a_terminal_that_is_closed_ends_the_program(folder: Path) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(1000)"
    terminal = Terminal(*RUN, "--", "python", "-c", code, cwd=folder)
    program = int(terminal.shows(b"\n"))
    os.close(terminal.screen)
    until(lambda: look_up(program) is None)
    assert os.WTERMSIG(os.waitpid(terminal.pid, 0)[1]) == signal.SIGHUP


def test_help_names_every_option(folder: Path) -> None:
    shown = run(*RUN, "--help", cwd=folder).stdout.decode()
    for option in ("--timeout", "--name", "--session", "--mode", "--hang-after"):
        assert option in shown
