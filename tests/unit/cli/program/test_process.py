from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import RUN, SECONDS_MAX, environment, journal, of_kind, project, run, until

LISTENER = """
import os, signal, sys

def heard(number, frame):
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGUSR2:
        sys.exit(5)

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1,
               signal.SIGUSR2, signal.SIGWINCH, signal.SIGCONT):
    signal.signal(number, heard)
print("ready", os.getpid(), flush=True)
while True:
    signal.pause()
"""


class Running:
    """A listening program under `backtrail run`, in a process group of its own."""

    def __init__(self, process: subprocess.Popen[str], pid: int) -> None:
        self.process = process
        self.pid = pid
        """Of the program itself."""

    def says(self) -> str:
        """Return the next line that it writes."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def listening(folder: Path) -> Iterator[Running]:
    process = subprocess.Popen(
        [*RUN, "--", "python", "-c", LISTENER],
        cwd=project(folder),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        assert process.stdout is not None
        word, pid = process.stdout.readline().split()
        assert word == "ready"
        yield Running(process, int(pid))
    finally:
        process.kill()
        process.communicate(timeout=SECONDS_MAX)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGWINCH"])
def test_a_signal_for_us_alone_reaches_the_program_once(tmp_path: Path, name: str) -> None:
    with listening(tmp_path) as running:
        os.kill(running.process.pid, signal.Signals[name])
        assert running.says() == name
        os.kill(running.process.pid, signal.SIGUSR2)
        assert running.says() == "SIGUSR2"
        assert running.process.wait(SECONDS_MAX) == 5
    assert of_kind(journal(tmp_path), "run.ended")[0]["exit_code"] == 5


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGWINCH"])
def test_a_signal_for_the_whole_group_reaches_the_program_once(tmp_path: Path, name: str) -> None:
    with listening(tmp_path) as running:
        os.killpg(running.process.pid, signal.Signals[name])
        assert running.says() == name
        os.kill(running.process.pid, signal.SIGUSR2)
        assert running.says() == "SIGUSR2"


def test_a_signal_for_us_after_one_for_the_group_is_not_taken_for_it(tmp_path: Path) -> None:
    with listening(tmp_path) as running:
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.says() == "SIGINT"
        until(lambda: not is_pending(running.process.pid, signal.SIGINT))
        os.kill(running.process.pid, signal.SIGINT)
        assert running.says() == "SIGINT"


def test_a_program_stops_and_goes_on_with_us(tmp_path: Path) -> None:
    with listening(tmp_path) as running:
        os.kill(running.process.pid, signal.SIGTSTP)
        _, status = os.waitpid(running.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert os.WSTOPSIG(status) == signal.SIGTSTP
        assert state(running.pid) == "T"
        os.kill(running.process.pid, signal.SIGCONT)
        assert running.says() == "SIGCONT"


def test_who_kills_us_kills_the_program(tmp_path: Path) -> None:
    with listening(tmp_path) as running:
        handle = os.pidfd_open(running.pid)
        running.process.kill()
        assert running.says() == "", "the program holds its output open no longer"
        assert_ended(handle)


def test_a_program_that_a_signal_ends_ends_us_by_the_same(tmp_path: Path) -> None:
    project(tmp_path)
    for name in ("SIGTERM", "SIGKILL", "SIGSEGV", "SIGUSR1", "SIGPIPE"):
        code = f"import os, signal; signal.signal(signal.{name}, signal.SIG_DFL)"
        code = code if name != "SIGKILL" else "import os, signal"
        code += f"; os.kill(os.getpid(), signal.{name})"
        plain = run("python", "-c", code, cwd=tmp_path)
        recorded = run(*RUN, "--", "python", "-c", code, cwd=tmp_path)
        assert plain.returncode == recorded.returncode == -signal.Signals[name]
    ends = of_kind(journal(tmp_path), "run.ended")
    assert [end["signal"] for end in ends] == [
        "SIGTERM", "SIGKILL", "SIGSEGV", "SIGUSR1", "SIGPIPE",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == [".backtrail"], "no core file"


def test_signals_that_are_blocked_or_ignored_stay_so_in_the_program(tmp_path: Path) -> None:
    code = """
for line in open("/proc/self/status"):
    if line.startswith(("SigBlk", "SigIgn", "SigCgt")):
        print(line, end="")
"""
    wrapped = (
        "import os, signal, sys;"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1});"
        "os.execvp(sys.argv[1], sys.argv[1:])"
    )
    plain = run("python", "-c", wrapped, "python", "-c", code, cwd=project(tmp_path))
    recorded = run("python", "-c", wrapped, *RUN, "python", "-c", code, cwd=tmp_path)
    assert plain.stdout == recorded.stdout
    assert b"SigBlk:\t0000000000000200" in plain.stdout


def test_a_script_without_an_interpreter_line_is_run_by_the_shell(tmp_path: Path) -> None:
    script = project(tmp_path) / "greet"
    script.write_text('echo "hello $1"\n')
    script.chmod(0o755)
    assert run(*RUN, "--", script, "you", cwd=tmp_path).stdout == b"hello you\n"


def test_open_files_are_passed_on(tmp_path: Path) -> None:
    read, write = os.pipe()
    try:
        done = subprocess.run(
            [*RUN, "--", "python", "-c", f"import os; os.write({write}, b'through')"],
            cwd=project(tmp_path),
            env=environment(),
            pass_fds=[write],
            timeout=SECONDS_MAX,
            check=False,
        )
        assert done.returncode == 0
        assert os.read(read, 100) == b"through"
    finally:
        os.close(read)
        os.close(write)


def test_orphans_of_a_run_that_may_be_ended_leave_nothing_behind_while_it_goes_on(
    tmp_path: Path,
) -> None:
    code = """
import os, pathlib, subprocess, time
shell = "sleep 0.2 >/dev/null & echo $!"
orphan = int(subprocess.run(["sh", "-c", shell], stdout=subprocess.PIPE).stdout)
gives_up = time.monotonic() + 30
while pathlib.Path(f"/proc/{orphan}").exists() and time.monotonic() < gives_up:
    os.sched_yield()
print(pathlib.Path(f"/proc/{orphan}").exists())
"""
    done = run(*RUN, "--timeout", "50", "--", "python", "-c", code, cwd=project(tmp_path))
    assert (done.stdout, done.returncode) == (b"False\n", 0)


def test_what_was_started_before_us_in_our_process_is_left_alone(tmp_path: Path) -> None:
    # `exec` hands a shell's children on to what takes its place.
    script = (
        f"sleep 1000 >/dev/null 2>&1 & echo $!; exec {shlex.join(RUN)} --timeout 1 -- sleep 1001"
    )
    done = run("sh", "-c", script, cwd=project(tmp_path))
    assert done.returncode == 124
    assert state(int(done.stdout)) == "S"
    os.kill(int(done.stdout), signal.SIGKILL)


def test_a_child_that_ends_itself_when_asked_is_given_the_time(tmp_path: Path) -> None:
    child = "trap 'sleep 1; echo tidied; exit' TERM; echo ready; sleep 1000 & wait"
    code = f"import os, subprocess; subprocess.Popen(['sh', '-c', {child!r}]); os.wait()"
    done = run(*RUN, "--timeout", "1", "--", "python", "-c", code, cwd=project(tmp_path))
    assert (done.stdout, done.returncode) == (b"ready\ntidied\n", 124)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def is_pending(pid: int, number: int) -> bool:
    status = dict(
        line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return bool(int(status["ShdPnd"], 16) >> (number - 1) & 1)


def assert_ended(handle: int) -> None:
    """Wait until the process behind a handle has ended."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    assert poll.poll(SECONDS_MAX * 1000)
    os.close(handle)
