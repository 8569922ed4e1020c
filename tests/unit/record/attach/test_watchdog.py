"""Each program hangs in a process of its own; what is recorded, it prints itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = """
import os
os.register_at_fork(before=lambda: threads.append(len(os.listdir("/proc/self/task"))))
import os, signal, sys, threading, time
from backtrail.record import journal
from backtrail.record.attach import watchdog

recorded = []
threads = []

def record_hang(seconds, reason):
    progress[0] += progress_of_recording
    os.write(1, f"{{reason}} after {{seconds:.0f}}\\n".encode())
    recorded.append(reason)

watchdog.record_hang = record_hang
journal.position = lambda: progress[0]
progress = [0]
progress_of_recording = 1

def until(holds):
    give_up = time.monotonic() + 30
    while not holds():
        if time.monotonic() > give_up:
            os._exit(99)
        time.sleep(0.001)

{program}
"""


def run(program: str, folder: Path, *options: str) -> tuple[int, str, str]:
    script = folder / "program.py"
    script.write_text(SETUP.format(program=program))
    done = subprocess.run(
        [sys.executable, *options, str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_stall_is_recorded_once_until_there_is_progress_again(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog(hang_after=0.2)
until(lambda: len(recorded) == 1)
begun = time.monotonic()
until(lambda: time.monotonic() > begun + 0.6)
assert len(recorded) == 1
progress[0] += 1
until(lambda: len(recorded) == 2)
"""
    assert run(program, tmp_path) == (0, "no progress after 0\n" * 2, "")


def test_progress_keeps_the_watchdog_quiet(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog(hang_after=0.5)
begun = time.monotonic()
while time.monotonic() < begun + 1.5:
    progress[0] += 1
    time.sleep(0.001)
"""
    assert run(program, tmp_path) == (0, "", "")


def test_the_deadline_is_recorded_once_and_ends_nothing(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog(deadline_monotonic_ns=time.monotonic_ns() + 10**8, on_signal=False)
until(lambda: recorded)
print("went on")
"""
    assert run(program, tmp_path) == (0, "time limit reached after 0\nwent on\n", "")


def test_a_signal_is_answered_while_the_main_thread_is_blocked(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog()
lock = threading.Lock()
lock.acquire()
def send():
    os.kill(os.getpid(), signal.SIGUSR1)
    until(lambda: recorded)
    lock.release()
threading.Thread(target=send).start()
lock.acquire()
"""
    assert run(program, tmp_path) == (0, "signal after 0\n", "")


def test_a_signal_is_answered_while_the_main_thread_runs_no_python(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog()
import ctypes
def send():
    os.kill(os.getpid(), signal.SIGUSR1)
    until(lambda: recorded)
    os._exit(0)
threading.Thread(target=send).start()
while True:
    ctypes.CDLL(None).poll(None, 0, 60_000)
"""
    assert run(program, tmp_path) == (0, "signal after 0\n", "")


def test_a_handler_of_the_program_stays_in_place(tmp_path: Path) -> None:
    program = """
signal.signal(signal.SIGUSR1, lambda *_: print("mine"))
watchdog.start_watchdog()
os.kill(os.getpid(), signal.SIGUSR1)
"""
    assert run(program, tmp_path) == (0, "mine\n", "")


def test_a_handler_that_the_program_sets_later_takes_over(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog()
assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL
signal.signal(signal.SIGUSR1, lambda *_: print("mine"))
os.kill(os.getpid(), signal.SIGUSR1)
"""
    assert run(program, tmp_path) == (0, "mine\n", "")


@pytest.mark.parametrize("watching", ["", "watchdog.start_watchdog(60, on_signal=False)"])
def test_a_signal_that_nobody_asked_about_ends_the_process(watching: str, tmp_path: Path) -> None:
    program = f"{watching}\nos.kill(os.getpid(), signal.SIGUSR1)"
    assert run(program, tmp_path)[0] == -signal.SIGUSR1


def test_a_watchdog_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    program = """
before = set(os.listdir("/proc/self/fd"))
watchdog.start_watchdog(60)
watchdog.stop_watchdog()
assert watchdog.watcher() == 0
assert len(os.listdir("/proc/self/task")) == 1
assert set(os.listdir("/proc/self/fd")) == before
os.kill(os.getpid(), signal.SIGUSR1)
"""
    assert run(program, tmp_path) == (-signal.SIGUSR1, "", "")


def test_the_program_does_not_see_the_watcher(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog(60)
until(watchdog.watcher)
assert threading.enumerate() == [threading.main_thread()]
assert signal.set_wakeup_fd(-1) == -1
"""
    assert run(program, tmp_path) == (0, "", "")


def test_asyncio_still_hears_of_its_own_signals(tmp_path: Path) -> None:
    program = """
import asyncio
watchdog.start_watchdog()
async def main():
    heard = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, heard.set)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(heard.wait(), 30)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.to_thread(until, lambda: recorded)
asyncio.run(main())
"""
    assert run(program, tmp_path) == (0, "signal after 0\n", "")


def test_both_sides_of_a_fork_are_watched_and_python_finds_one_thread(tmp_path: Path) -> None:
    program = """
watchdog.start_watchdog(60)
until(watchdog.watcher)
child = os.fork()
until(watchdog.watcher)
assert threads == [1], threads
if child == 0:
    os.write(1, b"child ")
    os.kill(os.getpid(), signal.SIGUSR1)
    until(lambda: recorded)
    os._exit(0)
os.waitpid(child, 0)
assert recorded == []
os.write(1, b"parent ")
os.kill(os.getpid(), signal.SIGUSR1)
until(lambda: recorded)
"""
    expected = (0, "child signal after 0\nparent signal after 0\n", "")
    assert run(program, tmp_path, "-W", "error") == expected


def test_a_watcher_that_breaks_is_counted_and_ends(
    tmp_path: Path,
) -> None:
    program = """
from backtrail.record import guard
watchdog.record_hang = lambda *_: 1 / 0
watchdog.start_watchdog(hang_after=0.05)
until(lambda: guard.lost)
print(guard.lost)
"""
    expected = "{'broke: watchdog: ZeroDivisionError': 1}\n"
    assert run(program, tmp_path) == (0, expected, "")


def test_a_process_ends_at_once_although_it_is_watched(tmp_path: Path) -> None:
    program = "watchdog.start_watchdog(3600)\nuntil(watchdog.watcher)\nprint('the end')"
    assert run(program, tmp_path) == (0, "the end\n", "")
