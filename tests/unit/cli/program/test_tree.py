from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import structs

from backtrail.cli.program.tree import descendants, look_up, send
from running import SECONDS_MAX, environment, until

MARK = b"BACKTRAIL_RUN=tree"
FAMILY = """
import os, sys
read, write = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        os.write(write, b"grandchild")
        os.execvp("sleep", ["sleep", "1000"])
    os._exit(0)
os.wait()
os.read(read, 100)
child = os.fork()
if child == 0:
    os.execve("/bin/sleep", ["sleep (not a ) name", "1000"], {})
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def family() -> Iterator[subprocess.Popen[str]]:
    """A process with a child, and with a grandchild whose own parent has ended."""
    parent = subprocess.Popen(
        ["python", "-c", FAMILY],
        env=environment(BACKTRAIL_RUN="tree"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        yield parent
    finally:
        send(descendants(parent.pid, mark=MARK), signal.SIGKILL, spared=frozenset())
        parent.communicate(timeout=SECONDS_MAX)


def test_children_are_found_and_orphans_by_their_mark() -> None:
    with family() as parent:
        found = descendants(parent.pid, mark=MARK)
        assert [process.pid for process in found[:1]] == [parent.pid]
        assert found[1].parent == parent.pid
        assert len(found) == 3
        assert found[2].parent != parent.pid
        assert descendants(parent.pid, mark=b"BACKTRAIL_RUN=other") == found[:2]


def test_a_signal_is_sent_to_all_but_the_spared() -> None:
    with family() as parent:
        found = descendants(parent.pid, mark=MARK)
        send(found, signal.SIGKILL, spared=frozenset({parent.pid}))
        until(lambda: all(look_up(process.pid) is None for process in found[1:]))
        assert parent.poll() is None


def test_a_signal_is_not_sent_to_a_later_process_of_the_same_pid() -> None:
    with family() as parent:
        found = descendants(parent.pid, mark=MARK)
        earlier = [structs.replace(process, started=process.started - 1) for process in found]
        send(earlier, signal.SIGKILL, spared=frozenset())
        assert descendants(parent.pid, mark=MARK) == found


def test_what_has_ended_is_no_process() -> None:
    done = subprocess.Popen(["true"])
    until(lambda: look_up(done.pid) is None)
    assert done.wait(SECONDS_MAX) == 0


ADOPTER = """
import os, subprocess
from backtrail.cli.program.tree import adopt_orphans, descendants
neighbour = subprocess.Popen(["sleep", "1000"])
beside = descendants(os.getpid())[1:]
assert adopt_orphans()
shown = subprocess.run(["sh", "-c", "setsid sleep 1000 >/dev/null & echo $!"], env={},
                       stdout=subprocess.PIPE)
orphan = int(shown.stdout)
print([found.pid == orphan for found in descendants(os.getpid(), beside=beside)[1:]])
os.kill(orphan, 9)
neighbour.kill()
"""


def test_orphans_become_children_and_what_stands_beside_them_is_left_out() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ADOPTER], capture_output=True, timeout=SECONDS_MAX, check=False
    )
    assert (done.stdout, done.stderr) == (b"[True]\n", b"")
