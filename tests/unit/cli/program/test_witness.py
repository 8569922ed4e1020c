from __future__ import annotations

from pathlib import Path

from running import run

# In a process of its own: a witness shares the group of whoever starts it.
SET_UP = """
import os, signal, sys
from backtrail.cli.program.witness import Witness

os.setpgid(0, 0)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
witness = Witness.start()
"""


def said(code: str, tmp_path: Path) -> str:
    done = run("python", "-c", SET_UP + code, cwd=tmp_path)
    assert done.stderr == b""
    return done.stdout.decode()


def test_a_witness_saw_what_was_sent_to_the_group(tmp_path: Path) -> None:
    code = """
os.killpg(0, signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGUSR2)
print(witness.saw(signal.SIGUSR1), witness.saw(signal.SIGUSR2), witness.saw(signal.SIGUSR1))
witness.dismiss()
"""
    assert said(code, tmp_path) == "True False False\n"


def test_a_witness_that_was_killed_saw_nothing(tmp_path: Path) -> None:
    code = """
os.kill(witness.pid, signal.SIGKILL)
os.waitid(os.P_PID, witness.pid, os.WEXITED | os.WNOWAIT)
os.killpg(0, signal.SIGUSR1)
print(witness.saw(signal.SIGUSR1))
witness.watch(1)
witness.dismiss()
"""
    assert said(code, tmp_path) == "False\n"


def test_a_dismissed_witness_leaves_the_program_alone(tmp_path: Path) -> None:
    code = """
pid = os.fork()
if pid == 0:
    signal.sigwait([signal.SIGTERM])
    os._exit(7)
witness.watch(pid)
witness.dismiss()
os.kill(pid, signal.SIGTERM)
print(os.waitpid(pid, 0)[1] >> 8)
"""
    assert said(code, tmp_path) == "7\n"
